"""Opening a period: who owes a sheet, frozen as of its last day."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from cells.models import AuditEntry, Door, Placement, Unit
from evaluations.models import CriteriaSet, Evaluation, Period, PeriodUnit, State
from evaluations.services import periods
from evaluations.services.errors import RefusedError
from evaluations.services.periods import period_bounds, period_open
from tests import factories

pytestmark = pytest.mark.django_db
LAST_DAY = date(2026, 12, 31)


def opened(code="2026-Q4", **fields):
    return period_open(code=code, by=None, door=Door.COMMAND, **fields)


def frozen(unit, code="2026-Q4"):
    return PeriodUnit.objects.get(unit=unit, period__code=code)


@pytest.fixture
def criteria(db):
    return factories.quarter_criteria()


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q2", date(2026, 4, 1), date(2026, 6, 30)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-M07", date(2026, 7, 1), date(2026, 7, 31)),
        ("2028-M02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-M12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_code_gives_its_dates(code, first, last):
    assert period_bounds(code)[1:] == (first, last)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026-Q5",
        "2026-Q0",
        "2026-M00",
        "2026-M13",
        "2026-M7",
        "26-Q1",
        "2026Q4",
        "2026-Q4 ",
        "٢٠٢٦",
    ],
)
def test_a_malformed_code_is_refused(code):
    with pytest.raises(RefusedError, match="2026-Q4"):
        opened(code)
    assert not Period.objects.exists()


@pytest.mark.parametrize(("days", "opens"), [(100, True), (101, False)])
def test_a_period_is_not_opened_long_before_it_begins(tree, criteria, monkeypatch, days, opens):
    today = date(2027, 4, 1) - timedelta(days=days)
    monkeypatch.setattr("evaluations.services.periods.timezone.localdate", lambda: today)
    if opens:
        assert opened("2027-Q2").expected == 3
    else:
        with pytest.raises(RefusedError, match="quá xa"):
            opened("2027-Q2")


def test_sheets_are_due_on_the_5th_and_locked_after_the_15th_of_the_month_after(tree, criteria):
    period = opened().period
    assert period.due_on == date(2027, 1, 5)
    assert timezone.localtime(period.locks_at).isoformat() == "2027-01-15T23:59:59+07:00"


def test_the_opener_may_set_other_dates(tree, criteria):
    moment = factories.moment("2027-01-20T17:00")
    period = opened(due_on=date(2027, 1, 8), locks_at=moment).period
    assert (period.due_on, period.locks_at) == (date(2027, 1, 8), moment)


def test_every_cell_gets_an_empty_draft_and_committees_none(tree, criteria):
    result = opened()
    assert (result.created_sheets, result.expected, result.not_expected) == (3, 3, 3)
    sheet = Evaluation.objects.get(unit=tree.a)
    assert (sheet.state, sheet.lines_total, sheet.lines_done) == (State.DRAFT, 24, 0)
    assert (sheet.path, sheet.criteria, sheet.self_total) == (tree.a.path, criteria, None)
    assert frozen(tree.ward).reason == "Không phải chi bộ"


def test_opening_twice_changes_nothing(tree, criteria):
    first = opened()
    before = list(PeriodUnit.objects.values()), list(Evaluation.objects.values())
    again = opened(due_on=date(2030, 1, 1))
    assert again.created_sheets == 0
    assert (again.expected, again.not_expected) == (first.expected, first.not_expected)
    assert (list(PeriodUnit.objects.values()), list(Evaluation.objects.values())) == before
    assert again.period.due_on == date(2027, 1, 5)
    assert AuditEntry.objects.filter(action="period_opened").count() == 1


def test_opening_again_adds_the_unit_founded_since_and_leaves_sheets_in_work_alone(tree, criteria):
    opened()
    Evaluation.objects.filter(unit=tree.a).update(lines_done=7)
    new = factories.UnitFactory(parent=tree.ward, founded_on=date(2026, 11, 20))
    assert opened().created_sheets == 1
    assert Evaluation.objects.filter(unit=new).exists()
    assert Evaluation.objects.get(unit=tree.a).lines_done == 7


def test_what_moved_since_stays_as_it_was_frozen(tree, criteria):
    opened()
    move(tree.a, tree.other, date(2026, 11, 1))
    opened()
    assert frozen(tree.a).parent == tree.ward


@pytest.mark.parametrize(
    ("founded_on", "expected"),
    [(date(2026, 12, 1), True), (date(2026, 12, 2), False), (LAST_DAY, False)],
)
def test_a_cell_owes_a_sheet_from_one_whole_month(tree, criteria, founded_on, expected):
    cell = factories.UnitFactory(parent=tree.ward, founded_on=founded_on)
    opened()
    row = frozen(cell)
    assert row.is_expected is expected
    assert row.reason == ("" if expected else periods.NO_WHOLE_MONTH)
    assert Evaluation.objects.filter(unit=cell).exists() is expected


def test_a_cell_founded_after_the_last_day_is_not_listed(tree, criteria):
    cell = factories.UnitFactory(parent=tree.ward, founded_on=LAST_DAY + timedelta(days=1))
    opened()
    assert not PeriodUnit.objects.filter(unit=cell).exists()


@pytest.mark.parametrize(
    ("closed_on", "listed"), [(LAST_DAY, False), (LAST_DAY + timedelta(days=1), True)]
)
def test_a_unit_is_listed_if_it_lives_through_the_last_day(tree, criteria, closed_on, listed):
    Unit.objects.filter(pk=tree.b.pk).update(closed_on=closed_on)
    Placement.objects.filter(unit=tree.b).update(valid_to=closed_on)
    opened()
    assert PeriodUnit.objects.filter(unit=tree.b).exists() is listed


@pytest.mark.parametrize(
    ("moved_on", "where"), [(LAST_DAY, "other"), (LAST_DAY + timedelta(days=1), "ward")]
)
def test_place_and_committee_are_those_of_the_last_day(tree, criteria, moved_on, where):
    move(tree.a, tree.other, moved_on)
    opened()
    row, place = frozen(tree.a), getattr(tree, where)
    assert (row.parent, row.committee) == (place, place)
    assert row.path == f"{place.path}{tree.a.code}/"


def test_the_committee_is_the_nearest_grassroots_one_above(tree, criteria):
    level = factories.LevelFactory(
        code="dang_bo_truc_thuoc", valid_from=date(2026, 7, 26), is_cell=False
    )
    branch = factories.CommitteeFactory(parent=tree.ward, level=level)
    cell = factories.UnitFactory(parent=branch)
    opened()
    assert (frozen(cell).parent, frozen(cell).committee) == (branch, tree.ward)
    assert frozen(branch).committee == tree.ward
    assert frozen(tree.ward).committee is None


def test_without_criteria_nobody_is_expected_until_they_are_published(tree):
    assert not CriteriaSet.objects.exists()
    assert opened().expected == 0
    assert frozen(tree.a).reason == periods.NO_CRITERIA
    factories.quarter_criteria()
    assert opened().created_sheets == 3
    assert (frozen(tree.a).is_expected, frozen(tree.a).reason) == (True, "")


def test_a_year_uses_the_year_set(tree, criteria):
    opened("2026")
    assert frozen(tree.a, "2026").criteria.code == "CB4T-2026"


def test_a_closed_period_is_refused(tree, criteria):
    opened()
    Period.objects.update(closed_at=timezone.now())
    with pytest.raises(RefusedError, match="đã đóng"):
        opened()


def test_opening_takes_few_queries_whatever_the_number_of_cells(
    tree, criteria, django_assert_max_num_queries
):
    for _ in range(30):
        factories.UnitFactory(parent=tree.ward)
    with django_assert_max_num_queries(22):
        opened()


def test_the_command_prints_what_was_opened(tree, criteria):
    out = StringIO()
    call_command("open_period", "2026-Q4", stdout=out)
    assert json.loads(out.getvalue()) == {
        "period": "2026-Q4",
        "created_sheets": 3,
        "expected": 3,
        "not_expected": 3,
    }


def test_the_command_leaves_with_1_when_refused(tree):
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("open_period", "quý 4", stdout=out, stderr=err)
    assert stop.value.code == 1
    assert "quý 4" in json.loads(out.getvalue())["error"]["message"]
    assert "quý 4" in err.getvalue()


def move(unit, parent, day):
    unit.placements.update(valid_to=day)
    Placement.objects.create(
        unit=unit,
        parent=parent,
        level=unit.level,
        kind=unit.kind,
        name=unit.name,
        valid_from=day,
    )
