"""The tree as it stood on a day: names, parents and levels of then, never today's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from cells.models import Placement, Unit

CHUNK = 5000


def dated_children(unit: Unit | None, day: date) -> QuerySet[Unit]:
    """Return the units directly below `unit` on `day`, or the roots; committees first, by name.

    Each has the annotations of `Unit.objects.as_of`, and `has_children`.
    """
    below = Placement.objects.as_of(day).filter(parent=OuterRef("pk"))
    # Any: the type checker knows nothing of the relation and the names that as_of adds.
    units: Any = Unit.objects.as_of(day).annotate(has_children=Exists(below))
    if unit is None:
        units = units.filter(placed__parent__isnull=True)
    else:
        units = units.filter(placed__parent=unit)
    ordered: QuerySet[Unit] = units.order_by("is_cell", "dated_key", "code")
    return ordered


def dated_unit(unit: Unit, day: date) -> Unit | None:
    """Return `unit` with what it was on `day`; None where it did not exist then."""
    found: Unit | None = Unit.objects.as_of(day).filter(pk=unit.pk).first()
    return found


def dated_path(unit: Unit, day: date) -> list[Unit]:
    """Return the units from the root down to `unit` on `day`, one query for each step up.

    The list is empty where the unit did not exist then.
    """
    path: list[Unit] = []
    wanted: int | None = unit.pk
    while wanted is not None:
        step = Unit.objects.as_of(day).filter(pk=wanted).first()
        if step is None or step in path:
            break
        path.insert(0, step)
        wanted = step.dated_parent_id
    return path


@dataclass(frozen=True)
class DatedRow:
    """One unit of the tree on a day."""

    pk: int
    code: str
    name: str
    parent_id: int | None
    parent: str | None
    path: str
    level: str
    kind: str | None
    is_cell: bool


def dated_rows(day: date, *, below: str | None = None) -> list[DatedRow]:
    """Return the whole tree of `day`, parents before children; `below`: one unit's branch only.

    One query, whatever the size of the tree. Paths are made of the codes of the dated parents.
    """
    placed = {row[0]: row for row in _placed(day)}
    children: dict[int | None, list[int]] = {}
    for pk, _, _, parent_id, *_ in placed.values():
        children.setdefault(parent_id if parent_id in placed else None, []).append(pk)
    rows: list[DatedRow] = []
    waiting = [(pk, "/") for pk in reversed(children.get(None, []))]
    while waiting:
        pk, above = waiting.pop()
        _, code, name, parent_id, level, kind, is_cell = placed[pk]
        path = f"{above}{code}/"
        parent = placed[parent_id][1] if parent_id in placed else None
        rows.append(DatedRow(pk, code, name, parent_id, parent, path, level, kind, is_cell))
        waiting += [(child, path) for child in reversed(children.get(pk, []))]
    if below is None:
        return rows
    top = next((row.path for row in rows if row.code == below), None)
    return [row for row in rows if top and row.path.startswith(top)]


def _placed(day: date) -> Iterator[tuple]:
    units: Any = Unit.objects.as_of(day).order_by("is_cell", "dated_key", "code")
    rows: Iterator[tuple] = units.values_list(
        "pk", "code", "dated_name", "dated_parent_id", "dated_level", "dated_kind", "is_cell"
    ).iterator(chunk_size=CHUNK)
    return rows
