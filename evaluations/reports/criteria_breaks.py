"""Where a trend breaks because the criteria changed, and what became of each line there."""

from collections.abc import Iterable
from dataclasses import dataclass

from evaluations.models import CriteriaSet
from evaluations.reports.criteria_page import RelationRow, relation_rows
from evaluations.reports.trend import TrendRow


@dataclass(frozen=True)
class CriteriaBreak:
    """The two sets on both sides; without relations the one does not succeed the other at once."""

    title: str
    before: CriteriaSet
    after: CriteriaSet
    relations: tuple[RelationRow, ...]


def criteria_breaks(rows: Iterable[TrendRow]) -> tuple[CriteriaBreak, ...]:
    """Return the changes of criteria within a trend; a trend without one costs no query."""
    broken = [row for row in rows if row.criteria_before]
    asked = {pk for row in broken for pk in (row.criteria, row.criteria_before)}
    sets = CriteriaSet.objects.in_bulk(asked) if asked else {}
    made = []
    for row in broken:
        before, after = sets[row.criteria_before or 0], sets[row.criteria or 0]
        follows = after.succeeds_id == before.pk
        relations = relation_rows(after.rules, before.rules) if follows else ()
        made.append(CriteriaBreak(row.title, before, after, relations))
    return tuple(made)
