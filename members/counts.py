"""How many members cells have on a day: who is theirs, who attends, who is never counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from members.models import Exemption, Membership, Transfer


@dataclass(frozen=True)
class CellCount:
    """The members of one cell on one day.

    `official` and `full` judge the cell itself (≥ 3, ≥ 9, ≥ 30). `attending` is the denominator of
    meetings and tasks: official members who are not away, and temporary ones, none of them exempt.
    """

    official: int = 0
    full: int = 0
    temporary: int = 0
    away: int = 0
    exempt: int = 0
    attending: int = 0

    @property
    def probationary(self) -> int:
        return self.official - self.full


NOBODY = CellCount()


def counts_on(day: date, cells: Iterable | None = None, **within) -> dict[int, CellCount]:
    """Count the members of many cells on `day` in one query; a cell without any is left out.

    `cells` is a queryset or list of cells; or give conditions on the membership.
    """
    there = Membership.objects.active_on(day).filter(member__merged_into__isnull=True, **within)
    if cells is not None:
        there = there.filter(cell__in=cells)
    return dict(_counted(there, day))


def belonging_within(condition: Q, day: date) -> dict[int, CellCount]:
    """Count only who belongs to the cells that a condition allows: official and full members.

    For pages that judge many cells by their size alone: no look at who is away or exempt.
    """
    there = Membership.objects.active_on(day).filter(
        condition, is_temporary=False, member__merged_into__isnull=True
    )
    rows = (
        there.order_by()
        .values_list("cell")
        .annotate(official=Count("pk"), full=Count("pk", filter=Q(member__full_on__lte=day)))
    )
    return {cell: CellCount(official=official, full=full) for cell, official, full in rows}


def _counted(there, day: date):
    official = Q(is_temporary=False)
    exempt = Q(Exists(Exemption.objects.filter(member=OuterRef("member")).in_force_on(day)))
    away = official & Q(is_away(day))
    rows = (
        there.order_by()
        .values_list("cell")
        .annotate(
            official=Count("pk", filter=official),
            full=Count("pk", filter=official & Q(member__full_on__lte=day)),
            temporary=Count("pk", filter=~official),
            away=Count("pk", filter=away),
            # The rare thing first: whether somebody is away is then asked of few a second time.
            exempt=Count("pk", filter=exempt & ~away),
        )
    )
    for cell, official_ones, full, temporary, gone, excused in rows:
        # Who is neither away nor exempt attends: worked out, since asking it of every member
        # anew doubles the cost of counting a city.
        attending = official_ones + temporary - gone - excused
        yield cell, CellCount(official_ones, full, temporary, gone, excused, attending)


def is_away(day: date) -> Q:
    """Tell of a membership whether its member attends somewhere else for a time, here or outside.

    Those outside are known by their transfer, since no membership of ours says it.
    """
    elsewhere = Membership.objects.active_on(day).filter(
        member=OuterRef("member"), is_temporary=True
    )
    outside = Transfer.objects.temporarily_outside_on(day).filter(member=OuterRef("member"))
    away: Q = Exists(elsewhere) | Exists(outside)
    return away
