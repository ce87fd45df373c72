"""The pages of reorganisations that happened: the list, one event, taking it back."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cells.models import Lineage, Reorganisation, Unit
from cells.services.reorganisation import (
    UnitDraft,
    reorganisation_apply,
    reorganisations_apply,
)
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
    assert "Không hủy bỏ được: " in client.get(url).content.decode()


@pytest.fixture
def batch(client, people, tree):
    """Found a committee within the ward and put cell a under it, as one file does."""
    client.force_login(people.canbo)
    made = UnitDraft("BP", name="Bộ phận", parent=tree.ward.code, level="dang_bo_truc_thuoc")
    plans = [
        plan("establish", [], [made], on=DAY),
        plan("transfer", [tree.a], [UnitDraft(tree.a.code, parent="BP")], on=DAY),
    ]
    return reorganisations_apply(plans=plans, by=people.canbo, door="import")[0]


def test_whole_file_is_taken_back_where_one_event_cannot_be(client, batch, tree):
    url = reverse("evaluations:reorganisation", args=[batch[0].pk])
    text = client.get(url).content.decode()
    assert "Không hủy bỏ riêng sự kiện này được: Đã có đơn vị mới nằm dưới" in text
    assert "Hủy bỏ cả đợt 2 sự kiện" in text
    answer = client.post(f"{url}huy-bo/", {"reason": "Nhầm tệp", "whole": "True"}, follow=True)
    assert "Đã hủy bỏ cả đợt: 2 sự kiện" in answer.content.decode()
    assert not Reorganisation.objects.standing().exists()
    assert not Unit.objects.filter(code="BP").exists()
    tree.a.refresh_from_db()
    assert tree.a.parent == tree.ward


def test_last_event_of_a_file_is_taken_back_alone_unless_all_are_asked_for(client, batch):
    url = reverse("evaluations:reorganisation", args=[batch[1].pk])
    assert "Hủy bỏ cả đợt: 2 sự kiện ghi từ cùng một tệp" in client.get(url).content.decode()
    client.post(f"{url}huy-bo/", {"reason": "Nhầm"})
    assert list(Reorganisation.objects.standing()) == [batch[0]]
    # What is left of the file is one event, like any other.
    first = client.get(reverse("evaluations:reorganisation", args=[batch[0].pk]))
    assert "Hủy bỏ cả đợt" not in first.content.decode()


def test_file_on_which_something_depends_stays_whole(client, batch, tree):
    factories.UnitFactory(parent=Unit.objects.get(code="BP"))
    url = reverse("evaluations:reorganisation", args=[batch[0].pk])
    answer = client.post(f"{url}huy-bo/", {"reason": "Nhầm", "whole": "True"}, follow=True)
    assert "Không hủy bỏ được: Thành lập, 01/08/2026" in answer.content.decode()
    assert Reorganisation.objects.standing().count() == 2


def test_list_shows_the_events_of_one_file(client, batch, tree, people):
    factories.UnitFactory(parent=tree.ward, code="X")
    alone = plan("rename", ["X"], [UnitDraft("X", name="Tên Khác")], on=DAY)
    reorganisation_apply(plan=alone, by=people.canbo, door="web")
    listed = reverse("evaluations:reorganisations")
    page = client.get(listed, {"dot": str(batch[0].batch)})
    assert list(page.context["page"]) == [batch[1], batch[0]]
    assert len(client.get(listed, {"dot": "sai"}).context["page"]) == 3


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
    # Session, user, roles, count, events, edges with units, names of then.
    with django_assert_num_queries(7):
        client.get(reverse("evaluations:reorganisations"))


def test_event_is_told_by_the_names_of_its_day(client, people, tree):
    client.force_login(people.canbo)
    was = tree.a.name
    first, _ = (
        reorganisation_apply(
            plan=plan("rename", [tree.a], [UnitDraft(tree.a.code, name=name)], on=on),
            by=people.canbo,
            door="web",
        )
        for on, name in ((DAY, "Tên Giữa"), (DAY + timedelta(days=1), "Tên Sau"))
    )
    page = client.get(reverse("evaluations:reorganisation", args=[first.pk]))
    assert page.context["before"][0][0] == was
    assert page.context["after"][0][0] == "Tên Giữa"
    rows = client.get(reverse("evaluations:reorganisations")).context["rows"]
    assert [lines for _, lines in rows] == [["Tên Giữa → Tên Sau"], [f"{was} → Tên Giữa"]]


def test_long_event_is_cut_in_the_list(client, people, tree):
    for _ in range(8):
        factories.UnitFactory(parent=tree.other)
    drafts = [UnitDraft("GOP", name="Đảng ủy Gộp")]
    merged = plan("merge", [tree.ward, tree.other], drafts, on=DAY)
    reorganisation_apply(plan=merged, by=people.thanhuy, door="web")
    client.force_login(people.thanhuy)
    ((_, lines),) = client.get(reverse("evaluations:reorganisations")).context["rows"]
    assert len(lines) == 7
    assert lines[0] == f"{tree.ward.name} → Đảng ủy Gộp"
    assert lines[-1] == "…"


def test_new_event_takes_the_unit_of_the_list_along(client, people, tree):
    client.force_login(people.canbo)
    text = client.get(reverse("evaluations:reorganisations"), {"unit": "A&B"}).content.decode()
    assert f"{reverse('evaluations:reorganisation_new', args=['split'])}?unit=A%26B" in text
