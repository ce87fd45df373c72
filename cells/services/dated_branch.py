"""Branches of the tree of a day, and who sees which of it; a few queries, whatever its size."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from cells import access
from cells.models import Placement, Unit, User
from cells.vietnamese import fold


@dataclass(frozen=True)
class Below:
    """How many committees and cells stand directly below a unit."""

    committees: int = 0
    cells: int = 0

    def __bool__(self) -> bool:
        return bool(self.committees or self.cells)


NOTHING = Below()


def standing(day: date) -> QuerySet[Placement]:
    """Return the placements of the units that existed on `day`."""
    # Any: the type checker does not know the manager's own methods.
    placements: Any = Placement.objects
    found: QuerySet[Placement] = placements.as_of(day).filter(
        Q(unit__closed_on__isnull=True) | Q(unit__closed_on__gt=day)
    )
    return found


def counts_below(parents: Iterable[int], day: date) -> dict[int, Below]:
    """Count what stands directly below each of some units on `day`, in one query."""
    rows = (
        standing(day)
        .filter(parent__in=list(parents))
        .order_by()
        .values("parent")
        .annotate(
            cells=Count("pk", filter=Q(unit__is_cell=True)),
            committees=Count("pk", filter=Q(unit__is_cell=False)),
        )
    )
    return {row["parent"]: Below(row["committees"], row["cells"]) for row in rows if row["parent"]}


def committees_within(unit: Unit, day: date) -> list[int]:
    """Return `unit` and the committees below it on `day`, one query for each level."""
    found, fresh = [unit.pk], [unit.pk]
    while fresh:
        below = standing(day).filter(parent__in=fresh, unit__is_cell=False)
        fresh = list(below.exclude(unit__in=found).values_list("unit", flat=True))
        found += fresh
    return found


def branch_on(unit: Unit, day: date) -> Q:
    """Return the condition on `Unit.objects.as_of(day)` that a unit stands below `unit`."""
    if day == timezone.localdate():
        return Q(access.branch(unit.path).condition("path")) & ~Q(pk=unit.pk)
    return Q(dated_parent_id__in=committees_within(unit, day))


def visible_roots(user: User, day: date) -> QuerySet[Unit]:
    """Return the topmost units of `day` within the reach that `user` has today."""
    reach = access.reach(user, access.VIEW)
    units: Any = Unit.objects
    if day == timezone.localdate():
        shown = units.as_of(day).filter(path__in=reach.paths)
    else:
        inside = reach.condition("dated_parent_path")
        shown = (
            units.as_of(day)
            .annotate(dated_parent_path=F("placed__parent__path"))
            .filter(reach.condition("path"))
            .filter(Q(dated_parent_path__isnull=True) | ~inside)
        )
    ordered: QuerySet[Unit] = shown.order_by("is_cell", "dated_key", "code")
    return ordered


def search_on(units: Any, text: str) -> Any:
    """Narrow units of `Unit.objects.as_of` to those whose code or name of that day holds `text`.

    Names of the past have no folded column: the few that differ from today's are read.
    """
    words = fold(text).split()
    if not words:
        return units
    renamed = units.exclude(dated_name=F("name")).values_list("pk", "code", "dated_name")
    matching = [
        pk for pk, code, name in renamed if all(word in fold(f"{code} {name}") for word in words)
    ]
    same = Q(dated_name=F("name"))
    for word in words:
        same &= Q(search__contains=word)
    return units.filter(same | Q(pk__in=matching))


def paths_above(units: Iterable[Any], day: date) -> dict[int, list[str]]:
    """Return the names of the committees above each unit on `day`, from the root down.

    One query for each level of the tree, not for each unit.
    """
    above: dict[int, tuple[str, int | None]] = {}
    first = {unit.pk: unit.dated_parent_id for unit in units}
    wanted = {parent for parent in first.values() if parent}
    while wanted:
        rows = standing(day).filter(unit__in=wanted).values_list("unit", "name", "parent")
        found = {pk: (name, parent) for pk, name, parent in rows}
        above |= found
        wanted = {parent for _, parent in found.values() if parent and parent not in above}
    return {pk: _climb(parent, above) for pk, parent in first.items()}


def _climb(pk: int | None, above: dict[int, tuple[str, int | None]]) -> list[str]:
    names: list[str] = []
    seen: set[int] = set()
    while pk in above and pk not in seen and pk is not None:
        seen.add(pk)
        name, pk = above[pk]
        names.insert(0, name)
    return names
