"""Who must report in a period, who not and why: before it is opened, and after."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from cells.models import CellKind, Unit
from cells.vietnamese import fold, tidy
from evaluations.models import Period, PeriodUnit
from evaluations.services.periods import NOT_A_CELL, snapshot

EXPECTED, NOT_EXPECTED = "", "khong"


@dataclass(frozen=True)
class Wanted:
    """Which units are shown; an unknown value filters nothing."""

    show: str = EXPECTED
    committee: str = ""
    reason: str = ""
    q: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Wanted":
        def text(name: str) -> str:
            return tidy(asked.get(name, "").replace("\0", ""))[:200]

        show = NOT_EXPECTED if text("xem") == NOT_EXPECTED else EXPECTED
        reason = text("ly_do") if show == NOT_EXPECTED else ""
        return cls(show, text("cap_uy"), reason, text("q"))

    @property
    def is_expected(self) -> bool:
        return self.show == EXPECTED

    @property
    def is_narrowed(self) -> bool:
        return bool(self.committee or self.reason or self.q)


@dataclass(frozen=True)
class CommitteeCount:
    """How many units below one committee must report, and how many need not."""

    committee: Unit
    expected: int
    not_expected: int


@dataclass(frozen=True)
class Listing:
    """Counts over the whole period; `rows` only what is wanted, in the order of the tree."""

    cells: int
    committees: int
    reasons: tuple[tuple[str, int], ...]
    by_committee: tuple[CommitteeCount, ...]
    rows: Sequence[PeriodUnit] | QuerySet[PeriodUnit]

    @property
    def expected(self) -> int:
        return self.cells + self.committees

    @property
    def not_expected(self) -> int:
        return sum(count for _, count in self.reasons)


def planned(period: Period, wanted: Wanted) -> Listing:
    """Return who would have to report if the unsaved `period` were opened now; writes nothing."""
    # Committees never owe a cell's sheet: naming them would only blur the list.
    rows = [row for row in snapshot(period, with_members=False) if row.reason != NOT_A_CELL]
    kinds = Counter((row.is_expected, row.is_cell, row.reason) for row in rows)
    places = Counter((row.committee_id, row.is_expected) for row in rows)
    by_committee = _by_committee(places)
    chosen = next(
        (one.committee.pk for one in by_committee if one.committee.code == wanted.committee), None
    )
    words = fold(wanted.q).split()
    shown = [
        row
        for row in rows
        if row.is_expected == wanted.is_expected
        and (not wanted.committee or row.committee_id == chosen)
        and (not wanted.reason or row.reason == wanted.reason)
        and all(word in fold(f"{code_of(row)} {row.name}") for word in words)
    ]
    return _listing(kinds, by_committee, sorted(shown, key=lambda row: row.path))


def opened(period: Period, wanted: Wanted) -> Listing:
    """Return who has to report in an opened period, as it was frozen."""
    rows = PeriodUnit.objects.filter(period=period).exclude(reason=NOT_A_CELL).order_by("path")
    kinds = _tally(rows, "is_expected", "is_cell", "reason")
    places = _tally(rows, "committee", "is_expected")
    shown = rows.filter(is_expected=wanted.is_expected)
    if wanted.committee:
        shown = shown.filter(committee__code=wanted.committee)
    if wanted.reason:
        shown = shown.filter(reason=wanted.reason)
    for word in fold(wanted.q).split():
        shown = shown.filter(unit__search__contains=word)
    return _listing(kinds, _by_committee(places), shown)


def code_of(row: PeriodUnit) -> str:
    """Return the code of a unit from its path, without reading the unit."""
    return row.path.rstrip("/").rpartition("/")[2]


def with_names(rows: Iterable[PeriodUnit]) -> list[PeriodUnit]:
    """Give the rows of one page their committees and kinds, in two queries."""
    page = list(rows)
    committees = Unit.objects.in_bulk({row.committee_id for row in page} - {None})
    kinds = CellKind.objects.in_bulk({row.kind_id for row in page} - {None})
    for row in page:
        row.committee = committees.get(row.committee_id)
        row.kind = kinds.get(row.kind_id)
    return page


def _tally(rows: QuerySet[PeriodUnit], *fields: str) -> Counter[Any]:
    counted = rows.order_by().values_list(*fields).annotate(Count("pk"))
    return Counter({tuple(key): count for *key, count in counted})


def _by_committee(counts: Mapping[tuple[int | None, bool], int]) -> tuple[CommitteeCount, ...]:
    above = {pk for pk, _ in counts if pk is not None}
    units = Unit.objects.filter(pk__in=above).order_by("path")
    return tuple(
        CommitteeCount(unit, counts.get((unit.pk, True), 0), counts.get((unit.pk, False), 0))
        for unit in units
    )


def _listing(
    kinds: Mapping[tuple[bool, bool, str], int],
    by_committee: tuple[CommitteeCount, ...],
    rows: Sequence[PeriodUnit] | QuerySet[PeriodUnit],
) -> Listing:
    owed: Counter[bool] = Counter()
    reasons: Counter[str] = Counter()
    for (is_expected, is_cell, reason), count in kinds.items():
        if is_expected:
            owed[is_cell] += count
        else:
            reasons[reason] += count
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return Listing(owed[True], owed[False], tuple(ordered), by_committee, rows)
