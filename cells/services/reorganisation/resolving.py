"""Find the units of a plan and refuse what contradicts the tree or its history."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Max, Q
from django.db.models.functions import Length

from cells import access
from cells.models import CellKind, Level, Lineage, Placement, Reorganisation, Unit, User
from cells.services.reorganisation.in_force import in_force, not_in_force, open_placements
from cells.services.reorganisation.participants import Change, Move, Refusal
from cells.services.reorganisation.plans import CHANGING, CLOSING, FOUNDING, Plan, UnitDraft

Kind = Reorganisation.Kind
PATH_MOST = 250
UNKNOWN = "Không có đơn vị đang hoạt động mang mã “{}” trong phạm vi của đồng chí. Kiểm tra lại mã."


def reach_of(by: User | None) -> access.Reach:
    """Return where `by` may reorganise; the operator at the console (None) may everywhere."""
    return access.Reach(everywhere=True) if by is None else access.reach(by, access.REORGANISE)


def plan_resolve(plan: Plan, by: User | None) -> tuple[Change | None, list[Refusal]]:
    """Return the change that a plan comes to, its units locked, or why it cannot be."""
    finder = _Finder(plan, reach_of(by))
    change = finder.change()
    return (None, finder.refusals) if finder.refusals or change is None else (change, [])


@dataclass
class _Finder:
    plan: Plan
    reach: access.Reach
    refusals: list[Refusal] = field(default_factory=list)
    deepest: dict[int, int] = field(default_factory=dict)

    def refuse(self, message: str, name: str, value: str = "") -> None:
        self.refusals.append(Refusal(message, name, value))

    def change(self) -> Change | None:
        self._load()
        before = [unit for code in self.plan.before if (unit := self._mine(code, "before"))]
        self._check_before(before)
        if self.refusals:
            return None
        moves, receiving, founded = self._after(before)
        closing = tuple(before) if self.plan.kind in CLOSING else ()
        along = self._along(closing)
        self._check_targets()
        if self.refusals:
            return None
        return Change(
            replace(self.plan, after=tuple(founded or self.plan.after)),
            self.reach, closing, tuple(moves), tuple(along), tuple(receiving), self.units,
        )  # fmt: skip

    def _load(self) -> None:
        plan = self.plan
        codes = {
            *plan.before, *(draft.code for draft in plan.after),
            *(draft.parent for draft in plan.after), *plan.members.values(),
            *plan.posts.values(), *plan.assignments.values(), *plan.units.values(),
            plan.rest_to or "",
        }  # fmt: skip
        # Always in the order of the keys, so that two clerks wait for each other and never both.
        held = Unit.objects.select_for_update(of=("self",)).filter(code__in=codes)
        rows = held.select_related("level", "kind", "parent").order_by("pk")
        self.units = {unit.code: unit for unit in rows}
        self.levels, self.kinds = (
            in_force(Level, plan.effective_on),
            in_force(CellKind, plan.effective_on),
        )
        self.opened = open_placements(unit.pk for unit in self.units.values())

    def _mine(self, code: str, name: str) -> Unit | None:
        unit = self.units.get(code)
        if unit is None or unit.closed_on or not self.reach.covers(unit.path):
            self.refuse(UNKNOWN.format(code), name, code)
            return None
        return unit

    def _check_before(self, before: Sequence[Unit]) -> None:
        """Ask for the right over what a unit stands in, and that nothing later is known of it."""
        day = self.plan.effective_on
        same_day = Lineage.objects.filter(
            Q(predecessor__in=before) | Q(successor__in=before),
            reorganisation__effective_on=day,
            reorganisation__reverted_at__isnull=True,
        )
        touched = {pk for pair in same_day.values_list("predecessor", "successor") for pk in pair}
        for unit in before:
            if (
                self.plan.kind != Kind.RENAME
                and unit.parent
                and not self.reach.covers(unit.parent.path)
            ):
                self.refuse(UNKNOWN.format(unit.code), "before", unit.code)
            elif unit.pk in touched:
                message = f"“{unit.name}” đã có một sự kiện khác ngày {day:%d/%m/%Y}."
                self.refuse(message, "effective_on", unit.code)
            else:
                self._check_placement(unit)
        if len({unit.is_cell for unit in before}) > 1:
            self.refuse("Không gộp chi bộ với đảng ủy.", "before")

    def _check_placement(self, unit: Unit) -> None:
        placement = self.opened.get(unit.pk)
        if placement is None:
            self.refuse(f"“{unit.name}” không có vị trí đang mở trong cây.", "before", unit.code)
        elif placement.valid_from >= self.plan.effective_on:
            day = placement.valid_from
            self.refuse(
                f"“{unit.name}” có thay đổi ngày {day:%d/%m/%Y}. Ngày hiệu lực phải sau ngày đó.",
                "effective_on", unit.code,
            )  # fmt: skip

    def _after(self, before: Sequence[Unit]) -> tuple[list[Move], list[Unit], list[UnitDraft]]:
        moves: list[Move] = []
        receiving: list[Unit] = []
        drafts: list[UnitDraft] = []
        for draft in self.plan.after:
            if self.plan.kind in FOUNDING:
                drafts.append(self._new(draft, before))
            elif self.plan.kind in CHANGING:
                unit = self.units[draft.code]
                moves += self._move(unit, draft)
            elif survivor := self._mine(draft.code, "after"):
                if survivor.is_cell != before[0].is_cell:
                    self.refuse("Không gộp chi bộ với đảng ủy.", "after", draft.code)
                if survivor.founded_on >= self.plan.effective_on:
                    self._too_young(survivor, "after")
                receiving.append(survivor)
        return moves, receiving, drafts

    def _new(self, draft: UnitDraft, before: Sequence[Unit]) -> UnitDraft:
        """Fill what a new unit takes from the one before; look at its place."""
        if draft.code in self.units or Unit.objects.filter(code__iexact=draft.code).exists():
            message = f"Không dùng được mã “{draft.code}” cho đơn vị mới. Chọn mã khác."
            self.refuse(message, "after", draft.code)
        source = before[0] if before else None
        filled = replace(
            draft,
            parent=draft.parent or (source.parent.code if source and source.parent else ""),
            level=draft.level or (source.level.code if source else ""),
            kind=draft.kind or (source.kind.code if source and source.kind else ""),
        )
        if not draft.name:
            self.refuse("Thiếu tên đơn vị mới.", "name", draft.code)
        level = self._level(filled.level, draft)
        is_cell = bool(level and level.is_cell)
        if source and level and is_cell != source.is_cell:
            self.refuse("Chi bộ không đổi thành đảng bộ (hoặc ngược lại).", "level", filled.level)
        if is_cell and filled.kind:
            self._kind(filled.kind)
        elif not is_cell:
            filled = replace(filled, kind="")
        parent = self.units.get(filled.parent) or (source and source.parent)
        if parent is None:
            self.refuse("Thiếu mã đơn vị cấp trên.", "parent", filled.parent)
        else:
            self.units.setdefault(parent.code, parent)
            self._parent(filled.parent, draft.code)
        return filled

    def _parent(self, code: str, child: str) -> Unit | None:
        parent = self._mine(code, "parent")
        if parent is None:
            return None
        if parent.is_cell:
            self.refuse("Đơn vị cấp trên phải là đảng ủy, không phải chi bộ.", "parent", code)
        if parent.founded_on > self.plan.effective_on:
            self._too_young(parent, "parent")
        if code in self.plan.before and self.plan.kind in CLOSING:
            self.refuse("Đơn vị cấp trên kết thúc trong chính sự kiện này.", "parent", code)
        if len(f"{parent.path}{child}/") > PATH_MOST:
            self.refuse("Mã quá dài so với số cấp phía trên.", "after", child)
        return parent

    def _too_young(self, unit: Unit, name: str) -> None:
        self.refuse(
            f"“{unit.name}” thành lập ngày {unit.founded_on:%d/%m/%Y}, không trước sự kiện này.",
            name, unit.code,
        )  # fmt: skip

    def _move(self, unit: Unit, draft: UnitDraft) -> list[Move]:
        """Return what a transfer or a new name makes of a unit."""
        parent = unit.parent
        if self.plan.kind == Kind.TRANSFER:
            parent = self._parent(draft.parent, unit.code) if draft.parent else None
            if not draft.parent:
                self.refuse("Thiếu mã đơn vị cấp trên mới.", "parent", unit.code)
            elif parent and parent.path.startswith(unit.path):
                self.refuse("Đơn vị không thể nằm dưới chính mình.", "parent", draft.parent)
            elif parent and parent.pk == unit.parent_id:
                self.refuse("Đơn vị đang ở dưới chính đảng ủy này.", "parent", draft.parent)
            elif parent:
                self._check_depth(unit, parent.path)
        elif draft.parent and draft.parent != (parent and parent.code):
            self.refuse("Đổi tên không đổi cấp trên. Dùng loại “Chuyển giao”.", "parent")
        level = self._level(draft.level, draft) if draft.level else unit.level
        if level and level.is_cell != unit.is_cell:
            self.refuse("Chi bộ không đổi thành đảng bộ (hoặc ngược lại).", "level", draft.level)
        if draft.kind:
            self._kind(draft.kind)
        same = (draft.name or unit.name, level, draft.kind or (unit.kind and unit.kind.code))
        now = (unit.name, unit.level, unit.kind and unit.kind.code)
        if self.plan.kind == Kind.RENAME and same == now:
            self.refuse("Tên, cấp và loại hình không có gì thay đổi.", "name", draft.name)
        return [Move(unit, draft, parent, self.opened[unit.pk])]

    def _path_of(self, code: str, closing: Sequence[Unit]) -> str:
        """Return the path of a unit that something goes to, whether it stands or is founded."""
        if code in self.units:
            return self.units[code].path
        draft = next((draft for draft in self.plan.after if draft.code == code), None)
        parent = self.units.get(draft.parent) if draft else None
        parent = parent or closing[0].parent
        return f"{parent.path}{code}/" if draft and parent else ""

    def _may_be_deep(self, unit: Unit, above: str) -> bool:
        """Tell by the deepest unit below the same parent: a ward has hundreds of cells."""
        parent = unit.parent
        if parent is None:
            return True
        if parent.pk not in self.deepest:
            below = Unit.objects.below(parent).aggregate(most=Max(Length("path")))
            self.deepest[parent.pk] = below["most"] or 0
        return self.deepest[parent.pk] - len(parent.path) + len(above) > PATH_MOST

    def _check_depth(self, unit: Unit, above: str) -> None:
        """Refuse to put a branch so deep that the paths of its units do not fit."""
        longer = len(f"{above}{unit.code}/") - len(unit.path)
        longest = Unit.objects.below(unit).aggregate(most=Max(Length("path")))["most"] or 0
        if longer > 0 and longest + longer > PATH_MOST:
            self.refuse("Mã quá dài so với số cấp phía trên.", "parent", unit.code)

    def _level(self, code: str, draft: UnitDraft) -> Level | None:
        if code not in self.levels:
            self.refuse(
                not_in_force(Level, code, self.plan.effective_on), "level", code or draft.code
            )
        return self.levels.get(code)

    def _kind(self, code: str) -> None:
        if code not in self.kinds:
            self.refuse(not_in_force(CellKind, code, self.plan.effective_on), "kind", code)

    def _along(self, closing: Sequence[Unit]) -> list[Move]:
        """Return the units below a closing one, each with its new parent; below a cell is none."""
        if all(unit.is_cell for unit in closing):
            return []
        day = self.plan.effective_on
        below = [
            unit
            for unit in Unit.objects.active()
            .filter(parent__in=closing)
            .select_related("level", "kind", "parent")
            if unit.code not in self.plan.before
        ]
        self.opened |= open_placements(unit.pk for unit in below)
        only = self.plan.after[0].code if len(self.plan.after) == 1 else ""
        moves = []
        for unit in below:
            target = self.plan.units.get(unit.code) or only
            if not target:
                message = f"“{unit.name}” còn trực thuộc. Chuyển đi trước, hoặc ghi nơi đến."
                self.refuse(message, "units", unit.code)
                continue
            self._check_placement(unit)
            above = self._path_of(target, closing)
            if above and self._may_be_deep(unit, above):
                self._check_depth(unit, above)
            if unit.pk in self.opened:
                draft = UnitDraft(unit.code, parent=target)
                moves.append(Move(unit, draft, self.units.get(target), self.opened[unit.pk]))
        listed = {unit.pk for unit in below}
        later = Placement.objects.filter(parent__in=closing).exclude(unit__in=closing)
        later = later.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
        for placement in later.exclude(unit__in=listed).select_related("unit")[:3]:
            self.refuse(
                f"“{placement.unit.name}” còn trực thuộc sau ngày {day:%d/%m/%Y} theo hồ sơ đã ghi."
                " Kiểm tra lại ngày hiệu lực.",
                "effective_on", placement.unit.code,
            )  # fmt: skip
        return moves

    def _check_targets(self) -> None:
        """Everything may go only to a unit after the event, or to another one within reach."""
        after = {draft.code for draft in self.plan.after}
        for name, code in {
            *(("members", code) for code in self.plan.members.values()),
            *(("posts", code) for code in self.plan.posts.values()),
            *(("assignments", code) for code in self.plan.assignments.values()),
            *(("units", code) for code in self.plan.units.values()),
            *([("rest_to", self.plan.rest_to)] if self.plan.rest_to else []),
        }:
            if code and code not in after:
                self._mine(code, name)
