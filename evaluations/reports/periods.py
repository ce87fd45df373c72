"""How each period stands, and which may be opened next."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from evaluations.models import Period, State
from evaluations.services.periods import NOT_A_CELL, period_bounds, snapshot

APPRAISED = [State.APPRAISED, State.DECIDED]
SUBMITTED = [State.SUBMITTED, *APPRAISED]
QUARTERS_AHEAD, YEARS_AHEAD = 4, 2


@dataclass(frozen=True)
class Preview:
    """Who would owe a sheet if a period were opened now."""

    expected: int
    not_expected: tuple[tuple[str, int], ...]


def periods_counted() -> QuerySet[Period]:
    """Return every period with how far its sheets have come; later steps count as earlier ones.

    Only units that owe a sheet count, above the line as below: a closed one may have begun its.
    """
    state = "units__evaluation__state"
    owed = Q(units__is_expected=True)
    return Period.objects.annotate(
        expected=Count("units", filter=owed),
        started=Count("units", filter=owed & Q(units__evaluation__lines_done__gt=0)),
        submitted=Count("units", filter=owed & Q(**{f"{state}__in": SUBMITTED})),
        appraised=Count("units", filter=owed & Q(**{f"{state}__in": APPRAISED})),
        decided=Count("units", filter=owed & Q(**{state: State.DECIDED})),
    ).order_by("-ends_on", "kind")


def next_periods(known: Iterable[Period], today: date) -> list[Period]:
    """Return the quarters and years that follow the newest known ones, unsaved."""
    known = list(known)
    last_quarter = max(
        (_ordinal(period) for period in known if period.kind == Period.Kind.QUARTER),
        default=4 * today.year + (today.month - 1) // 3 - 1,
    )
    last_year = max(
        (period.starts_on.year for period in known if period.kind == Period.Kind.YEAR),
        default=today.year - 1,
    )
    quarters = range(last_quarter + 1, last_quarter + 1 + QUARTERS_AHEAD)
    years = range(last_year + 1, last_year + 1 + YEARS_AHEAD)
    codes = [f"{number // 4}-Q{number % 4 + 1}" for number in quarters]
    return [unsaved(code) for code in codes + [str(year) for year in years]]


def _ordinal(period: Period) -> int:
    return 4 * period.starts_on.year + (period.starts_on.month - 1) // 3


def unsaved(code: str) -> Period:
    kind, starts_on, ends_on = period_bounds(code)
    return Period(code=code, kind=kind, starts_on=starts_on, ends_on=ends_on)


def preview(code: str) -> Preview:
    """Count who would owe a sheet in a period, writing nothing."""
    reasons = Counter(row.reason for row in snapshot(unsaved(code)))
    expected = reasons.pop("", 0)
    # Committees never owe a cell's sheet: naming them would only blur the list.
    reasons.pop(NOT_A_CELL, None)
    return Preview(expected, tuple(sorted(reasons.items())))
