"""One waiting line after the other, across all submitted sheets of a period."""

from collections.abc import Iterator
from dataclasses import dataclass

from cells import access
from cells.models import User
from evaluations.models import Evaluation, LineReturn, Period, State
from evaluations.rules.structure import Indicator
from evaluations.services.verifiers import named_for, verifier_locks
from evaluations.services.waiting import waiting_among

Place = tuple[str, str]


@dataclass(frozen=True)
class Criterion:
    """One line of the criteria, and in how many sheets it waits."""

    indicator: Indicator
    left: int


@dataclass(frozen=True)
class Review:
    """What is left to look at; `line` narrows it to one line of all sheets.

    `item` is the next after the place where somebody stands, None behind the last.
    """

    period: Period
    line: str
    item: tuple[Evaluation, str] | None
    left: int
    sheets_left: int
    criteria: tuple[Criterion, ...]
    finished: int
    marked: int

    @property
    def following(self) -> Criterion | None:
        """Return the next line that still waits somewhere, after a narrowed one is done."""
        waiting = [one for one in self.criteria if one.left]
        return next((one for one in waiting if one.indicator.code != self.line), None)


def sheets_to_appraise(user: User, period: Period) -> list[Evaluation]:
    """Return the submitted sheets that `user` may appraise now, in their order."""
    sheets = (
        Evaluation.objects.allowed(user, access.APPRAISE)
        .owed()
        .filter(period=period, state=State.SUBMITTED)
        .exclude(submitted_by=user)
    )
    return list(sheets.with_context().order_by("path"))


def review_of(user: User, period: Period, *, line: str = "", after: Place | None = None) -> Review:
    """Return the next line to look at for `user`, after the place `after` (unit, line)."""
    sheets = sheets_to_appraise(user, period)
    waiting = waiting_among(sheets)
    marked = _marked(sheets)
    open_ = _open_lines(sheets, waiting, marked, user)
    places = [(sheet, code) for sheet in sheets for code in open_[sheet.pk] if line in ("", code)]
    return Review(
        period=period,
        line=line,
        item=_after(sheets, places, after),
        left=len(places),
        sheets_left=len({sheet.pk for sheet, _ in places}),
        criteria=tuple(_criteria(sheets, open_)),
        finished=sum(not waiting[sheet.pk] and not marked.get(sheet.pk) for sheet in sheets),
        marked=len(marked),
    )


def _marked(sheets: list[Evaluation]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = LineReturn.objects.marked().filter(evaluation__in=[sheet.pk for sheet in sheets])
    for pk, line in rows.values_list("evaluation", "line"):
        found.setdefault(pk, set()).add(line)
    return found


def _open_lines(
    sheets: list[Evaluation],
    waiting: dict[int, list[str]],
    marked: dict[int, set[str]],
    user: User,
) -> dict[int, list[str]]:
    """Return the waiting lines that are neither marked nor somebody else's."""
    named = named_for(sheet.period_unit.committee_id for sheet in sheets)
    found = {}
    for sheet in sheets:
        theirs = named.get(sheet.period_unit.committee_id or 0, {})
        closed = {*verifier_locks(sheet, user, theirs), *marked.get(sheet.pk, ())}
        found[sheet.pk] = [code for code in waiting[sheet.pk] if code not in closed]
    return found


def _after(
    sheets: list[Evaluation], places: list[tuple[Evaluation, str]], after: Place | None
) -> tuple[Evaluation, str] | None:
    if after is None:
        return next(iter(places), None)
    order = {sheet.unit.code: number for number, sheet in enumerate(sheets)}

    def rank(unit: str, sheet: Evaluation, code: str) -> tuple[int, int]:
        codes = list(sheet.criteria.rules.indicators)
        return order.get(unit, -1), codes.index(code) if code in codes else -1

    unit, code = after
    # The sheet one stood on may have left the queue meanwhile: then the walk begins anew.
    own = next((sheet for sheet in sheets if sheet.unit.code == unit), None)
    stood = rank(unit, own, code) if own else (-1, -1)
    return next(
        ((sheet, line) for sheet, line in places if rank(sheet.unit.code, sheet, line) > stood),
        None,
    )


def _criteria(sheets: list[Evaluation], open_: dict[int, list[str]]) -> Iterator[Criterion]:
    """Yield each line of the sets of the sheets, with how often it waits."""
    lines: dict[str, Indicator] = {}
    for sheet in sheets:
        lines = {**sheet.criteria.rules.indicators, **lines}
    for code, indicator in lines.items():
        yield Criterion(indicator, sum(code in found for found in open_.values()))
