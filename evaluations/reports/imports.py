"""Which workbooks of sheets a user may export to fill in."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from cells import access
from cells.models import Unit, User
from evaluations.models import CriteriaSet, Evaluation, Period


@dataclass(frozen=True)
class Export:
    """One workbook on offer: the sheets of a period below a unit, under one criteria set."""

    period: Period
    unit: Unit
    criteria: CriteriaSet
    sheets: int


def exports_for(user: User) -> list[Export]:
    """Return the workbooks of the periods that are open for entering, newest first."""
    reach = access.reach(user, access.ENTER)
    if not reach:
        return []
    held = list(Unit.objects.filter(path__in=reach.paths))
    found = []
    periods = Period.objects.opened().filter(closed_at__isnull=True, locks_at__gt=timezone.now())
    for period in periods:
        for unit in held:
            found.extend(_exports(user, period, unit))
    return found


def _exports(user: User, period: Period, unit: Unit) -> list[Export]:
    within = access.branch(unit.path)
    counted = (
        Evaluation.objects.allowed(user, access.ENTER)
        .filter(within.condition("path") | within.condition("unit__path"), period=period)
        .order_by()
        .values_list("criteria")
        .annotate(sheets=Count("pk"))
    )
    counts = dict(counted)
    sets = CriteriaSet.objects.defer("text").in_bulk(list(counts))
    return [Export(period, unit, sets[pk], count) for pk, count in sorted(counts.items())]
