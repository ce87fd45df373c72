"""How each period stands, and which may be opened next."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet

from evaluations.models import Period, State
from evaluations.reports.recomputations import found_last
from evaluations.services.periods import period_bounds

NEAR = 6
APPRAISED = [State.APPRAISED, State.DECIDED]
SUBMITTED = [State.SUBMITTED, *APPRAISED]
# Of each kind: how many are in a year, how many are offered.
AHEAD = {Period.Kind.QUARTER: (4, 4), Period.Kind.YEAR: (1, 2), Period.Kind.MONTH: (12, 3)}


def periods_counted() -> QuerySet[Period]:
    """Return every period with how far its sheets have come; later steps count as earlier ones.

    `recompute_found` is what the newest check of decided sheets found; null without one.
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
        recompute_found=found_last(OuterRef("pk")),
    ).order_by("-ends_on", "kind")


def near_periods(periods: Iterable[Period], period: Period) -> list[Period]:
    """Return the newest periods that are no months, and the one that is shown."""
    near = [one for one in periods if one.kind != Period.Kind.MONTH]
    return [one for place, one in enumerate(near) if place < NEAR or one == period]


def next_periods(known: Iterable[Period], today: date) -> list[Period]:
    """Return the quarters, years and months that follow the newest known ones, unsaved."""
    known = list(known)
    codes = [
        *(f"{n // 4}-Q{n % 4 + 1}" for n in _following(known, today, Period.Kind.QUARTER)),
        *(str(n) for n in _following(known, today, Period.Kind.YEAR)),
        *(f"{n // 12}-M{n % 12 + 1:02}" for n in _following(known, today, Period.Kind.MONTH)),
    ]
    return [unsaved(code) for code in codes]


def _following(known: list[Period], today: date, kind: Period.Kind) -> range:
    """Return the numbers of the next periods of a kind, counted from the year 0."""
    in_year, ahead = AHEAD[kind]

    def number(day: date) -> int:
        return day.year * in_year + (day.month - 1) * in_year // 12

    starts = [number(period.starts_on) for period in known if period.kind == kind]
    first = max(starts, default=number(today) - 1) + 1
    return range(first, first + ahead)


def unsaved(code: str) -> Period:
    kind, starts_on, ends_on = period_bounds(code)
    return Period(code=code, kind=kind, starts_on=starts_on, ends_on=ends_on)
