"""What a unit owes of a period: from its first whole month on, until it ends."""

from collections.abc import Iterator
from datetime import date, timedelta

from cells.models import Unit
from evaluations.models import Period


def owed_months(unit: Unit, period: Period) -> int:
    """Return how many monthly meetings a unit owes in a period.

    Each month counts that lies whole within both the period and the life of the unit.
    """
    return sum(1 for _ in _whole_months(unit, period))


def owed_quarters(unit: Unit, period: Period) -> int:
    """Return how many quarterly thematic meetings a unit owes: one where it owes a month."""
    return len({(first.year, (first.month - 1) // 3) for first in _whole_months(unit, period)})


def _whole_months(unit: Unit, period: Period) -> Iterator[date]:
    first = period.starts_on.replace(day=1)
    while first <= period.ends_on:
        after = (first + timedelta(days=31)).replace(day=1)
        is_alive = unit.founded_on <= first and (unit.closed_on is None or unit.closed_on >= after)
        if is_alive and first >= period.starts_on and after - timedelta(days=1) <= period.ends_on:
            yield first
        first = after
