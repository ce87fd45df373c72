"""Stored sheets within reach: by where the unit stands today, or by where it stood then."""

from django.db.models import QuerySet

from cells.access import Reach


def reached(sheets: QuerySet, reach: Reach, *, today: str) -> QuerySet:
    """Return the sheets whose frozen `path` or whose path `today` lies within reach.

    A branch is read through the indexes of both; a condition "one or the other" over two tables
    has none, and would read the whole period for every ward.
    """
    then, now = reach.condition("path"), reach.condition(today)
    if reach.holds_a_root or not reach:
        return sheets.filter(then | now)
    every = sheets.model.objects.order_by()
    keys = every.filter(then).values("pk").union(every.filter(now).values("pk"))
    return sheets.filter(pk__in=keys)
