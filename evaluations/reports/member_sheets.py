"""Members' year sheets as their pages show them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q

from cells.models import Unit
from evaluations.answers import fields_of
from evaluations.models import MemberSheet, Period, Score, Stage
from evaluations.reports.sheet import SheetView, sheet_view
from evaluations.services.member_sheets import criteria_of, day_of, members_owed
from members.models import Member, Membership

State = MemberSheet.State
COUNTED = ("complete", "closed", "decided", "eligible")


@dataclass(frozen=True)
class CellProgress:
    """How far one cell is with its members."""

    cell: Unit
    owed: int
    complete: int
    closed: int
    decided: int
    eligible: int

    @property
    def is_ready(self) -> bool:
        """Tell whether the cell waits for the decision."""
        return self.closed > 0


@dataclass(frozen=True)
class MemberRow:
    member: Member
    sheet: MemberSheet | None

    @property
    def state_label(self) -> str:
        if self.sheet is None:
            return "Chưa chấm"
        return str(State(self.sheet.state).label)


def progress_of(cells: Collection[Unit], period: Period) -> list[CellProgress]:
    """Return the progress of each cell: two queries, however many there are."""
    day = day_of(period)
    owed = dict(
        Membership.objects.active_on(day)
        .not_exempt_on(day)
        .filter(cell__in=cells, is_temporary=False, member__merged_into__isnull=True)
        .order_by()
        .values_list("cell")
        .annotate(Count("pk"))
    )
    counted: dict[int, Any] = {
        row["cell"]: row
        for row in MemberSheet.objects.filter(period=period, cell__in=cells)
        .order_by()
        .values("cell")
        .annotate(
            complete=Count("pk", filter=Q(lines_done=F("lines_total"))),
            closed=Count("pk", filter=Q(state=State.CLOSED)),
            decided=Count("pk", filter=Q(state=State.DECIDED)),
            eligible=Count("pk", filter=Q(is_eligible=True)),
        )
    }
    return [_progress(cell, owed.get(cell.pk, 0), counted.get(cell.pk, {})) for cell in cells]


def _progress(cell: Unit, owed: int, counted: Mapping[str, Any]) -> CellProgress:
    numbers = {name: counted.get(name, 0) for name in COUNTED}
    return CellProgress(cell=cell, owed=owed, **numbers)


def rows_of(cell: Unit, period: Period) -> list[MemberRow]:
    """Return who is assessed in a cell, and who was, by name."""
    held = {
        sheet.member_id: sheet
        for sheet in MemberSheet.objects.filter(period=period, cell=cell).with_context()
    }
    owed = list(members_owed(cell, period))
    left = [s.member for pk, s in held.items() if pk not in {member.pk for member in owed}]
    people = sorted([*owed, *left], key=lambda member: member.sort_key)
    return [MemberRow(member, held.get(member.pk)) for member in people]


def sheet_of(cell: Unit, period: Period, member: Member) -> MemberSheet | None:
    """Return the stored sheet, or the one that a first answer would begin; None without a set."""
    stored = (
        MemberSheet.objects.filter(period=period, cell=cell, member=member).with_context().first()
    )
    if stored is not None:
        return stored
    criteria = criteria_of(cell, period)
    if criteria is None:
        return None
    return MemberSheet(
        period=period, cell=cell, member=member, path=cell.path, criteria=criteria,
        lines_total=len(criteria.rules.indicators),
    )  # fmt: skip


def view_of(
    sheet: MemberSheet, *, changed: Mapping[str, dict[str, Any]] | None = None
) -> SheetView:
    rows = {
        line: Score(line=line, version=sheet.version(line), **fields_of(sheet.answer(line)))
        for line in sheet.answers
    }
    return sheet_view(sheet, Stage.SELF, rows, changed=changed)


def next_unfinished(rows: Iterable[MemberRow], member: Member) -> Member | None:
    """Return the next member of the list whose sheet is not whole, after `member`."""
    after, found = False, None
    for row in rows:
        unfinished = row.sheet is None or row.sheet.lines_done < row.sheet.lines_total
        if after and unfinished:
            return row.member
        if not after and unfinished and found is None and row.member != member:
            found = row.member
        after = after or row.member == member
    return found
