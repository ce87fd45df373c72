"""The pages of reorganisations that happened: the list, one event, taking it back."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import Lineage, Reorganisation, Unit
from cells.services.reorganisation import UnitDraft, reorganisation_apply
from tests import factories
from tests.cells.reorganising import plan

DAY = date(2026, 8, 1)


@pytest.fixture
def event(client, people, tree):
    """Split cell a in two; the clerk of the ward is signed in."""
    client.force_login(people.canbo)
    factories.MembershipFactory(cell=tree.a)
    drafts = [UnitDraft("A1", name="Chi bộ Xóm Trên"), UnitDraft("A2", name="Chi bộ Xóm Dưới")]
    asked = plan("split", [tree.a], drafts, on=DAY, rest_to="A1")
    return reorganisation_apply(plan=asked, by=people.canbo, door="web")


def test_event_page_tells_and_takes_back(client, event, tree):
    url = reverse("evaluations:reorganisation", args=[event.pk])
    text = client.get(url).content.decode()
    for expected in ("12-QĐ/ĐU", tree.a.name, "Chi bộ Xóm Trên", "Hủy bỏ sự kiện"):
        assert expected in text
    back = reverse("evaluations:reorganisation_revert", args=[event.pk])
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "Ghi nhầm"}).url == url
    event.refresh_from_db()
    assert event.reverted_at
    assert "Sự kiện này đã bị hủy bỏ" in client.get(url).content.decode()


def test_event_page_says_why_it_cannot_be_taken_back(client, event):
    factories.MembershipFactory(cell=Unit.objects.get(code="A1"))
    url = reverse("evaluations:reorganisation", args=[event.pk])
    assert "Không hủy bỏ được" in client.get(url).content.decode()


def test_readers_see_an_event_but_no_buttons(client, people, event):
    client.force_login(people.lanhdao)
    text = client.get(reverse("evaluations:reorganisation", args=[event.pk])).content.decode()
    assert "Hủy bỏ sự kiện" not in text
    assert (
        "Ghi sự kiện mới" not in client.get(reverse("evaluations:reorganisations")).content.decode()
    )


def test_list_filters_by_kind_and_unit(client, people, event, tree):
    def shown(query):
        return list(client.get(f"{reverse('evaluations:reorganisations')}?{query}").context["page"])

    assert shown("") == shown("kind=split") == shown("unit=A2") == [event]
    assert shown("kind=merge") == shown(f"unit={tree.b.code}") == []
    client.force_login(people.nguoila)
    assert shown("") == []


def test_list_costs_the_same_for_many(client, people, tree, django_assert_num_queries):
    for number in range(25):
        made = Reorganisation.objects.create(
            kind="rename", effective_on=date(2025, 1, 1), decision_number=f"{number}",
            decided_on=date(2025, 1, 1), signer="Người Ký", plan={},
        )  # fmt: skip
        Lineage.objects.create(reorganisation=made, predecessor=tree.a, successor=tree.a)
    client.force_login(people.canbo)
    # Session, user, roles, count, events, lineage, units before, units after.
    with django_assert_num_queries(8):
        client.get(reverse("evaluations:reorganisations"))
