"""Years and months beside quarters: who owes a sheet, and which period people work on."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cells.models import Door, Unit
from evaluations.models import CriteriaSet, Evaluation, Period, PeriodUnit
from evaluations.models.periods import period_title
from evaluations.services.periods import NOBODY_ABOVE, period_open
from tests import factories
from tests.evaluations.tampering import tamper_criteria

pytestmark = pytest.mark.django_db


@pytest.fixture
def criteria(db):
    return factories.quarter_criteria()


def opened(code):
    return period_open(code=code, by=None, door=Door.COMMAND)


def sets_of(code):
    sheets = Evaluation.objects.filter(period__code=code)
    return dict(sheets.values_list("unit__code", "criteria__code"))


def test_a_year_is_owed_by_cells_and_grassroots_committees(tree, criteria):
    result = opened("2026")
    assert result.expected == 5
    assert sets_of("2026") == {
        **{unit.code: "CB4T-2026" for unit in (tree.a, tree.b, tree.c)},
        **{unit.code: "DB4T-2026" for unit in (tree.ward, tree.other)},
    }


@pytest.mark.parametrize(
    ("code", "criteria_code"), [("2026-Q4", "CB4T-QUY-2026"), ("2026-M11", "CB4T-THANG-2026")]
)
def test_a_shorter_period_is_owed_by_cells_alone(tree, criteria, code, criteria_code):
    opened(code)
    assert sets_of(code) == {unit.code: criteria_code for unit in (tree.a, tree.b, tree.c)}


def test_whoever_is_above_a_committee_judges_it(tree, criteria):
    opened("2026")
    above = dict(PeriodUnit.objects.values_list("unit", "committee"))
    assert above[tree.ward.pk] == tree.city.pk
    assert above[tree.a.pk] == tree.ward.pk
    assert above[tree.city.pk] is None


def test_a_committee_with_nobody_above_owes_nothing(criteria, db):
    alone = factories.CommitteeFactory(parent=None)
    opened("2026")
    row = PeriodUnit.objects.get(unit=alone)
    assert (row.is_expected, row.reason) == (False, NOBODY_ABOVE)


def test_committees_get_their_sheet_once_there_is_a_set(tree, criteria):
    theirs = CriteriaSet.objects.get(code="DB4T-2026")
    tamper_criteria(theirs, valid_from=date(2027, 1, 1))
    assert opened("2026").expected == 3
    tamper_criteria(theirs, valid_from=date(2026, 1, 1))
    again = opened("2026")
    assert (again.created_sheets, again.expected) == (2, 5)
    assert PeriodUnit.objects.get(unit=tree.ward).committee == tree.city
    assert opened("2026").created_sheets == 0


@pytest.mark.parametrize(
    ("founded", "owes"), [(date(2026, 11, 1), True), (date(2026, 11, 2), False)]
)
def test_a_month_is_owed_by_who_lived_all_of_it(tree, criteria, founded, owes):
    new = factories.UnitFactory(parent=tree.ward, founded_on=founded)
    opened("2026-M11")
    assert PeriodUnit.objects.get(unit=new).is_expected == owes


@pytest.mark.parametrize(
    ("code", "title"),
    [("2026-Q4", "Quý IV/2026"), ("2026-M07", "Tháng 7/2026"), ("2026", "Năm 2026")],
)
def test_periods_are_called_as_people_say(code, title):
    assert period_title(code) == title


def begun(code, kind, starts, ends):
    return factories.PeriodFactory(code=code, kind=kind, starts_on=starts, ends_on=ends)


@pytest.mark.parametrize(
    ("codes", "current"),
    [
        (["Q3", "Q4"], "Q4"),
        (["Q4", "year"], "Q4"),
        (["Q3", "year"], "Q3"),
        (["Q4", "month"], "Q4"),
        (["year", "month"], "month"),
        (["Q3", "month"], "month"),
        (["year"], "year"),
    ],
)
def test_people_work_on_the_shorter_period_but_on_a_quarter_before_its_months(
    db, codes, current, monkeypatch
):
    known = {
        "Q3": ("quarter", date(2026, 7, 1), date(2026, 9, 30)),
        "Q4": ("quarter", date(2026, 10, 1), date(2026, 12, 31)),
        "year": ("year", date(2026, 1, 1), date(2026, 12, 31)),
        "month": ("month", date(2026, 12, 1), date(2026, 12, 31)),
    }
    monkeypatch.setattr("evaluations.models.periods.timezone.localdate", lambda: date(2026, 12, 20))
    for code in codes:
        begun(code, *known[code])
    assert Period.objects.current().code == current


def test_a_period_that_has_not_begun_is_not_worked_on(db):
    tomorrow = timezone.localdate() + timedelta(days=1)
    begun("next", "quarter", tomorrow, tomorrow + timedelta(days=90))
    assert Period.objects.current() is None
    assert not Unit.objects.exists()
