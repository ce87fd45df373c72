"""A unit that came of another has no movement: the ranking says what happened instead."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from evaluations.reports.ranking_xlsx import ranking_workbook
from evaluations.services.rankings import ranking_build
from tests import factories
from tests.evaluations.decided import decided, quarter
from tests.evaluations.lineages import close, event

pytestmark = pytest.mark.django_db
BREAK = date(2026, 7, 1)


@pytest.fixture
def before(tree):
    """Return Q2 with its ranking: the cells a, b and c."""
    period = quarter("2026-Q2")
    for unit in (tree.a, tree.b, tree.c):
        decided(unit, period)
    ranking_build(period=period, scope=tree.city, by=None)
    return period


def founded(tree, count=2):
    made = [factories.UnitFactory(parent=tree.ward, founded_on=BREAK) for _ in range(count)]
    return made[0] if count == 1 else made


def row_after(tree, *units):
    """Return the rows of `units` in the ranking of Q3."""
    period = quarter("2026-Q3")
    for unit in units:
        decided(unit, period)
    ranking = ranking_build(period=period, scope=tree.city, by=None)
    return [ranking.rows.get(unit=unit) for unit in units]


def test_cells_of_a_split_have_a_break_and_no_movement(tree, before):
    one, two = founded(tree)
    event("split", BREAK, [(tree.a, one), (tree.a, two)])
    close(tree.a, BREAK)
    for row in row_after(tree, one, two):
        assert (row.lineage_break, row.previous_rank, row.previous_total) == ("split", None, None)


def test_merged_cell_has_a_break(tree, before):
    joint = founded(tree, 1)
    event("merge", BREAK, [(tree.a, joint), (tree.b, joint)])
    assert row_after(tree, joint)[0].lineage_break == "merge"


def test_cell_that_took_another_in_keeps_its_movement_and_says_so(tree, before):
    event("absorb", BREAK, [(tree.a, tree.a), (tree.b, tree.a)])
    (row,) = row_after(tree, tree.a)
    assert (row.lineage_break, row.previous_rank) == ("absorb", 1)


def test_cell_that_was_founded_is_new(tree, before):
    assert row_after(tree, founded(tree, 1))[0].lineage_break == "new"


@pytest.mark.parametrize("kind", ["transfer", "rename"])
def test_moving_or_renaming_breaks_nothing(tree, before, kind):
    event(kind, BREAK, [(tree.a, tree.a)])
    (row,) = row_after(tree, tree.a)
    assert (row.lineage_break, row.previous_rank) == ("", 1)


def test_event_that_was_taken_back_breaks_nothing(tree, before):
    event(
        "absorb",
        BREAK,
        [(tree.a, tree.a), (tree.b, tree.a)],
        reverted_at=timezone.now(),
        revert_reason="Nhầm chi bộ",
    )
    assert row_after(tree, tree.a)[0].lineage_break == ""


def test_event_of_the_period_before_does_not_break_the_next(tree, before):
    event("absorb", date(2026, 5, 1), [(tree.a, tree.a), (tree.b, tree.a)])
    assert row_after(tree, tree.a)[0].lineage_break == ""


def test_first_ranking_has_nothing_to_break(tree):
    event("split", BREAK, [(tree.b, tree.a)])
    assert row_after(tree, tree.a)[0].lineage_break == ""


def test_page_and_workbook_say_what_happened(client, tree, people, before):
    one, two = founded(tree)
    event("split", BREAK, [(tree.a, one), (tree.a, two)])
    ranking = row_after(tree, one, tree.b)[0].ranking
    client.force_login(people.canbo)
    text = client.get("/xep-hang/2026-Q3/").text
    assert text.count("đơn vị mới (chia tách)") == 1
    target = BytesIO()
    ranking_workbook(target, ranking)
    head, *rows = load_workbook(target)["Xếp hạng"].values
    place = head.index("Thay đổi tổ chức")
    told = {row[head.index("Mã")]: row[place] for row in rows}
    assert told == {one.code: "đơn vị mới (chia tách)", tree.b.code: None}


def test_breaks_cost_no_query_per_row(tree, before):
    few, many = founded(tree, 2), founded(tree, 8)
    event("split", BREAK, [(tree.a, unit) for unit in few + many])
    period = quarter("2026-Q3")
    counts = []
    for units in (few, many):
        for unit in units:
            decided(unit, period)
        with CaptureQueriesContext(connection) as asked:
            ranking_build(period=period, scope=tree.city, by=None)
        counts.append(len(asked))
    assert counts[0] == counts[1]
