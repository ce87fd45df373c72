"""Reminders: seven and two days before and on the day, only to those who still owe a sheet."""

from datetime import date, timedelta

import pytest
from django.core import mail as outbox_of
from django.utils import timezone

from cells.models import Notice
from cells.services import mails
from evaluations.models import PeriodUnit, State
from evaluations.services.reminders import reminders_send
from evaluations.tasks import morning
from tests import factories

pytestmark = pytest.mark.django_db
DUE = date(2027, 1, 5)


def at(day, hour="07:00"):
    return factories.moment(f"{day}T{hour}")


def days_before(days):
    return at(DUE - timedelta(days=days))


@pytest.fixture
def period(db):
    return factories.PeriodFactory(opened_at=at("2026-10-01"))


@pytest.fixture
def sheet(tree, people, period):
    return factories.sheet(tree.a, period)


def texts(user):
    return list(Notice.objects.filter(to=user).order_by("pk").values_list("text", flat=True))


@pytest.mark.parametrize(
    ("days", "count"), [(8, 0), (7, 1), (6, 0), (3, 0), (2, 1), (1, 0), (0, 1), (-1, 0)]
)
def test_people_are_reminded_on_three_days(people, sheet, days, count):
    reminders_send(now=days_before(days))
    assert len(texts(people.bithu)) == count


@pytest.mark.parametrize(("hour", "count"), [("06:59", 0), ("07:00", 1), ("23:59", 1)])
def test_reminders_are_written_from_the_hour_of_the_digests_on(people, sheet, hour, count):
    reminders_send(now=at(DUE, hour))
    assert len(texts(people.bithu)) == count


def test_a_morning_that_runs_often_reminds_once(people, sheet):
    counts = [reminders_send(now=at(DUE, hour)) for hour in ("07:00", "07:05", "18:00")]
    assert counts == [3, 0, 0]  # the secretary and two of the staff


def test_each_of_the_three_days_reminds_anew(people, sheet):
    for days in (7, 2, 0):
        reminders_send(now=days_before(days))
    assert [text.partition("Hạn nộp ")[2] for text in texts(people.bithu)] == [
        "thứ Ba, 05/01/2027, còn 7 ngày.",
        "thứ Ba, 05/01/2027, còn 2 ngày.",
        "thứ Ba, 05/01/2027, là hôm nay.",
    ]


@pytest.mark.parametrize(
    ("state", "count"), [("draft", 1), ("returned", 1), ("submitted", 0), ("appraised", 0)]
)
def test_only_who_still_owes_a_sheet_is_reminded(people, sheet, state, count):
    sheet.state, sheet.submitted_at = State(state), timezone.now()
    sheet.save()
    reminders_send(now=days_before(2))
    assert len(texts(people.bithu)) == count


def test_who_need_not_report_is_not_reminded(people, sheet):
    PeriodUnit.objects.update(is_expected=False, reason="Đã kết thúc")
    assert reminders_send(now=days_before(2)) == 0


@pytest.mark.parametrize(
    ("opened", "count"), [("2027-01-02T07:01", 0), ("2027-01-02T07:00", 1), ("2027-01-03T06:00", 0)]
)
def test_nobody_is_reminded_within_a_day_of_the_opening(people, period, sheet, opened, count):
    period.opened_at = factories.moment(opened)
    period.save()
    reminders_send(now=at("2027-01-03", "18:00"))
    assert len(texts(people.bithu)) == count


def test_a_closed_period_reminds_nobody(people, period, sheet):
    period.closed_at = days_before(9)
    period.save()
    assert reminders_send(now=days_before(2)) == 0


def extend(unit, people, until):
    PeriodUnit.objects.filter(unit=unit).update(
        extended_until=at(until, "17:00"), extended_by=people.thanhuy, extension_reason="Bão"
    )


@pytest.mark.parametrize(
    ("day", "count"), [("2027-01-05", 0), ("2027-01-11", 1), ("2027-01-12", 0), ("2027-01-13", 1)]
)
def test_an_extension_puts_the_reminders_off(tree, people, sheet, day, count):
    extend(tree.a, people, "2027-01-13")
    reminders_send(now=at(day))
    assert len(texts(people.bithu)) == count


def test_an_extension_that_ends_before_the_due_date_changes_nothing(tree, people, sheet):
    extend(tree.a, people, "2027-01-04")
    reminders_send(now=days_before(0))
    assert len(texts(people.bithu)) == 1


def test_staff_are_told_one_line_with_the_count(tree, people, period, sheet):
    factories.sheet(tree.b, period)
    handed_in = factories.UnitFactory(parent=tree.ward)
    factories.sheet(handed_in, period, state=State.SUBMITTED, submitted_at=timezone.now())
    reminders_send(now=days_before(7))
    assert texts(people.canbo) == [
        "Còn 2 chi bộ chưa nộp phiếu Quý IV/2026. Hạn nộp thứ Ba, 05/01/2027, còn 7 ngày."
    ]
    assert texts(people.bithu)[0].startswith(f"{tree.a.name}: chưa nộp phiếu Quý IV/2026.")
    assert texts(people.nguoila) == []


def test_a_committee_that_owes_its_own_sheet_is_named_with_its_cells(tree, people, period, sheet):
    factories.sheet(tree.ward, period)
    reminders_send(now=days_before(7))
    assert texts(people.canbo)[0].startswith("Còn 1 chi bộ và 1 đảng bộ chưa nộp")


def test_a_secretary_of_two_cells_gets_one_line(tree, people, period, sheet):
    factories.sheet(tree.b, period)
    factories.AssignmentFactory(user=people.bithu, unit=tree.b, role="secretary")
    reminders_send(now=days_before(7))
    assert [text.partition(" chưa")[0] for text in texts(people.bithu)] == ["Còn 2 chi bộ"]


def test_the_morning_puts_the_reminder_into_the_one_mail_of_the_day(
    people, sheet, monkeypatch, settings
):
    people.bithu.email = "bithu@vidu.vn"
    people.bithu.save()
    monkeypatch.setattr(timezone, "now", lambda: days_before(2) + timedelta(minutes=4))
    for _ in range(2):
        morning()
        mails.mails_deliver(now=timezone.now())
    (sent,) = outbox_of.outbox
    assert "còn 2 ngày" in sent.body


@pytest.mark.parametrize("count", [1, 30])
def test_reminding_costs_the_same_for_many(tree, period, people, count, django_assert_num_queries):
    for _ in range(count):
        cell = factories.UnitFactory(parent=tree.ward)
        factories.UserFactory(roles=[("secretary", cell)])
        factories.sheet(cell, period)
    # periods; per day its sheets (3); secretaries, staff; then savepoint, known, settings,
    # insert, release, and a savepoint with its release for each of the two other days
    with django_assert_num_queries(15):
        assert reminders_send(now=days_before(7)) == count + 2
