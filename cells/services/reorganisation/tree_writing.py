"""Write an event into the tree, and take it out again."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr

from cells import access
from cells.models import CellKind, Level, Lineage, Placement, Reorganisation, Unit
from cells.services.reorganisation.in_force import in_force
from cells.services.reorganisation.participants import BATCH, Change, Trail
from cells.services.unit_writing import branch_rewrite, placements_close

# Ranges of paths in one statement: SQLite nests them, and not deeper than a thousand.
BRANCHES = 200
KEPT = ("name", "level_id", "kind_id", "parent_id", "path", "search")


def tree_write(event: Reorganisation, change: Change, trail: Trail) -> dict[str, Any]:
    """Found, move and close the units of an event; return what takes it back."""
    levels, kinds = in_force(Level, change.day), in_force(CellKind, change.day)
    _found(event, change, levels, kinds, trail)
    moves = [*change.moves, *change.along]
    changed = [{"pk": m.unit.pk, **{name: getattr(m.unit, name) for name in KEPT}} for m in moves]
    _move(event, change, levels, kinds, trail)
    _take_along(event, change, trail)
    closing = [unit.pk for unit in change.closing]
    placements_close(units=closing, day=change.day, closed_by=event)
    Unit.objects.filter(pk__in=closing).update(closed_on=change.day)
    for unit in change.closing:
        unit.closed_on = change.day
        trail.add("unit_closed", unit, unit, field="closed_on", new=change.day.isoformat())
    Lineage.objects.bulk_create(_edges(event, change), batch_size=BATCH)
    return {
        "founded": [unit.pk for unit in change.founded],
        "closed": closing,
        "changed": changed,
    }


def _found(event: Reorganisation, change: Change, levels: dict, kinds: dict, trail: Trail) -> None:
    plan = change.plan
    if change.receiving or change.moves or not plan.after:
        return
    units = []
    for draft in plan.after:
        parent, level = change.units[draft.parent], levels[draft.level]
        units.append(
            Unit(
                code=draft.code, path=f"{parent.path}{draft.code}/", parent=parent,
                is_cell=level.is_cell, name=draft.name, level=level, kind=kinds.get(draft.kind),
                search=Unit.search_text(draft.code, draft.name), founded_on=change.day,
            )
        )  # fmt: skip
    Unit.objects.bulk_create(units, batch_size=BATCH)
    change.founded.extend(units)
    Placement.objects.bulk_create([_placement(unit, event, change) for unit in units])
    for unit in units:
        # Filed under the unit above: a unit that nothing refers to can be taken back.
        trail.add("unit_founded", unit, unit.parent, new={"code": unit.code, "name": unit.name})


def _placement(unit: Unit, event: Reorganisation, change: Change) -> Placement:
    return Placement(
        unit=unit, parent_id=unit.parent_id, level_id=unit.level_id, kind_id=unit.kind_id,
        name=unit.name, valid_from=change.day, decision=change.plan.decision, opened_by=event,
    )  # fmt: skip


def _move(event: Reorganisation, change: Change, levels: dict, kinds: dict, trail: Trail) -> None:
    for move in change.moves:
        unit, draft = move.unit, move.draft
        old = (unit.name, unit.level.code, unit.kind and unit.kind.code, _code(unit.parent))
        parent = move.parent or (change.target(draft.parent) if draft.parent else None)
        if draft.parent and parent:
            _under(unit, parent)
        unit.name = draft.name or unit.name
        unit.level = levels[draft.level] if draft.level else unit.level
        unit.kind = kinds[draft.kind] if draft.kind else unit.kind
        unit.search = Unit.search_text(unit.code, unit.name)
        new = (unit.name, unit.level.code, unit.kind and unit.kind.code, _code(unit.parent))
        for field, was, now in zip(("name", "level", "kind", "parent"), old, new, strict=True):
            if was != now:
                trail.add("unit_changed", unit, unit, field=field, old=was, new=now)
    units = [move.unit for move in change.moves]
    Unit.objects.bulk_update(units, ["name", "level", "kind", "parent", "search"], BATCH)
    _place_anew(units, event, change)


def _place_anew(units: list[Unit], event: Reorganisation, change: Change) -> None:
    placements_close(units=[unit.pk for unit in units], day=change.day, closed_by=event)
    Placement.objects.bulk_create(
        [_placement(unit, event, change) for unit in units], batch_size=BATCH
    )


def _take_along(event: Reorganisation, change: Change, trail: Trail) -> None:
    """Put the units below a closing one under its successor: all cells of a ward at once."""
    groups: dict[tuple[int | None, str], list[Unit]] = defaultdict(list)
    for move in change.along:
        groups[move.unit.parent_id, move.draft.parent].append(move.unit)
    for (_, code), units in groups.items():
        parent = change.target(code)
        for start in range(0, len(units), BRANCHES):
            _branches_under(units[start : start + BRANCHES], parent)
        for unit in units:
            was = _code(unit.parent)
            unit.parent = parent
            trail.add("unit_changed", unit, unit, field="parent", old=was, new=parent.code)
    _place_anew([move.unit for move in change.along], event, change)


def _branches_under(units: list[Unit], parent: Unit) -> None:
    """Give siblings, and all below them, their paths under another parent."""
    rows = Unit.objects.filter(pk__in=[unit.pk for unit in units])
    paths = tuple(rows.values_list("path", flat=True))
    old = paths[0][: -len(paths[0].split("/")[-2]) - 1]
    above = Unit.objects.values_list("path", flat=True).get(pk=parent.pk)
    Unit.objects.filter(access.Reach(paths).condition("path")).update(
        path=Concat(Value(above), Substr(F("path"), len(old) + 1))
    )
    rows.update(parent=parent)
    for unit in units:
        unit.path = f"{above}{unit.code}/"


def _under(unit: Unit, parent: Unit) -> None:
    # Read again: an earlier move of the same event may have taken the new parent along.
    old = Unit.objects.values_list("path", flat=True).get(pk=unit.pk)
    above = Unit.objects.values_list("path", flat=True).get(pk=parent.pk)
    unit.parent, unit.path = parent, f"{above}{unit.code}/"
    branch_rewrite(old=old, new=unit.path)


def _code(unit: Unit | None) -> str | None:
    return unit.code if unit else None


def _edges(event: Reorganisation, change: Change) -> Iterable[Lineage]:
    after = [*change.founded, *change.receiving]
    for old in change.closing:
        if not after:
            yield Lineage(reorganisation=event, predecessor=old, successor=None)
        for new in after:
            yield Lineage(reorganisation=event, predecessor=old, successor=new)
    if not change.closing:
        for new in change.founded:
            yield Lineage(reorganisation=event, predecessor=None, successor=new)
    for move in (*change.moves, *change.along):
        yield Lineage(reorganisation=event, predecessor=move.unit, successor=move.unit)


def tree_refuses_revert(event: Reorganisation, undo: dict[str, Any]) -> str:
    """Return why the tree does not let the event be taken back; "" if nothing hinders."""
    touched = [*undo["founded"], *undo["closed"], *(row["pk"] for row in undo["changed"])]
    met = Q(lineage__predecessor__in=touched) | Q(lineage__successor__in=touched)
    later = Reorganisation.objects.standing().filter(met, pk__gt=event.pk).first()
    if later:
        return f"Đã có sự kiện sau đó: {later}. Hủy bỏ sự kiện đó trước."
    if Placement.objects.filter(opened_by=event, valid_to__isnull=False).exists():
        return "Đơn vị đã có thay đổi khác sau sự kiện này."
    own = [row["pk"] for row in undo["changed"]]
    if Unit.objects.filter(parent__in=undo["founded"]).exclude(pk__in=own).exists():
        return "Đã có đơn vị mới nằm dưới đơn vị được thành lập."
    above = {row["parent_id"] for row in undo["changed"]} - set(undo["closed"])
    opened = Placement.objects.filter(closed_by=event).values("parent")
    if Unit.objects.filter(pk__in=above, closed_on__isnull=False).exists() or (
        Unit.objects.filter(pk__in=opened, closed_on__isnull=False)
        .exclude(pk__in=undo["closed"])
        .exists()
    ):
        return "Đơn vị cấp trên cũ đã kết thúc hoạt động."
    return ""


def tree_restore(event: Reorganisation, undo: dict[str, Any], trail: Trail) -> None:
    """Put back places and names as they stood; remove what the event founded."""
    Placement.objects.filter(opened_by=event).delete()
    Placement.objects.filter(closed_by=event).update(valid_to=None, closed_by=None)
    Unit.objects.filter(pk__in=undo["closed"]).update(closed_on=None)
    for row in reversed(undo["changed"]):
        _restore_unit(row, trail)
    for unit in Unit.objects.filter(pk__in=undo["closed"]):
        trail.add(
            "unit_reopened", unit, unit, field="closed_on", old=event.effective_on.isoformat()
        )
    founded = Unit.objects.filter(pk__in=undo["founded"]).select_related("parent")
    for unit in founded:
        trail.add("unit_unfounded", unit, unit.parent, old={"code": unit.code, "name": unit.name})
    _restore_lineage(event, undo)
    founded.delete()


def _restore_unit(row: dict[str, Any], trail: Trail) -> None:
    """Give a unit back what it was; the path of its branch by where its parent stands now."""
    unit = Unit.objects.get(pk=row["pk"])
    above = Unit.objects.filter(pk=row["parent_id"]).values_list("path", flat=True).first()
    path = f"{above or '/'}{unit.code}/"
    if path != unit.path:
        branch_rewrite(old=unit.path, new=path)
    Unit.objects.filter(pk=unit.pk).update(**{name: row[name] for name in KEPT if name != "path"})
    for name in ("name", "level_id", "kind_id", "parent_id"):
        if getattr(unit, name) != row[name]:
            trail.add(
                "unit_restored", unit, unit, field=name.removesuffix("_id"),
                old=getattr(unit, name), new=row[name],
            )  # fmt: skip


def _restore_lineage(event: Reorganisation, undo: dict[str, Any]) -> None:
    """Let the event be found on the units that it left unchanged in the end."""
    stayed = set(event.lineage.values_list("predecessor", flat=True))
    stayed |= set(event.lineage.values_list("successor", flat=True))
    event.lineage.all().delete()
    stayed -= {None, *undo["founded"]}
    Lineage.objects.bulk_create(
        Lineage(reorganisation=event, predecessor_id=pk, successor_id=pk) for pk in sorted(stayed)
    )
