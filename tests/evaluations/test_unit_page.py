"""The page of a unit."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import Lineage, Placement, Reorganisation
from members.models import Post, Supervision
from tests import factories

SPLIT = date(2024, 7, 1)


@pytest.fixture
def page(client, people):
    def get(who, unit):
        client.force_login(getattr(people, who))
        return client.get(reverse("evaluations:unit", args=[unit.code]))

    return get


def test_page_shows_people_sheets_and_places(page, tree):
    sheet = factories.sheet(tree.a, self_total=87_50)
    person = factories.MembershipFactory(cell=tree.a).member
    Post.objects.create(
        member=person, unit=tree.a, kind=Post.Kind.SECRETARY, starts_on=date(2025, 1, 1)
    )
    text = page("bithu", tree.a).content.decode()
    for expected in (person.full_name, "87,50", sheet.period.title, "01/01/2020", tree.ward.name):
        assert expected in text
    assert reverse("evaluations:scorecard", args=[sheet.period.code, tree.a.code]) in text


def test_committee_counts_its_branch(page, tree):
    for cell in (tree.a, tree.a, tree.b, tree.c):
        factories.MembershipFactory(cell=cell)
    context = page("canbo", tree.ward).context
    assert (context["members"]["total"], context["below"]) == (3, 2)


@pytest.mark.parametrize("unit", ["city", "other", "c"])
def test_units_above_and_beside_are_not_found(page, tree, unit):
    assert page("canbo", getattr(tree, unit)).status_code == 404


def test_secretary_sees_the_parent_as_a_name_only(page, tree):
    text = page("bithu", tree.a).content.decode()
    assert reverse("evaluations:unit", args=[tree.ward.code]) not in text


def test_page_of_a_past_day_shows_what_was_then(page, tree, client):
    moved_on = date(2024, 7, 1)
    tree.a.placements.update(valid_to=moved_on)
    Placement.objects.create(
        unit=tree.a, parent=tree.other, level=tree.a.level, name="Chi bộ Mới", valid_from=moved_on
    )
    type(tree.a).objects.filter(pk=tree.a.pk).update(name="Chi bộ Mới", parent=tree.other)
    page("canbo", tree.a)
    then = client.get(reverse("evaluations:unit", args=[tree.a.code]) + "?ngay=30/06/2024")
    assert "<h1>Chi bộ Tổ dân phố số 1</h1>" in then.content.decode()
    assert then.context["parent"] == tree.ward
    assert page("canbo", tree.a).context["parent"] == tree.other


def test_members_are_counted_on_the_day(page, tree, client):
    factories.MembershipFactory(cell=tree.a, left_on=date(2025, 1, 1))
    factories.MembershipFactory(cell=tree.b)
    for query, total in (("", 1), ("?ngay=31/12/2024", 2)):
        page("canbo", tree.ward)
        found = client.get(reverse("evaluations:unit", args=[tree.ward.code]) + query)
        assert found.context["members"]["total"] == total


def test_supervisor_and_organisation_code_are_shown(page, tree):
    type(tree.a).objects.filter(pk=tree.a.pk).update(organisation_code="38.168.053.000.001")
    person = factories.MembershipFactory(cell=tree.b).member
    Supervision.objects.create(member=person, cell=tree.a, starts_on=date(2025, 1, 1))
    text = page("canbo", tree.a).content.decode()
    assert "38.168.053.000.001" in text
    assert person.full_name in text


def test_day_before_the_unit_was_founded_says_so(page, tree, client):
    page("canbo", tree.a)
    url = reverse("evaluations:unit", args=[tree.a.code])
    assert "chưa thành lập" in client.get(f"{url}?ngay=01/01/2019").content.decode()
    wrong = client.get(f"{url}?ngay=30/02/2019").content.decode()
    assert 'id="ngay-error"' in wrong


@pytest.fixture
def split(tree):
    """Cell a split into two on 1 July 2024; before that, a mistake was taken back."""
    tree.parts = [factories.UnitFactory(parent=tree.ward, founded_on=SPLIT) for _ in range(2)]
    event, mistake = (
        Reorganisation.objects.create(
            kind="split",
            effective_on=SPLIT,
            decision_number=number,
            decided_on=SPLIT,
            signer="Người Ký",
            plan={},
        )
        for number in ("12-QĐ/ĐU", "11-QĐ/ĐU")
    )
    Reorganisation.objects.filter(pk=mistake.pk).update(
        reverted_at=timezone.now(), revert_reason="Ghi nhầm"
    )
    for made in (event, mistake):
        for part in tree.parts:
            Lineage.objects.create(reorganisation=made, predecessor=tree.a, successor=part)
    return tree


def test_lineage_is_drawn_and_told(page, split):
    text = page("canbo", split.a).content.decode()
    assert '<svg class="lineage"' in text
    assert "Chia tách, ngày 01/07/2024" in text
    for part in split.parts:
        assert reverse("evaluations:unit", args=[part.code]) in text
    assert page("canbo", split.b).content.decode().count('<svg class="lineage"') == 0


def test_lineage_of_a_part_leads_back(page, split):
    lineage = page("canbo", split.parts[0]).context["lineage"]
    assert [box.node.pk for box in lineage.boxes] == [split.a.pk, split.parts[0].pk]


def test_secretary_sees_successors_beyond_reach_as_names(page, split):
    text = page("bithu", split.a).content.decode()
    assert split.parts[0].name in text
    assert reverse("evaluations:unit", args=[split.parts[0].code]) not in text


def test_event_taken_back_is_struck_and_said(page, split):
    text = page("canbo", split.a).content.decode()
    assert '<s class="struck">Chia tách</s>' in text
    assert "Đã hủy bỏ ngày" in text


def test_costs_the_same_with_many_cells(client, people, tree, django_assert_num_queries):
    for _ in range(200):
        factories.UnitFactory(parent=tree.ward)
    client.force_login(people.canbo)
    # Session, user, roles; unit, unit of the day; below, members; posts; sheets, past results;
    # placements; events; lineage before, after, visible ones.
    with django_assert_num_queries(15):
        client.get(reverse("evaluations:unit", args=[tree.ward.code]))
