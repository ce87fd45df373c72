"""The list of units: filters in the address, any day, exactly the same as a workbook."""

import io
from datetime import date, datetime

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from cells.models import Unit
from cells.vietnamese import natural_key
from tests import factories

ENDED = date(2024, 7, 1)
BEFORE = "ngay=30/06/2024"


@pytest.fixture
def listed(client, people):
    def get(who, query="", name="cells:units"):
        client.force_login(getattr(people, who))
        return client.get(f"{reverse(name)}?{query}")

    return get


@pytest.fixture
def ended(tree):
    Unit.objects.filter(pk=tree.b.pk).update(closed_on=ENDED)
    tree.b.placements.update(valid_to=ENDED)
    return tree


def units(response):
    return {row[0] for row in response.context["rows"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"ward", "a"}),
        (BEFORE, {"ward", "a", "b"}),
        ("state=closed", {"b"}),
        (f"state=closed&{BEFORE}", set()),
        ("kind=committee", {"ward"}),
        ("kind=thon", {"a"}),
        ("q=to dan pho", {"a"}),
        ("q=khong co", set()),
        ("state=khac&sort=khac", {"ward", "a"}),
    ],
)
def test_filters_show_what_they_say(listed, ended, query, expected):
    assert units(listed("canbo", query)) == {getattr(ended, name) for name in expected}


def test_committee_shows_what_stands_below_it(listed, tree):
    assert units(listed("thanhuy", f"committee={tree.ward.code}")) == {tree.a, tree.b}
    past = units(listed("thanhuy", f"committee={tree.ward.code}&{BEFORE}"))
    assert past == {tree.a, tree.b}
    assert "Không có đảng ủy nào" in listed("canbo", "committee=la").content.decode()


@pytest.mark.parametrize("sort", ["name", "-name", "code", "-code"])
def test_sorts_by_name_and_code(listed, tree, sort):
    rows = [row[0] for row in listed("thanhuy", f"sort={sort}").context["rows"]]
    field = sort.removeprefix("-")
    values = [natural_key(getattr(unit, field)) for unit in rows]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_wrong_day_is_kept_and_explained(listed, tree):
    text = listed("canbo", "ngay=32/01/2025").content.decode()
    assert 'value="32/01/2025"' in text
    assert 'id="ngay-error"' in text


def test_members_are_those_of_the_day(listed, tree):
    factories.MembershipFactory(cell=tree.a, left_on=ENDED)
    for query, count in (("", 0), (BEFORE, 1)):
        rows = {unit: members for unit, _, members in listed("canbo", query).context["rows"]}
        assert rows[tree.a] == count


def test_workbook_holds_exactly_the_filter(listed, tree):
    trap = factories.UnitFactory(parent=tree.ward, name='=HYPERLINK("http://x";"y")')
    factories.MembershipFactory(cell=trap)
    response = listed("canbo", "kind=thon", "evaluations:units_xlsx")
    book = load_workbook(io.BytesIO(response.getvalue()))
    assert book.sheetnames == ["Bìa", "Đơn vị"]
    header, *rows = book["Đơn vị"].iter_rows(values_only=True)
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert set(found) == {tree.a.code, tree.b.code, trap.code}
    assert found[trap.code]["Thành lập"] == datetime(2020, 1, 1)  # noqa: DTZ001
    assert (found[trap.code]["Đảng viên"], found[trap.code]["Trực thuộc"]) == (1, tree.ward.name)
    assert all(cell.data_type != "f" for row in book["Đơn vị"] for cell in row)
    cover = [value for row in book["Bìa"].iter_rows(values_only=True) for value in row]
    assert "Loại hình: Thôn; Đang hoạt động" in cover


def test_workbook_of_a_past_day_and_of_a_wrong_one(listed, ended):
    response = listed("canbo", BEFORE, "evaluations:units_xlsx")
    rows = load_workbook(io.BytesIO(response.getvalue()))["Đơn vị"]
    assert rows.max_row == 4
    assert listed("canbo", "ngay=1/13/2024", "evaluations:units_xlsx").status_code == 404


@pytest.mark.parametrize(("query", "count"), [("", 10), (BEFORE, 10)])
def test_costs_the_same_with_many_cells(
    client, people, tree, query, count, django_assert_num_queries
):
    for _ in range(200):
        factories.UnitFactory(parent=tree.ward)
    client.force_login(people.thanhuy)
    with django_assert_num_queries(count):
        client.get(f"{reverse('cells:units')}?{query}")
