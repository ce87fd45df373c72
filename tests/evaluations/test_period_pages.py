"""The city opens a period, moves its dates, closes it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import AuditEntry
from evaluations.models import Evaluation, Period, PeriodUnit, State
from evaluations.reports.periods import next_periods, periods_counted
from tests import factories

LIST = reverse("evaluations:periods")
MONTHS = ["2026-M11", "2026-M12", "2027-M01"]


@pytest.fixture
def city(client, people):
    """Return a client signed in as the city's administrator."""
    factories.quarter_criteria()
    client.force_login(people.thanhuy)
    return client


def address(name, period="2026-Q4"):
    return reverse(f"evaluations:{name}", args=[period])


@pytest.mark.parametrize(
    "name", ["canbo", "lanhdao", "bithu", "kiemtra", "phutrach", "nguoila", "quantri"]
)
def test_pages_of_periods_are_the_citys_alone(client, tree, people, name):
    factories.PeriodFactory()
    client.force_login(getattr(people, name))
    assert client.get(LIST).status_code == 404
    assert client.get(reverse("evaluations:period_preview")).status_code == 404
    assert client.post(reverse("evaluations:period_open"), {"code": "2027-Q1"}).status_code == 404
    for page in ("period_edit", "period_close"):
        assert client.get(address(page)).status_code == 404
        assert client.post(address(page), {}).status_code == 404
    assert client.post(address("period_extend")).status_code == 404
    assert list(Period.objects.values_list("code", "closed_at")) == [("2026-Q4", None)]


def test_administrator_of_a_branch_is_not_the_city(client, tree):
    below = factories.UserFactory(roles=[("city_admin", tree.ward)])
    client.force_login(below)
    assert client.get(LIST).status_code == 404


def test_each_step_counts_the_sheets_that_came_so_far(city, tree):
    done = {"submitted_at": timezone.now()}
    factories.sheet(tree.a, lines_done=3)
    factories.sheet(tree.b, state=State.SUBMITTED, lines_done=24, **done)
    factories.sheet(tree.c, state=State.APPRAISED, lines_done=24, **done)
    PeriodUnit.objects.create(
        period=factories.PeriodFactory(),
        unit=tree.ward,
        path=tree.ward.path,
        name=tree.ward.name,
        is_cell=False,
        level=tree.ward.level,
        is_expected=False,
    )
    period = periods_counted().get()
    counted = (
        period.expected,
        period.started,
        period.submitted,
        period.appraised,
        period.decided,
    )
    assert counted == (3, 3, 2, 1, 0)
    assert "Quý IV/2026" in city.get(LIST).content.decode()


@pytest.mark.parametrize("more", [0, 3])
def test_list_costs_the_same_queries_for_any_number_of_periods(
    city, tree, more, django_assert_num_queries
):
    factories.sheet(tree.a)
    for number in range(1, more + 1):
        factories.PeriodFactory(
            code=f"2026-Q{number}",
            starts_on=date(2026, 3 * number - 2, 1),
            ends_on=date(2026, 3 * number, 30),
        )
    # Session, user, roles, root, periods, requests to open again.
    with django_assert_num_queries(6):
        city.get(LIST)


def test_next_periods_follow_the_newest_ones():
    known = [Period(code="2026-Q4", kind="quarter", starts_on=date(2026, 10, 1))]
    codes = [period.code for period in next_periods(known, date(2026, 11, 24))]
    assert codes == ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2026", "2027", *MONTHS]


def test_first_period_may_be_the_running_quarter():
    codes = [period.code for period in next_periods([], date(2026, 11, 24))]
    assert codes[:2] == ["2026-Q4", "2027-Q1"]
    codes = [period.code for period in next_periods([], date(2027, 1, 2))]
    assert codes[0] == "2027-Q1"


def test_months_follow_the_newest_month():
    known = [Period(code="2026-M12", kind="month", starts_on=date(2026, 12, 1))]
    codes = [period.code for period in next_periods(known, date(2026, 11, 24))]
    assert codes[-3:] == ["2027-M01", "2027-M02", "2027-M03"]


def test_preview_of_a_year_counts_committees_apart(city, tree):
    answer = city.get(reverse("evaluations:period_preview"), {"code": f"{timezone.localdate():%Y}"})
    assert "3 chi bộ, 2 đảng bộ cơ sở" in answer.content.decode()


def test_preview_counts_and_opens_nothing(city, tree):
    factories.UnitFactory(parent=tree.ward, founded_on=date(2026, 12, 15))
    factories.PeriodFactory(code="2026-Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30))
    answer = city.get(reverse("evaluations:period_preview"), {"code": "2026-Q4"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "3 chi bộ" in html
    assert "1 đơn vị: Mới thành lập, chưa đủ một tháng phải sinh hoạt" in html
    assert "05/01/2027" in html
    assert "23:59 15/01/2027" in html
    assert not Period.objects.filter(code="2026-Q4").exists()
    assert not PeriodUnit.objects.exists()


def test_opening_gives_each_expected_cell_its_sheet(city, tree, people):
    wanted = next_periods([], timezone.localdate())[0]
    code, due_on = wanted.code, wanted.ends_on + timedelta(days=8)
    answer = city.post(
        reverse("evaluations:period_open"),
        {"code": code, "due_on": f"{due_on:%d/%m/%Y}", "locks_at": f"17:00 {due_on:%d/%m/%Y}"},
    )
    assert answer.headers["Location"] == LIST
    period = Period.objects.get(code=code)
    assert period.due_on == due_on
    assert period.locks_at == factories.moment(f"{due_on}T17:00")
    assert set(Evaluation.objects.values_list("unit", flat=True)) == {
        tree.a.pk,
        tree.b.pk,
        tree.c.pk,
    }
    assert AuditEntry.objects.get(action="period_opened").by == people.thanhuy


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"code": "2001-Q1"}, "Kỳ này đã mở hoặc không có"),
        ({"code": ""}, "Hãy chọn một kỳ"),
        ({"due_on": "31/02/2027"}, "Ngày chưa đúng"),
        ({"locks_at": "25:00 01/01/2027"}, "Giờ khóa chưa đúng"),
        ({"due_on": "01/01/2020"}, "Hạn nộp phải sau"),
        ({"due_on": "10/01/2099", "locks_at": "08:00 09/01/2099"}, "không được trước hạn nộp"),
    ],
)
def test_bad_dates_are_named_and_nothing_is_opened(city, tree, changed, message):
    given = {"code": next_periods([], timezone.localdate())[0].code} | changed
    for step, ask in (("period_preview", city.get), ("period_open", city.post)):
        answer = ask(reverse(f"evaluations:{step}"), given)
        assert answer.status_code == 422
        assert message in answer.content.decode()
    assert not Period.objects.exists()


def test_units_founded_since_are_added(city, tree):
    code = next_periods([], timezone.localdate())[0].code
    city.post(reverse("evaluations:period_open"), {"code": code})
    new = factories.UnitFactory(parent=tree.ward)
    answer = city.post(address("period_extend", code), follow=True)
    assert "thêm 1 phiếu mới" in answer.content.decode()
    assert Evaluation.objects.filter(unit=new).exists()


def test_moving_the_dates_leaves_an_audit_row_for_each(city, people):
    factories.PeriodFactory(locks_at=factories.moment("2027-01-15T23:59:59"))
    answer = city.post(
        address("period_edit"), {"due_on": "08/01/2027", "locks_at": "12:00 20/01/2027"}
    )
    assert answer.headers["Location"] == LIST
    period = Period.objects.get()
    assert (period.due_on, period.locks_at) == (
        date(2027, 1, 8),
        factories.moment("2027-01-20T12:00"),
    )
    rows = {row.field: row for row in AuditEntry.objects.filter(action="period_rescheduled")}
    assert set(rows) == {"due_on", "locks_at"}
    assert (rows["due_on"].old, rows["due_on"].new) == ("2027-01-05", "2027-01-08")
    assert {row.by for row in rows.values()} == {people.thanhuy}


def test_dates_left_as_they_were_leave_no_audit_row(city):
    known = factories.moment("2027-01-15T23:59:59")
    factories.PeriodFactory(locks_at=known)
    shown = city.get(address("period_edit")).content.decode()
    assert 'value="23:59 15/01/2027"' in shown
    city.post(address("period_edit"), {"due_on": "05/01/2027", "locks_at": "23:59 15/01/2027"})
    assert Period.objects.get().locks_at == known
    assert not AuditEntry.objects.filter(subject_type="period").exists()


def test_lock_before_the_due_date_is_refused(city):
    factories.PeriodFactory()
    answer = city.post(
        address("period_edit"), {"due_on": "08/01/2027", "locks_at": "12:00 07/01/2027"}
    )
    assert answer.status_code == 422
    assert "không được trước hạn nộp" in answer.content.decode()


def test_closing_asks_first_and_says_what_is_left(city, tree):
    factories.sheet(tree.a)
    html = city.get(address("period_close")).content.decode()
    assert "Còn 1/1 phiếu chưa có quyết định." in html
    assert Period.objects.get().closed_at is None


def test_closed_period_stays_closed(city, people):
    factories.PeriodFactory()
    city.post(address("period_close"))
    period = Period.objects.get()
    assert period.closed_at - timezone.now() < timedelta(minutes=1)
    row = AuditEntry.objects.get(action="period_closed")
    assert (row.by, row.period) == (people.thanhuy, "2026-Q4")
    for again in (
        city.post(address("period_close"), follow=True),
        city.post(address("period_extend"), follow=True),
        city.post(address("period_edit"), {"due_on": "08/01/2027", "locks_at": "12:00 20/01/2027"}),
    ):
        assert "đã đóng" in again.content.decode()
    assert Period.objects.get().due_on == date(2027, 1, 5)
    assert AuditEntry.objects.filter(subject_type="period").count() == 1
