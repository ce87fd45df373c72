"""What an event does to periods and sheets, and the story of thôn Hoành."""

from datetime import date

import pytest

from cells.models import AuditEntry, Unit
from cells.services.reorganisation import (
    ReorganisationRefusedError,
    UnitDraft,
    lineage_of,
    reorganisation_apply,
    reorganisation_preview,
    reorganisation_revert,
)
from evaluations.models import Evaluation, PeriodUnit, Score
from evaluations.services.owed import owed_months, owed_quarters
from evaluations.services.period_changes import period_close
from evaluations.services.periods import period_open
from members.models import Membership
from tests import factories
from tests.cells.reorganising import picture, plan, unit
from tests.evaluations.decided import decided, quarter

LEVEL = "chi_bo"
SPLIT_ON = date(2026, 10, 20)


def drafts(*codes):
    return [UnitDraft(code, name=f"Chi bộ {code}", level=LEVEL) for code in codes]


@pytest.fixture
def opened(tree, people):
    """Quarter 4 is open for the cells of the tree."""
    factories.quarter_criteria()
    tree.period = period_open(code="2026-Q4", by=people.thanhuy, door="web").period
    tree.by = people.thanhuy
    return tree


def split(world, *, on=SPLIT_ON):
    return plan("split", [world.a], drafts("A1", "A2"), on=on)


def act(world, asked):
    return reorganisation_apply(plan=asked, by=world.by, door="web")


def place(world, code):
    return PeriodUnit.objects.get(period=world.period, unit__code=code)


def test_closed_cell_owes_nothing_more_and_the_new_ones_do(opened):
    act(opened, split(opened))
    old = place(opened, opened.a.code)
    assert (old.is_expected, old.reason) == (False, "Kết thúc hoạt động ngày 20/10/2026")
    assert place(opened, "A1").is_expected
    assert Evaluation.objects.filter(unit__code="A1").exists()
    sheet = Evaluation.objects.get(unit=opened.a)
    assert (sheet.state, sheet.path) == ("draft", opened.a.path)


def test_opening_again_after_an_event_changes_nothing(opened):
    act(opened, split(opened))
    before = picture(without=())
    again = period_open(code="2026-Q4", by=opened.by, door="web")
    assert again.created_sheets == 0
    assert picture(without=()) == before


def test_submitted_sheet_stays_expected(opened):
    Evaluation.objects.filter(unit=opened.a).update(
        state="submitted", submitted_at=factories.moment("2026-10-15")
    )
    act(opened, split(opened))
    assert place(opened, opened.a.code).is_expected


def test_closed_period_keeps_its_denominator(opened):
    period_close(period=opened.period, by=opened.by, door="web")
    act(opened, split(opened))
    assert place(opened, opened.a.code).is_expected
    assert not PeriodUnit.objects.filter(unit__code="A1").exists()


def test_preview_counts_sheets_and_periods(opened):
    decided(opened.a, quarter("2026-Q3"))
    preview = reorganisation_preview(plan=split(opened), by=opened.by)
    counted = {effect.code: effect.count for effect in preview.effects}
    assert (counted["sheets_open"], counted["sheets_decided"]) == (1, 1)
    assert (counted["not_expected"], counted["new_units"]) == (1, 2)
    assert not [one for one in preview.warnings if "Quý IV" in one.message]


def test_event_before_an_open_period_is_warned_of(opened):
    asked = split(opened, on=date(2026, 8, 1))
    messages = [one.message for one in reorganisation_preview(plan=asked, by=opened.by).warnings]
    assert "Ngày hiệu lực trước ngày đầu của Quý IV/2026 đang mở." in messages


def test_taking_back_restores_sheets_and_denominators(opened):
    before = picture()
    event = act(opened, split(opened))
    reorganisation_revert(event=event, reason="Ghi nhầm", by=opened.by, door="web")
    assert picture() == before


def test_entered_sheet_of_a_new_cell_keeps_the_event(opened):
    event = act(opened, split(opened))
    sheet = Evaluation.objects.get(unit__code="A1")
    Score.objects.create(evaluation=sheet, line="1.1", stage="self", num=1)
    with pytest.raises(ReorganisationRefusedError, match="đã có phiếu"):
        reorganisation_revert(event=event, reason="x", by=opened.by, door="web")


def test_closed_period_keeps_the_event(opened):
    event = act(opened, split(opened))
    period_close(period=opened.period, by=opened.by, door="web")
    with pytest.raises(ReorganisationRefusedError, match="đã đóng"):
        reorganisation_revert(event=event, reason="x", by=opened.by, door="web")


def test_story_of_thon_hoanh(tree, people):
    """The cell of thôn Hoành (invented commune) splits into four on 1 July."""
    factories.quarter_criteria()
    hoanh = factories.UnitFactory(parent=tree.ward, code="HOANH", name="Chi bộ thôn Hoành")
    places = [factories.MembershipFactory(cell=hoanh) for _ in range(40)]
    earned = decided(hoanh, quarter("2026-Q2"), members=40)
    year = period_open(code="2026", by=people.thanhuy, door="web").period
    codes = ["H1", "H2", "H3", "H4"]
    members = {str(row.member_id): codes[n % 4] for n, row in enumerate(places)}
    day = date(2026, 7, 1)
    asked = plan(
        "split", [hoanh], [UnitDraft(code, code, level="chi_bo_truc_thuoc") for code in codes],
        on=day, members=members,
    )  # fmt: skip
    kept = Evaluation.objects.filter(pk=earned.pk).values().get()
    reorganisation_apply(plan=asked, by=people.canbo, door="web")

    assert Evaluation.objects.filter(pk=earned.pk).values().get() == kept
    hoanh.refresh_from_db()
    assert hoanh.closed_on == day
    assert (owed_months(hoanh, year), owed_quarters(hoanh, year)) == (6, 2)
    assert not PeriodUnit.objects.get(period=year, unit=hoanh).is_expected
    for code in codes:
        new = unit(code)
        assert (owed_months(new, year), owed_quarters(new, year)) == (6, 2)
        assert Membership.objects.active_on(day).filter(cell=new).count() == 10
        assert PeriodUnit.objects.filter(period=year, unit=new).exists()
        assert hoanh.pk in {node.pk for node in lineage_of(new).nodes}
    assert AuditEntry.objects.filter(unit=hoanh, action="unit_closed").exists()


@pytest.mark.parametrize(
    ("founded", "closed", "period", "months", "quarters"),
    [
        (date(2020, 1, 1), None, "2026", 12, 4),
        (date(2026, 7, 1), None, "2026", 6, 2),
        (date(2026, 7, 2), None, "2026", 5, 2),
        (date(2026, 9, 15), None, "2026-Q3", 0, 0),
        (date(2026, 9, 1), None, "2026-Q3", 1, 1),
        (date(2020, 1, 1), date(2026, 7, 1), "2026", 6, 2),
        (date(2020, 1, 1), date(2026, 6, 30), "2026", 5, 2),
        (date(2027, 1, 1), None, "2026", 0, 0),
    ],
)
def test_duties_are_counted_by_whole_months(db, founded, closed, period, months, quarters):
    period = period_open(code=period, by=None, door="web").period
    cell = Unit(founded_on=founded, closed_on=closed)
    assert (owed_months(cell, period), owed_quarters(cell, period)) == (months, quarters)
