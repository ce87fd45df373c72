"""Who must report, who not and why: the same list before a period is opened and after."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from cells.models import Door
from evaluations.models import Evaluation, Period, PeriodUnit
from evaluations.services.periods import NO_WHOLE_MONTH, period_open
from tests import factories

PREVIEW = reverse("evaluations:period_preview")


@pytest.fixture
def city(client, people):
    factories.quarter_criteria()
    client.force_login(people.thanhuy)
    return client


@pytest.fixture
def young(tree):
    """Return a cell of the other ward that is too young to report."""
    return factories.UnitFactory(
        parent=tree.other, name="Chi bộ Mới Lập", founded_on=date(2026, 12, 15)
    )


def before(**asked):
    return PREVIEW, {"code": "2026-Q4"} | asked


def after(**asked):
    if not Period.objects.filter(code="2026-Q4").exists():
        period_open(code="2026-Q4", by=None, door=Door.COMMAND)
    return reverse("evaluations:period_units", args=["2026-Q4"]), asked


@pytest.fixture(params=[before, after])
def ask(request, city, tree, young):
    """Ask the one page for the next quarter, the other once it is open."""

    def read(**asked):
        if request.param is before:
            factories.PeriodFactory(
                code="2026-Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30)
            )
        answer = city.get(*request.param(**asked))
        assert answer.status_code == 200
        return answer

    return read


def names(answer):
    return [row.name for row in answer.context["page"]]


def test_who_must_report_is_listed_by_name(ask, tree, young):
    answer = ask()
    assert set(names(answer)) == {tree.a.name, tree.b.name, tree.c.name}
    listing = answer.context["listing"]
    assert (listing.expected, listing.not_expected) == (3, 1)
    assert listing.reasons == ((NO_WHOLE_MONTH, 1),)


def test_who_need_not_is_listed_with_the_reason(ask, young):
    answer = ask(xem="khong")
    assert names(answer) == [young.name]
    assert answer.content.decode().count(NO_WHOLE_MONTH) >= 2
    assert reverse("evaluations:unit", args=[young.code]) in answer.content.decode()


def test_counts_stand_beside_each_committee(ask, tree):
    counts = {
        one.committee: (one.expected, one.not_expected)
        for one in ask().context["listing"].by_committee
    }
    assert counts == {tree.ward: (2, 0), tree.other: (1, 1)}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "duc giang"}, ["Chi bộ Trường Tiểu học Đức Giang"]),
        ({"q": "thon  ĐÔNG"}, ["Chi bộ Thôn Đông"]),
        ({"q": "khong co"}, []),
        ({"xem": "khong", "ly_do": NO_WHOLE_MONTH}, ["Chi bộ Mới Lập"]),
        ({"xem": "khong", "ly_do": "Lý do khác"}, []),
        ({"cap_uy": "khong-co"}, []),
    ],
)
def test_list_is_searched_and_filtered(ask, asked, found):
    answer = ask(**asked)
    assert names(answer) == found
    assert ("Không có đơn vị nào ở đây" in answer.content.decode()) is (not found)


def test_list_is_filtered_by_committee(ask, tree):
    assert names(ask(cap_uy=tree.other.code)) == [tree.c.name]


def test_everybody_reporting_is_said(city, tree):
    answer = city.get(*after(xem="khong"))
    assert "Mọi đơn vị đều phải nộp phiếu" in answer.content.decode()


def test_preview_is_what_opening_then_does(city, tree, young):
    listed = city.get(*before()).context["listing"]
    planned = {row.name for row in listed.rows}
    assert not PeriodUnit.objects.exists()
    after()
    assert set(Evaluation.objects.values_list("period_unit__name", flat=True)) == planned


def test_preview_keeps_what_was_asked_on_every_link_and_opens_with_it(city, tree):
    html = city.get(*before(due_on="06/01/2027", q="chi")).content.decode()
    assert '<input type="hidden" name="due_on" value="06/01/2027">' in html
    assert "code=2026-Q4&amp;due_on=06%2F01%2F2027&amp;q=chi&amp;xem=khong" in html


@pytest.mark.parametrize("more", [0, 60])
def test_both_cost_the_same_queries_for_any_number_of_units(
    city, tree, more, django_assert_num_queries
):
    for _ in range(more):
        factories.UnitFactory(parent=tree.ward)
    # Session, user, roles, root, periods; units, criteria of cells and of committees with their
    # owners, committees, committees and kinds of the page.
    with django_assert_num_queries(11):
        city.get(*before())
    address = after()
    # Session, user, roles, root, period; two counts, committees, page count, page, its committees
    # and kinds.
    with django_assert_num_queries(12):
        city.get(*address)


def test_workbook_says_the_same(city, tree, young):
    after()
    answer = city.get(reverse("evaluations:period_units_xlsx", args=["2026-Q4"]))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    head, *rows = book["Đơn vị"].iter_rows(values_only=True)
    by_name = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    assert len(by_name) == 4
    assert by_name[young.name]["Phải nộp"] == "Không"
    assert by_name[young.name]["Không phải nộp vì"] == NO_WHOLE_MONTH
    assert by_name[tree.a.name]["Phải nộp"] == "Có"
