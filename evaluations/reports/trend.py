"""The last periods of a unit, and before a break those of what it came of; never summed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from cells import access
from cells.models import User
from evaluations.models import Evaluation, PastResult, State
from evaluations.services.criteria_continuity import Continuity
from evaluations.services.lineage import Origin, origins_of

PERIODS_SHOWN = 4
SETTLED = (State.APPRAISED, State.DECIDED)
NEW_CRITERIA = "đổi bộ tiêu chí"
OUT_OF_REACH = "không thuộc phạm vi của đồng chí"


@dataclass(frozen=True)
class TrendRow:
    """One result. `origin` says whose it is where it is not the unit's own.

    `broken` names what lies between this row and the one before: an event, else another unit,
    and a change of criteria. `criteria` is the set the sheet is judged by, None on paper. `hidden`
    says why there is no figure.
    """

    title: str
    code: str
    ends_on: date
    unit_code: str
    unit_name: str
    total: int | None
    level: str
    state: str = ""
    is_current: bool = False
    is_paper: bool = False
    origin: str = ""
    broken: str = ""
    hidden: str = ""
    criteria: int | None = None
    # The set before, where its totals do not compare with those of this row.
    criteria_before: int | None = None

    @property
    def has_page(self) -> bool:
        return not (self.is_current or self.is_paper or self.hidden)


def trend_of(
    sheet: Evaluation,
    *,
    own: Iterable[Evaluation],
    user: User,
    total: int | None,
    level: str,
) -> tuple[TrendRow, ...]:
    """Return the last periods of the kind of `sheet` up to it, those of origins before its own.

    `own` are the visible sheets of the unit; `total` and `level` those of `sheet` as shown.
    """
    origins = sorted(origins_of(sheet.unit, sheet.period.ends_on), key=_age)
    units = [sheet.unit_id, *(origin.unit.pk for origin in origins)]
    rows = [*_sheets([*own, *_of_origins(origins, user)], sheet), *_papers(units, sheet, user)]
    rows.sort(key=lambda row: row.ends_on)
    groups = [_before(origin, rows) for origin in origins]
    groups.append([row for row in rows if row.unit_code == sheet.unit.code])
    shown = _latest(groups)
    groups = [[row for row in group if row.code in shown] for group in groups]
    for origin, group in zip(origins, groups, strict=False):
        if not group and not access.reach(user, access.VIEW).covers(origin.unit.path):
            group.append(_out_of_reach(origin))
    listed = [
        replace(row, total=total, level=level, is_current=True) if _is(row, sheet) else row
        for group in groups
        for row in group
    ]
    return tuple(_judged_otherwise(_broken(listed, origins)))


def _age(origin: Origin) -> tuple[date, str]:
    return origin.effective_on, origin.unit.code


def _is(row: TrendRow, sheet: Evaluation) -> bool:
    is_sheet = not (row.is_paper or row.hidden)
    return is_sheet and (row.code, row.unit_code) == (sheet.period.code, sheet.unit.code)


def _before(origin: Origin, rows: Iterable[TrendRow]) -> list[TrendRow]:
    return [
        replace(row, origin=origin.words)
        for row in rows
        if row.unit_code == origin.unit.code and row.ends_on < origin.effective_on
    ]


def _latest(groups: Iterable[Sequence[TrendRow]]) -> set[str]:
    """Return the codes of the last periods in which anybody has a result."""
    ends = {row.code: row.ends_on for rows in groups for row in rows}
    return set(sorted(ends, key=lambda code: ends[code])[-PERIODS_SHOWN:])


def _broken(rows: list[TrendRow], origins: Sequence[Origin]) -> list[TrendRow]:
    """Mark each event on the first row behind it, and each change from one unit to another."""
    words: dict[int, str] = {}
    for origin in origins:
        its = (n for n, row in enumerate(rows) if row.unit_code == origin.unit.code)
        from_here = max(its, default=0)
        later = (
            n
            for n, row in enumerate(rows)
            if n > from_here and not row.hidden and row.ends_on >= origin.effective_on
        )
        if (place := next(later, None)) is not None:
            words[place] = origin.event
    for place, (row, after) in enumerate(pairwise(rows), start=1):
        if row.unit_code != after.unit_code:
            words.setdefault(place, after.unit_name)
    return [replace(row, broken=words.get(n, "")) for n, row in enumerate(rows)]


def _judged_otherwise(rows: list[TrendRow]) -> list[TrendRow]:
    """Break the trend where a total is no longer measured as the one before it."""
    continuity = Continuity.of(row.criteria for row in rows if row.criteria)
    before: int | None = None
    marked = []
    for row in rows:
        if row.criteria and before and not continuity.compares(row.criteria, before):
            words = f"{row.broken}; {NEW_CRITERIA}" if row.broken else NEW_CRITERIA
            row = replace(row, broken=words, criteria_before=before)
        before = row.criteria or before
        marked.append(row)
    return marked


def _out_of_reach(origin: Origin) -> TrendRow:
    return TrendRow(
        title="Các kỳ trước",
        code="",
        ends_on=origin.effective_on,
        unit_code=origin.unit.code,
        unit_name=origin.unit.name,
        total=None,
        level="",
        origin=origin.words,
        hidden=OUT_OF_REACH,
    )


def _of_origins(origins: Sequence[Origin], user: User) -> Iterable[Evaluation]:
    if not origins:
        return ()
    within = Evaluation.objects.visible_to(user).select_related("period", "unit")
    return within.filter(unit__in=[origin.unit.pk for origin in origins])


def _sheets(found: Iterable[Evaluation], shown: Evaluation) -> list[TrendRow]:
    last = shown.period
    return [
        TrendRow(
            title=one.period.title,
            code=one.period.code,
            ends_on=one.period.ends_on,
            unit_code=one.unit.code,
            unit_name=one.unit.name,
            total=one.total,
            level=one.level if one.state in SETTLED else "",
            state=one.state,
            criteria=one.criteria_id,
        )
        for one in found
        if one.period.kind == last.kind and one.period.ends_on <= last.ends_on
    ]


def _papers(units: list[int], shown: Evaluation, user: User) -> list[TrendRow]:
    last = shown.period
    found = (
        PastResult.objects.visible_to(user)
        .filter(unit__in=units, period_kind=last.kind, ends_on__lte=last.ends_on)
        .select_related("unit")
    )
    return [
        TrendRow(
            title=one.title,
            code=one.period_code,
            ends_on=one.ends_on,
            unit_code=one.unit.code,
            unit_name=one.unit.name,
            total=one.total,
            level=one.level,
            is_paper=True,
        )
        for one in found
    ]
