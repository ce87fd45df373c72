"""How far a period has come: the counts, down the tree, for those who oversee it."""

import re
from datetime import date
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pytest
from django.utils import timezone

from evaluations.models import Evaluation, PeriodUnit, State
from evaluations.reports import progress as reports
from evaluations.reports.periods import periods_counted
from members.models import Post
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/tien-do/2026-Q4/"
IN_TIME, TOO_LATE = "2027-01-05T23:59", "2027-01-06T00:00"


@pytest.fixture
def period(db):
    return factories.PeriodFactory()


@pytest.fixture
def as_(client, people):
    def sign_in(name):
        client.force_login(getattr(people, name))
        return client

    return sign_in


def sheet(unit, period, state=State.DRAFT, came=None, **fields):
    at = factories.moment(came) if came else None
    if state not in (State.DRAFT, State.RETURNED):
        at = at or factories.moment(IN_TIME)
    return factories.sheet(
        unit, period, state=state, first_submitted_at=at, submitted_at=at, **fields
    )


def counted(user, period):
    return reports.progress_of(reports.overseen(user, period)).total


@pytest.fixture
def ward(tree, period):
    """Give the ward a cell in each state; the other ward one that is being entered."""
    more = [factories.UnitFactory(parent=tree.ward) for _ in range(4)]
    sheet(tree.a, period)
    sheet(tree.b, period, lines_done=3)
    sheet(more[0], period, State.RETURNED, IN_TIME, lines_done=24)
    sheet(more[1], period, State.SUBMITTED, TOO_LATE, lines_done=24)
    sheet(more[2], period, State.APPRAISED, IN_TIME, lines_done=24)
    out = sheet(more[3], period)
    PeriodUnit.objects.filter(pk=out.period_unit_id).update(is_expected=False, reason="Đã kết thúc")
    sheet(tree.c, period)
    return SimpleNamespace(cells=[tree.a, tree.b, *more])


def test_steps_are_counted_and_later_ones_count_as_earlier(people, period, ward):
    assert counted(people.canbo, period) == reports.Counts(
        expected=5, started=4, submitted=2, returned=1, appraised=1, decided=0, on_time=2, late=1
    )


def test_what_is_left_is_what_the_queue_says_is_left(as_, people, period, ward):
    queue = as_("canbo").get("/cong-viec/2026-Q4/").context
    total = counted(people.canbo, period)
    assert (queue["left"], queue["total"]) == (total.left, total.expected) == (3, 5)


def test_the_city_counts_what_the_list_of_periods_counts(people, period, ward):
    total, listed = counted(people.thanhuy, period), periods_counted().get()
    names = ("expected", "started", "submitted", "appraised", "decided")
    assert [getattr(total, name) for name in names] == [getattr(listed, name) for name in names]


@pytest.mark.parametrize(
    ("state", "came", "on_time", "late"),
    [
        (State.SUBMITTED, IN_TIME, 1, 0),
        (State.SUBMITTED, TOO_LATE, 0, 1),
        (State.RETURNED, IN_TIME, 1, 0),
        (State.DRAFT, None, 0, 0),
    ],
)
def test_a_sheet_is_on_time_by_the_day_it_first_came(
    tree, people, period, state, came, on_time, late
):
    sheet(tree.a, period, state, came)
    total = counted(people.canbo, period)
    assert (total.on_time, total.late) == (on_time, late)


def test_the_city_sees_each_ward_with_all_below_it(people, tree, period, ward):
    part = factories.CommitteeFactory(parent=tree.ward)
    sheet(factories.UnitFactory(parent=part), period)
    found = reports.progress_of(reports.overseen(people.thanhuy, period))
    assert {row.code: row.counts.expected for row in found.rows} == {
        tree.ward.code: 6, tree.other.code: 1
    }  # fmt: skip
    assert (found.direct.expected, found.total.expected) == (0, 7)


def test_a_ward_sees_its_parts_and_the_cells_right_below_it(people, tree, period, ward):
    part = factories.CommitteeFactory(parent=tree.ward, name="Đảng ủy bộ phận")
    sheet(factories.UnitFactory(parent=part), period)
    found = reports.progress_of(reports.overseen(people.canbo, period))
    assert [(row.name, row.counts.expected) for row in found.rows] == [("Đảng ủy bộ phận", 1)]
    assert found.direct.expected == 5
    assert found.scope.direct().count() == 5


def test_the_sheet_of_a_committee_counts_in_its_own_line(people, tree, period):
    sheet(tree.ward, period)
    sheet(tree.a, period)
    found = reports.progress_of(reports.overseen(people.thanhuy, period))
    assert [(row.code, row.counts.expected) for row in found.rows] == [(tree.ward.code, 2)]
    own = reports.progress_of(reports.overseen(people.canbo, period))
    assert (own.direct.expected, own.scope.direct().count()) == (2, 2)


def test_a_cell_that_came_after_the_freeze_stands_beside_the_own_ones(people, tree, period):
    sheet(tree.c, period)
    tree.c.path = f"{tree.ward.path}{tree.c.code}/"
    tree.c.save()
    found = reports.progress_of(reports.overseen(people.canbo, period))
    assert (found.total.expected, found.direct.expected, found.rows) == (1, 1, ())
    assert [one.unit for one in found.scope.direct()] == [tree.c]


def test_somebody_with_two_wards_sees_both_as_lines(people, tree, period, ward):
    factories.AssignmentFactory(user=people.lanhdao, role="leader", unit=tree.other)
    found = reports.progress_of(reports.overseen(people.lanhdao, period))
    assert {row.code: row.counts.expected for row in found.rows} == {
        tree.ward.code: 5, tree.other.code: 1
    }  # fmt: skip


def test_a_ward_of_the_city_is_opened_by_its_line(as_, tree, ward):
    page = as_("thanhuy").get(PAGE)
    assert f'href="{PAGE}{tree.ward.code}/"' in page.text
    inner = as_("thanhuy").get(f"{PAGE}{tree.ward.code}/")
    assert inner.context["progress"].total.expected == 5
    assert "Đảng ủy phường Thử Nghiệm" in inner.text


@pytest.mark.parametrize("name", ["bithu", "phutrach", "quantri"])
def test_who_oversees_nobody_has_no_such_page(as_, ward, name):
    assert as_(name).get(PAGE).status_code == 404
    assert 'href="/tien-do/"' not in as_(name).get("/", follow=True).text


def test_an_inspector_sees_it_and_finds_it_in_the_navigation(as_, ward):
    page = as_("kiemtra").get("/tien-do/", follow=True)
    assert page.status_code == 200
    assert 'href="/tien-do/"' in page.text


def test_a_foreign_ward_is_not_found(as_, tree, ward):
    assert as_("canbo").get(f"{PAGE}{tree.other.code}/").status_code == 404


@pytest.mark.parametrize(
    ("stage", "count"),
    [("", 5), ("left", 3), ("returned", 1), ("submitted", 2), ("late", 1), ("decided", 0)],
)
def test_single_sheets_are_narrowed_and_the_tabs_say_how_many(as_, ward, stage, count):
    context = as_("canbo").get(f"{PAGE}?stage={stage}").context
    assert context["sheets"].paginator.count == count
    assert next(tab[2] for tab in context["tabs"] if tab[0] == stage) == count


def test_units_are_found_by_name_without_marks(as_, tree, ward):
    assert [one.unit for one in as_("canbo").get(f"{PAGE}?q=tieu hoc").context["sheets"]] == [
        tree.b
    ]
    found = as_("thanhuy").get(f"{PAGE}?q=ben canh").context["committees"]
    assert [row.code for row in found] == [tree.other.code]


@pytest.mark.parametrize(
    ("sort", "first"), [("", "ward"), ("name", "other"), ("-name", "ward"), ("left", "other")]
)
def test_committees_are_sorted_as_asked(as_, tree, ward, sort, first):
    rows = as_("thanhuy").get(f"{PAGE}?sort={sort}").context["committees"]
    assert rows[0].code == getattr(tree, first).code


@pytest.mark.parametrize("sort", ["name", "-name", "done", "-done", "came", "-came", "x", "-"])
def test_single_sheets_are_sorted_as_asked(as_, ward, sort):
    rows = list(as_("canbo").get(f"{PAGE}?sort={sort}").context["sheets"])
    key = {
        "name": lambda one: one.path,
        "done": lambda one: one.lines_done,
        "came": lambda one: one.first_submitted_at or factories.moment("2099-01-01T00:00"),
    }.get(sort.lstrip("-"))
    if key and not sort.startswith("-"):
        assert rows == sorted(rows, key=key)
    assert len(rows) == 5


def test_the_parts_of_a_ward_stand_on_every_page_of_its_single_sheets(
    as_, tree, period, ward, monkeypatch
):
    part = factories.CommitteeFactory(parent=tree.ward)
    sheet(factories.UnitFactory(parent=part), period)
    monkeypatch.setattr("evaluations.views.progress.SHEETS", 3)
    context = as_("canbo").get(f"{PAGE}?page=2").context
    assert (len(context["sheets"]), [row.code for row in context["committees"]]) == (
        2,
        [part.code],
    )


def test_htmx_is_given_the_live_part_alone(as_, ward):
    answer = as_("canbo").get(PAGE, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert "Phiếu đã đi tới bước nào" in answer.text


def test_figures_are_for_the_moment_and_kept_nowhere(as_, ward):
    assert "no-store" in as_("canbo").get(PAGE)["Cache-Control"]


def test_nothing_owed_is_said(as_, period):
    assert "Không có phiếu nào phải nộp" in as_("canbo").get(PAGE).text


def test_a_period_that_is_not_opened_is_not_found(as_, period):
    period.opened_at = None
    period.save()
    assert as_("canbo").get(PAGE).status_code == 404


def text_of(answer):
    return answer.context["text"]


def test_the_list_names_cells_and_secretaries_and_no_score(as_, people, tree, period, ward):
    Evaluation.objects.update(self_total=87_65)
    text = text_of(as_("canbo").get(f"{PAGE}chua-nop/"))
    assert text.startswith("CHƯA NỘP PHIẾU QUÝ IV/2026, Đảng ủy phường Thử Nghiệm\n")
    assert "Hạn nộp: thứ Ba, 05/01/2027." in text
    assert "Còn 3/5 phiếu" in text
    assert f"{tree.a.name}; Bí thư {people.bithu.full_name}\n" in text
    assert f"{ward.cells[2].name}; bị trả lại để sửa" in text
    assert not re.search(r"\b(87|8765)\b", text)


def test_the_office_of_secretary_goes_before_the_account(as_, tree, ward):
    member = factories.MembershipFactory(cell=tree.a).member
    Post.objects.create(member=member, unit=tree.a, kind="secretary", starts_on=date(2026, 1, 1))
    assert f"Bí thư {member.full_name}" in text_of(as_("canbo").get(f"{PAGE}chua-nop/"))


def test_an_extension_is_named_in_the_list(as_, people, tree, ward):
    PeriodUnit.objects.filter(unit=tree.b).update(
        extended_until=factories.moment("2027-01-13T17:00"),
        extended_by=people.thanhuy,
        extension_reason="Bão",
    )
    text = text_of(as_("canbo").get(f"{PAGE}chua-nop/"))
    assert f"{tree.b.name}; được gia hạn đến 17:00 13/01/2027" in text


def test_the_list_of_the_city_names_committees_where_cells_are_too_many(
    as_, tree, ward, monkeypatch
):
    text = text_of(as_("thanhuy").get(f"{PAGE}chua-nop/"))
    assert "\nĐảng ủy phường Bên Cạnh:\n1. Chi bộ Thôn Đông" in text
    monkeypatch.setattr("evaluations.reports.progress_text.LISTED", 3)
    text = text_of(as_("thanhuy").get(f"{PAGE}chua-nop/"))
    assert "1. Đảng ủy phường Bên Cạnh: còn 1/1\n2. Đảng ủy phường Thử Nghiệm: còn 3/5" in text
    assert "Thôn Đông" not in text


def test_a_list_with_nobody_left_says_so(as_, tree, period):
    sheet(tree.a, period, State.SUBMITTED)
    assert text_of(as_("canbo").get(f"{PAGE}chua-nop/")).endswith("Tất cả đã nộp.")


def workbook(answer):
    return openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))


def test_the_workbook_has_a_cover_committees_and_every_sheet(as_, tree, ward):
    book = workbook(as_("thanhuy").get(f"{PAGE}xlsx/"))
    assert book.sheetnames == ["Bìa", "Theo đảng ủy", "Từng đơn vị"]
    rows = {row[0]: row for row in book["Theo đảng ủy"].iter_rows(values_only=True)}
    assert rows[tree.ward.code][2:] == (5, 4, 2, 40, 3, 1, 1, 0, 2, 1)
    units = {row[0]: row for row in book["Từng đơn vị"].iter_rows(values_only=True)}
    assert len(units) == 7
    *_, done, lines, came, word = units[ward.cells[3].code]
    assert (done, lines, came.date(), word) == (24, 24, date(2027, 1, 6), "Nộp muộn")


def test_the_workbook_of_a_ward_holds_its_own_alone(as_, tree, ward):
    book = workbook(as_("canbo").get(f"{PAGE}{tree.ward.code}/xlsx/"))
    assert book.sheetnames == ["Bìa", "Từng đơn vị"]
    assert book["Từng đơn vị"].max_row == 6


@pytest.mark.parametrize("today", [date(2027, 1, 5), date(2027, 1, 6)])
def test_sheets_that_never_came_are_overdue_after_the_due_date(as_, ward, monkeypatch, today):
    monkeypatch.setattr(timezone, "localdate", lambda *given: (given and given[0].date()) or today)
    text = as_("thanhuy").get(f"{PAGE}chua-nop/").context["text"]
    assert ("(đã quá hạn)" in text) == (today > date(2027, 1, 5))


@pytest.mark.parametrize("wards", [2, 12])
def test_the_city_costs_six_queries_however_many_wards(
    as_, tree, period, wards, django_assert_num_queries
):
    for _ in range(wards):
        below = factories.CommitteeFactory(parent=tree.city)
        for _ in range(2):
            sheet(factories.UnitFactory(parent=below), period)
    city = as_("thanhuy")
    with django_assert_num_queries(6):  # session, user, roles, periods, counts, names
        assert len(city.get(PAGE).context["committees"]) == wards


@pytest.mark.parametrize("cells", [2, 30])
def test_a_ward_costs_the_same_for_many_cells(as_, tree, period, cells, django_assert_num_queries):
    for _ in range(cells):
        sheet(factories.UnitFactory(parent=tree.ward), period)
    staff = as_("canbo")
    with django_assert_num_queries(8):  # as the city; then how many sheets, those of the page
        staff.get(PAGE)


def test_the_list_costs_the_same_for_many_cells(as_, tree, period, django_assert_num_queries):
    staff = as_("canbo")
    for cells in (2, 20):
        for _ in range(cells):
            sheet(factories.UnitFactory(parent=tree.ward), period)
        with django_assert_num_queries(9):  # as the city; then sheets, accounts, offices
            staff.get(f"{PAGE}chua-nop/")
