"""Warnings and doubles of a branch too wide to list case by case."""

from datetime import date

import pytest
from django.urls import reverse

from cells import access
from members import breadth
from members.models import Member, Transfer
from members.services.merging import duplicate_groups
from tests import factories

DAY = date(2026, 1, 5)
WARNINGS, DOUBLES = reverse("members:warnings"), reverse("members:duplicates")


@pytest.fixture
def wide(monkeypatch):
    """Let two cells be as many as are looked at case by case."""
    monkeypatch.setattr(breadth, "CELLS_AT_ONCE", 2)


@pytest.fixture
def city(client, people, wide):
    client.force_login(people.thanhuy)
    return client


def kind(client, code, **query):
    """Return the warning of a kind and the rows of its page."""
    context = client.get(WARNINGS, {"loai": code, **query}).context
    found = {one.code: one for one in context["warnings"]}
    return found[code], list(context["page"])


def join(cell, name="Lê Hòa", **fields):
    fields = {f"member__{key}": value for key, value in fields.items()}
    return factories.MembershipFactory(cell=cell, member__full_name=name, **fields).member


@pytest.mark.parametrize(("cells", "is_wide"), [(2, False), (3, True)])
def test_branch_is_wide_from_one_cell_more(tree, wide, cells, is_wide):
    for _ in range(cells - 2):
        factories.UnitFactory(parent=tree.ward)
    factories.UnitFactory(parent=tree.ward, closed_on=DAY)
    assert breadth.is_wide(access.branch(tree.ward.path)) is is_wide


def test_city_reads_how_many_cases_each_committee_has(city, tree):
    found, rows = kind(city, "secretary")
    assert found.count == 3
    assert [(name, note) for name, _, note in rows] == [
        (tree.ward.name, "2 trường hợp"),
        (tree.other.name, "1 trường hợp"),
    ]
    [(name, _, note)] = kind(city, "secretary", cell=tree.other.code)[1]
    assert (name, note) == (tree.c.name, "0 chính thức, 0 dự bị")


def test_row_of_a_committee_leads_to_its_cases_of_the_same_kind(city, tree):
    join(tree.c, "Người Thiếu", birth_year=None)
    [(_, url, _)] = kind(city, "birth-year")[1]
    page = city.get(url).context
    assert (page["unit"], page["chosen"].code) == (tree.other, "birth-year")
    assert [text for text, *_ in page["page"]] == ["Người Thiếu"]


def test_cell_directly_below_the_city_has_a_row_of_its_own(city, tree):
    lone = factories.UnitFactory(parent=tree.city, name="Chi bộ Cơ quan")
    rows = {name: url for name, url, _ in kind(city, "secretary")[1]}
    assert [text for text, *_ in city.get(rows[lone.name]).context["page"]] == [lone.name]


@pytest.mark.parametrize(
    ("guest_of", "expected"), [("b", {"ward": 1}), ("c", {"ward": 1, "other": 1})]
)
def test_guest_is_one_case_wherever_he_attends(city, tree, guest_of, expected):
    person = join(tree.a, birth_year=None)
    factories.MembershipFactory(
        cell=getattr(tree, guest_of), member=person, is_temporary=True, joined_on=DAY
    )
    found, rows = kind(city, "birth-year")
    assert found.count == 1
    counted = {getattr(tree, at).name: f"{n} trường hợp" for at, n in expected.items()}
    assert {name: note for name, _, note in rows} == counted
    for at in expected:
        assert kind(city, "birth-year", cell=getattr(tree, at).code)[0].count == 1


def test_double_and_former_member_are_no_case(city, tree):
    kept, gone = join(tree.a, birth_year=None), join(tree.b, birth_year=None)
    Member.objects.filter(pk=join(tree.a, birth_year=None).pk).update(merged_into=kept)
    gone.memberships.update(left_on=date(2026, 3, 1))
    found, [(_, _, note)] = kind(city, "birth-year")
    assert (found.count, note) == (1, "1 trường hợp")


def test_late_transfer_between_wards_is_a_case_of_both(city, tree):
    person = join(tree.a)
    Transfer.objects.create(member=person, origin=tree.a, target=tree.c, moved_on=DAY)
    Transfer.objects.create(member=person, origin=tree.a, outside="Nơi khác", moved_on=DAY)
    found, rows = kind(city, "transfers")
    assert found.count == 2
    assert [note for *_, note in rows] == ["2 trường hợp", "1 trường hợp"]


def test_doubles_of_a_city_are_asked_for_by_unit(city, tree):
    one, two = join(tree.a, "Lê Hòa"), join(tree.c, "Lê Hoà")
    join(tree.b, "Lê Hòa", birth_year=1971)
    found, _ = kind(city, "duplicates")
    assert found.is_raised
    assert (found.own_count, found.more_url) == (None, DOUBLES)
    assert list(city.get(DOUBLES).context["page"]) == [tree.ward, tree.other]
    # Each ward sees its own with whoever may be the same, in another ward too.
    for ward in (tree.ward, tree.other):
        assert kind(city, "duplicates", cell=ward.code)[0].count == 1
        [group] = city.get(DOUBLES, {"cell": ward.code}).context["groups"]
        assert set(group) == {one, two}
    assert not city.get(DOUBLES, {"cell": tree.b.code}).context["groups"]


def test_doubles_of_an_unknown_unit_are_those_of_all(city, client, people, tree):
    answer = city.get(DOUBLES, {"cell": "KHONG-CO"})
    assert "Không có đơn vị nào mang mã “KHONG-CO”" in answer.content.decode()
    assert list(answer.context["page"]) == [tree.ward, tree.other]
    one, two = join(tree.a), join(tree.b)
    client.force_login(people.canbo)
    [group] = client.get(DOUBLES, {"cell": tree.c.code}).context["groups"]
    assert set(group) == {one, two}


def test_ward_sees_no_double_of_another(tree, people):
    join(tree.a)
    join(tree.c)
    assert not duplicate_groups(people.canbo)
    assert not duplicate_groups(people.canbo, tree.a)
    assert [group["n"] for group in duplicate_groups(people.thanhuy, tree.ward)] == [2]


# session, user, roles; committees to choose from; sizes, cells, probation, transfers, holidays,
# birth years; wide or not, twice; the names of the units. People are found at home, as guests,
# and at home of those guests.
@pytest.mark.parametrize(("chosen", "count"), [("", 13), ("transfers", 13), ("birth-year", 16)])
def test_warnings_cost_the_same_for_few_and_many_wards(
    city, tree, chosen, count, django_assert_num_queries
):
    for wards in (1, 12):
        fill(tree, wards)
        with django_assert_num_queries(count):
            city.get(WARNINGS, {"loai": chosen})


def test_choice_of_units_costs_the_same_for_few_and_many(city, tree, django_assert_num_queries):
    for wards in (1, 12):
        fill(tree, wards)
        # session, user, roles; committees to choose from; wide or not; count, page
        with django_assert_num_queries(7):
            city.get(DOUBLES)


def fill(tree, wards):
    for ward in factories.CommitteeFactory.create_batch(wards, parent=tree.city):
        for cell in factories.UnitFactory.create_batch(2, parent=ward):
            person = join(cell, birth_year=None)
            factories.MembershipFactory(
                cell=tree.a, member=person, is_temporary=True, joined_on=DAY
            )
            Transfer.objects.create(member=person, origin=cell, outside="Nơi khác", moved_on=DAY)
