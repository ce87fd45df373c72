"""Working days: every day but Saturdays, Sundays and the holidays that are written down."""

from datetime import date, timedelta

from members.models import Holiday

SATURDAY = 5


def holidays_from(day: date) -> frozenset[date]:
    """Return the holidays after `day`, read in one query for any number of questions."""
    return frozenset(Holiday.objects.filter(day__gt=day).values_list("day", flat=True))


def is_working_day(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def add_working_days(day: date, n: int, holidays: frozenset[date] | None = None) -> date:
    """Return the `n`-th working day after `day`; the day itself never counts."""
    closed = holidays_from(day) if holidays is None else holidays
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day, closed)
    return day


def working_days_between(start: date, end: date, holidays: frozenset[date] | None = None) -> int:
    """Return how many working days lie after `start`, up to and with `end`; negative if before."""
    if end < start:
        return -working_days_between(end, start, holidays)
    closed = holidays_from(start) if holidays is None else holidays
    days = ((start + timedelta(days=n + 1)) for n in range((end - start).days))
    return sum(is_working_day(day, closed) for day in days)
