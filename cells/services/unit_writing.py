"""Write imported units: rows of the tree, their dated placements, the audit trail."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from cells import access
from cells.models import AuditEntry, Door, Placement, Reorganisation, Unit, User
from cells.services.unit_rows import UnitRow

PLACED = {"name", "level", "kind", "parent"}
BATCH = 1000


@transaction.atomic
def units_write(*, rows: Sequence[tuple[UnitRow, dict[str, tuple]]], by: User, today: date) -> None:
    """Create the new units, parents first; then change, closing placements, never editing them."""
    depth = sorted((row for row, _ in rows if row.unit is None), key=lambda r: r.path.count("/"))
    for _, level in groupby(depth, key=lambda row: row.path.count("/")):
        _create(list(level), by, today)
    changed = [(row, changes) for row, changes in rows if changes]
    changed.sort(key=lambda pair: pair[0].path.count("/"))
    _change(changed, by, today)


def _unit(parent: Unit | UnitRow | None) -> Unit | None:
    return parent if parent is None or isinstance(parent, Unit) else parent.unit


def _create(rows: list[UnitRow], by: User, today: date) -> None:
    """Create units of one depth; their parents exist."""
    units = [
        Unit(
            code=row.code,
            path=row.path,
            parent=_unit(row.parent),
            is_cell=row.is_cell,
            name=row.name,
            level=row.level,
            kind=row.kind,
            search=Unit.search_text(row.code, row.name),
            organisation_code=row.organisation_code,
            founded_on=row.founded_on or today,
        )
        for row in rows
    ]
    Unit.objects.bulk_create(units, batch_size=BATCH)
    for row, unit in zip(rows, units, strict=True):
        row.unit = unit
    Placement.objects.bulk_create(
        [_placement(row, row.founded_on or today) for row in rows], batch_size=BATCH
    )
    AuditEntry.objects.bulk_create(
        [
            _entry(unit, by, "unit_created", new={"code": unit.code, "name": unit.name})
            for unit in units
        ],
        batch_size=BATCH,
    )


def _placement(row: UnitRow, day: date) -> Placement:
    unit = row.stored
    return Placement(
        unit=unit,
        parent=unit.parent,
        level=unit.level,
        kind=unit.kind,
        name=unit.name,
        valid_from=day,
        decision=row.decision,
    )


def _entry(unit: Unit, by: User, action: str, **values: Any) -> AuditEntry:
    return AuditEntry(
        by=by,
        door=Door.IMPORT,
        action=action,
        subject_type="unit",
        subject_id=unit.pk,
        unit=unit,
        **values,
    )


def _change(changed: list[tuple[UnitRow, dict[str, tuple]]], by: User, today: date) -> None:
    units, entries, placed = [], [], []
    for row, changes in changed:
        unit = row.stored
        for name, (old, new) in changes.items():
            entries.append(
                _entry(
                    unit,
                    by,
                    "unit_changed",
                    field=name,
                    old=_plain(old),
                    new=_plain(new),
                    reason=row.decision,
                )
            )
            setattr(unit, name, _unit(row.parent) if name == "parent" else new)
        unit.search = Unit.search_text(unit.code, unit.name)
        units.append(unit)
        if changes.keys() & PLACED:
            placed.append((row, row.effective_on or today))
    fields = ["name", "level", "kind", "parent", "organisation_code", "search"]
    Unit.objects.bulk_update(units, fields, batch_size=BATCH)
    for row, changes in changed:
        if "parent" in changes:
            _move(row)
    _place(placed)
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)


def _plain(value: Any) -> str | None:
    return str(value) if value else None


def _move(row: UnitRow) -> None:
    """Give the whole branch of a unit its place below the new parent."""
    old = Unit.objects.values_list("path", flat=True).get(pk=row.stored.pk)
    above = Unit.objects.values_list("path", flat=True).get(children=row.stored)
    new = f"{above}{row.stored.code}/"
    branch_rewrite(old=old, new=new)
    row.stored.path = new


def branch_rewrite(*, old: str, new: str) -> None:
    """Give a unit and all below it their paths under a new beginning."""
    Unit.objects.filter(access.branch(old).condition("path")).update(
        path=Concat(Value(new), Substr(F("path"), len(old) + 1))
    )


def _place(placed: list[tuple[UnitRow, date]]) -> None:
    for day in {day for _, day in placed}:
        closing = [row.stored.pk for row, on in placed if on == day]
        placements_close(units=closing, day=day)
    Placement.objects.bulk_create([_placement(row, day) for row, day in placed], batch_size=BATCH)


def placements_close(
    *, units: Sequence[int], day: date, closed_by: Reorganisation | None = None
) -> None:
    """End the open placements of units (by key) on a day."""
    opened = Placement.objects.filter(unit__in=units, valid_to__isnull=True)
    opened.update(valid_to=day, closed_by=closed_by)
