"""What lies in cells itself beside the tree: roles, residential areas, work in the background."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from cells.models import AreaCell, Assignment, Job, Reorganisation, ResidentialArea, User
from cells.services.reorganisation.participants import (
    Change,
    Effect,
    Refusal,
    Trail,
    register,
)


class RolesAndAreas:
    name = "roles_and_areas"

    def refusals(self, change: Change) -> list[Refusal]:
        wanted = {code for draft in change.plan.after for code in draft.areas}
        day, found = change.day, []
        areas = ResidentialArea.objects.filter(code__in=wanted, valid_from__lte=day)
        areas = areas.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
        known = {
            area.code
            for area in areas.select_related("committee")
            if change.reach.covers(area.committee.path)
        }
        for code in sorted(wanted - known):
            message = f"Không có thôn, tổ dân phố mang mã “{code}” trong phạm vi của đồng chí."
            found.append(Refusal(message, "areas", code))
        if self._area_cells(change).filter(valid_from__gte=day).exists():
            message = "Địa bàn của chi bộ mới ghi sau ngày này. Kiểm tra lại ngày hiệu lực."
            found.append(Refusal(message, "effective_on", f"{day:%d/%m/%Y}"))
        held = set(self._roles(change).values_list("pk", flat=True))
        for pk in sorted(set(change.plan.assignments) - held):
            message = "Không có vai trò này ở các đơn vị kết thúc hoạt động."
            found.append(Refusal(message, "assignments", str(pk)))
        return found

    def effects(self, change: Change) -> list[Effect]:
        moved = sum(1 for code in change.plan.assignments.values() if code)
        roles = self._roles(change)
        users = frozenset(map(str, roles.order_by().values_list("user", flat=True)))
        areas = self._area_cells(change).count()
        touched = {unit.pk for unit in (*change.closing, *(m.unit for m in change.moves))}
        jobs = Job.objects.unfinished().values_list("parameters", flat=True)
        return [
            Effect("users", "Tài khoản có vai trò ở đơn vị kết thúc", len(users), users),
            Effect("assignments_ended", "Vai trò kết thúc", roles.count() - moved),
            Effect("assignments_moved", "Vai trò chuyển sang đơn vị mới", moved),
            Effect("jobs", "Việc nền chưa xong", sum(row.get("scope") in touched for row in jobs)),
            Effect("areas", "Địa bàn (thôn, tổ dân phố) đổi chi bộ", areas),
            Effect("units_along", "Đơn vị trực thuộc chuyển theo", len(change.along)),
        ]  # fmt: skip

    def apply(self, event: Reorganisation, change: Change, trail: Trail) -> dict[str, Any]:
        return {**self._end_roles(change, trail), **self._areas(change, trail)}

    def _roles(self, change: Change) -> Any:
        """Return the roles that hold on the day of the event or later."""
        held = Assignment.objects.filter(unit__in=change.closing)
        return held.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=change.day))

    def _end_roles(self, change: Change, trail: Trail) -> dict[str, Any]:
        rows = list(self._roles(change).select_related("user", "unit"))
        ended = [[row.pk, row.ends_on.isoformat() if row.ends_on else None] for row in rows]
        self._roles(change).update(ends_on=Greatest(F("starts_on"), Value(change.day)))
        opened = []
        for row in rows:
            trail.add("role_ended", row, row.unit, field=row.role, new=change.day.isoformat())
            code = change.plan.assignments.get(row.pk, "")
            if not code:
                continue
            made, created = Assignment.objects.get_or_create(
                user=row.user, unit=change.target(code), role=row.role, ends_on=None,
                defaults={"starts_on": max(row.starts_on, change.day)},
            )  # fmt: skip
            if created:
                opened.append(made.pk)
                trail.add("role_given", made, row.unit, field=row.role, new=code)
        return {"ended": ended, "opened": opened}

    def _area_cells(self, change: Change) -> Any:
        closing = AreaCell.objects.filter(cell__in=change.closing)
        return closing.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=change.day))

    def _areas(self, change: Change, trail: Trail) -> dict[str, Any]:
        rows = list(self._area_cells(change).select_related("cell", "area"))
        closed = [[row.pk, row.valid_to.isoformat() if row.valid_to else None] for row in rows]
        self._area_cells(change).update(valid_to=change.day)
        for row in rows:
            trail.add("area_left", row, row.cell, field=row.area.code, new=change.day.isoformat())
        areas = {area.code: area for area in ResidentialArea.objects.filter(
            code__in={code for draft in change.plan.after for code in draft.areas}
        )}  # fmt: skip
        opened = []
        for draft in change.plan.after:
            cell = change.target(draft.code)
            for code in draft.areas:
                made, created = AreaCell.objects.get_or_create(
                    area=areas[code], cell=cell, valid_to=None,
                    defaults={"valid_from": change.day},
                )  # fmt: skip
                if created:
                    opened.append(made.pk)
                    trail.add("area_taken", made, cell.parent, field=code, new=draft.code)
        return {"areas_closed": closed, "areas_opened": opened}

    def warnings(self, change: Change) -> list[str]:
        """Name the areas in which no cell works any more."""
        if not change.closing:
            return []
        left = AreaCell.objects.filter(cell__in=change.closing, valid_to=change.day)
        worked_in = AreaCell.objects.as_of(change.day).values("area")
        areas = ResidentialArea.objects.as_of(change.day).filter(area_cells__in=left)
        without = areas.exclude(pk__in=worked_in).distinct().order_by("name", "code")
        return [f"“{area.name}” ({area.code}) chưa có chi bộ nào phụ trách." for area in without]

    def settle(self, changes: Sequence[Change], *, by: User | None, door: str) -> None:
        return

    def refuses_revert(self, event: Reorganisation, undo: dict[str, Any]) -> str:
        founded = event.undo["tree"]["founded"]
        roles = Assignment.objects.filter(unit__in=founded).exclude(pk__in=undo["opened"])
        if roles.exists():
            return "Đã giao vai trò mới ở đơn vị được thành lập."
        if Assignment.objects.filter(pk__in=undo["opened"], ends_on__isnull=False).exists():
            return "Vai trò chuyển sang đơn vị mới đã kết thúc."
        areas = AreaCell.objects.filter(cell__in=founded).exclude(pk__in=undo["areas_opened"])
        if areas.exists() or ResidentialArea.objects.filter(committee__in=founded).exists():
            return "Đã ghi địa bàn mới cho đơn vị được thành lập."
        return ""

    def revert(self, event: Reorganisation, undo: dict[str, Any], trail: Trail) -> None:
        Assignment.objects.filter(pk__in=undo["opened"]).delete()
        for pk, ends_on in undo["ended"]:
            Assignment.objects.filter(pk=pk).update(ends_on=ends_on)
        for row in Assignment.objects.filter(pk__in=[pk for pk, _ in undo["ended"]]).select_related(
            "unit"
        ):
            trail.add("role_restored", row, row.unit, field=row.role)
        AreaCell.objects.filter(pk__in=undo["areas_opened"]).delete()
        for pk, valid_to in undo["areas_closed"]:
            AreaCell.objects.filter(pk=pk).update(valid_to=valid_to)


register(RolesAndAreas())
