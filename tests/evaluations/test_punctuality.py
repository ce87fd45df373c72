"""On time or late: by the local day of the first submission."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from cells.models import Door
from evaluations.models import Evaluation
from evaluations.services import sheets
from tests import factories
from tests.evaluations.test_sheet_services import fill

DUE = date(2027, 1, 5)


@pytest.mark.parametrize(
    ("handed_in", "is_on_time"),
    [
        ("2027-01-05T23:59:59", True),
        ("2027-01-06T00:00:00", False),  # 17:00 of the 5th in UTC
        ("2027-01-05T00:00:00", True),
    ],
)
def test_sheet_is_on_time_until_the_local_day_ends(tree, handed_in, is_on_time):
    factories.sheet(tree.a, submitted_at=factories.moment(handed_in), state="submitted")
    sheet = Evaluation.objects.select_related("period").get()
    assert sheet.period.due_on == DUE
    assert (sheet.is_on_time, sheet.is_late) == (is_on_time, not is_on_time)
    assert Evaluation.objects.on_time().exists() is is_on_time
    assert Evaluation.objects.late().exists() is not is_on_time


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (-1, True)])
def test_sheet_not_handed_in_is_late_once_the_due_day_is_over(tree, days, is_late):
    today = timezone.localdate()
    period = factories.PeriodFactory(due_on=today + timedelta(days=days))
    sheet = factories.sheet(tree.a, period)
    assert (sheet.is_on_time, sheet.is_late) == (False, is_late)
    assert Evaluation.objects.overdue(today).exists() is is_late
    assert not Evaluation.objects.late().exists()


def test_return_does_not_make_a_sheet_late(tree, people):
    sheet = factories.sheet(tree.a)
    fill(sheet, people.canbo)
    sheet = sheets.sheet_submit(sheet=sheet, by=people.canbo, door=Door.WEB, on_behalf=True)
    first = sheet.first_submitted_at
    assert first == sheet.submitted_at
    sheet = sheets.sheet_return(sheet=sheet, reason="Sửa 1.2", by=people.canbo2, door=Door.WEB)
    sheet = sheets.sheet_submit(sheet=sheet, by=people.canbo, door=Door.WEB, on_behalf=True)
    assert sheet.submitted_at > first
    assert sheet.first_submitted_at == first
    # Taken back after a return it keeps the day on which it first came.
    sheet = sheets.sheet_withdraw(sheet=sheet, by=people.canbo, door=Door.WEB)
    assert sheet.first_submitted_at == first


def test_sheet_taken_back_was_not_handed_in(tree, people):
    sheet = factories.sheet(tree.a)
    fill(sheet, people.canbo)
    sheet = sheets.sheet_submit(sheet=sheet, by=people.canbo, door=Door.WEB, on_behalf=True)
    sheet = sheets.sheet_withdraw(sheet=sheet, by=people.canbo, door=Door.WEB)
    sheet.refresh_from_db()
    assert sheet.handed_in_on is None


def test_database_refuses_a_first_submission_after_the_last(tree):
    at = timezone.now()
    with pytest.raises(IntegrityError, match="first_submitted"):
        factories.sheet(
            tree.a, submitted_at=at, first_submitted_at=at + timedelta(seconds=1), state="submitted"
        )
