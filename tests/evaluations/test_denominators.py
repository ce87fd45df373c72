"""Who owes a sheet after units close and are founded: above and below the line alike."""

from datetime import date

import pytest

from cells.models import Door
from evaluations.models import Evaluation, PeriodUnit
from evaluations.reports.periods import periods_counted
from evaluations.services.periods import period_open
from evaluations.services.rankings import ranking_build
from tests import factories
from tests.evaluations.decided import decided
from tests.evaluations.lineages import close, event

pytestmark = pytest.mark.django_db
BREAK = date(2026, 11, 1)


def opened():
    return period_open(code="2026-Q4", by=None, door=Door.COMMAND)


def counted():
    period = periods_counted().get(code="2026-Q4")
    return (period.expected, period.started, period.submitted)


@pytest.fixture
def split(tree):
    """Return two cells that a became on 1 November, the period being open since before."""
    factories.quarter_criteria()
    opened()
    new = [factories.UnitFactory(parent=tree.ward, founded_on=BREAK) for _ in range(2)]
    event("split", BREAK, [(tree.a, unit) for unit in new])
    close(tree.a, BREAK)
    PeriodUnit.objects.filter(unit=tree.a).update(is_expected=False, reason="Kết thúc hoạt động")
    return new


def test_founded_cells_are_owed_and_the_closed_one_is_not(split):
    assert counted() == (2, 0, 0)
    again = opened()
    assert (again.created_sheets, again.expected) == (2, 4)
    assert counted() == (4, 0, 0)


def test_sheet_that_a_closed_cell_had_begun_counts_nowhere(tree, split):
    Evaluation.objects.filter(unit__in=[tree.a, tree.b]).update(lines_done=3, self_total=0)
    opened()
    assert counted() == (4, 1, 0)


def test_ranking_lists_no_sheet_that_is_not_owed_any_more(tree, split):
    ranking = ranking_build(period=opened().period, scope=tree.city, by=None)
    apart = set(ranking.rows.apart().values_list("unit", flat=True))
    assert apart == {tree.b.pk, tree.c.pk, *(unit.pk for unit in split)}


def test_decided_sheet_competes_whatever_the_unit_owes(tree, split):
    decided(tree.c, factories.PeriodFactory(code="2026-Q3"))
    PeriodUnit.objects.filter(unit=tree.c).update(is_expected=False)
    period = Evaluation.objects.get(state="decided").period
    assert ranking_build(period=period, scope=tree.city, by=None).ranked == 1


def test_opening_again_does_not_take_a_closed_cell_back(tree, split):
    opened()
    row = PeriodUnit.objects.get(unit=tree.a)
    assert (row.is_expected, row.reason) == (False, "Kết thúc hoạt động")


def test_cell_closed_before_the_last_day_is_not_in_a_period_opened_later(tree):
    factories.quarter_criteria()
    close(tree.a, BREAK)
    assert opened().expected == 2
    assert not PeriodUnit.objects.filter(unit=tree.a).exists()


def test_cell_founded_in_the_last_month_is_listed_with_the_reason(tree):
    factories.quarter_criteria()
    late = factories.UnitFactory(parent=tree.ward, founded_on=date(2026, 12, 2))
    assert opened().expected == 3
    assert "chưa đủ một tháng" in PeriodUnit.objects.get(unit=late).reason
