"""Members' year sheets: scored in the cell line by line, closed by the cell, decided above it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cells import access
from cells.models import AuditEntry, Unit, User
from cells.services import audit
from evaluations.answers import Answer, score_of
from evaluations.models import CriteriaSet, Decision, MemberSheet, Period
from evaluations.rules.engine import AnswerError, Outcome, score_line
from evaluations.services.criteria_choice import CriteriaChoice
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from members.models import Member, Membership

State = MemberSheet.State
NO_CRITERIA = "Chưa có bộ tiêu chí năm cho đảng viên ở chi bộ này."


class LineConflictError(RefusedError):
    """Somebody else saved the line in the meantime."""

    def __init__(self, sheet: MemberSheet, line: str):
        super().__init__(f"{sheet.updated_by or 'Người khác'} vừa sửa dòng này.")
        self.sheet, self.line = sheet, line


def day_of(period: Period) -> date:
    """Return the day whose members are assessed: the last of the period, or today before it."""
    return min(period.ends_on, timezone.localdate())


def members_owed(cell: Unit, period: Period) -> QuerySet[Member]:
    """Return who is assessed in a cell: its official members who are not exempt on the day."""
    day = day_of(period)
    there = Membership.objects.active_on(day).not_exempt_on(day).filter(cell=cell)
    owed: QuerySet[Member] = Member.objects.filter(
        pk__in=there.filter(is_temporary=False).values("member"), merged_into__isnull=True
    ).order_by("sort_key", "pk")
    return owed


def criteria_of(cell: Unit, period: Period) -> CriteriaSet | None:
    return CriteriaChoice("member", period.kind, period.ends_on).at(cell.path)


def lock_status(period: Period, sheet: MemberSheet | None) -> str:
    """Return why a member's sheet cannot be changed now; "" if nothing hinders."""
    if sheet is not None and sheet.state == State.DECIDED:
        return "Kết quả đã có quyết định của cấp ủy nên được giữ nguyên."
    if sheet is not None and sheet.state == State.CLOSED:
        return "Chi bộ đã chốt kết quả. Cần sửa thì đề nghị cán bộ đảng ủy trả lại."
    if period.opened_at is None:
        return f"{period.title} chưa mở. Liên hệ quản trị Thành ủy."
    if period.is_locked:
        return f"{period.title} đã khóa nhập. Liên hệ quản trị Thành ủy để gia hạn."
    return ""


@transaction.atomic
def line_save(
    *,
    period: Period,
    cell: Unit,
    member: Member,
    line: str,
    answer: Answer,
    version: int | None,
    by: User,
    door: str,
) -> MemberSheet:
    """Save one answer and score the sheet anew.

    Raises LockedError, LineConflictError, AnswerError, RefusedError.
    """
    held = _held(period, cell, member)
    indicators = held.criteria.rules.indicators
    if line not in indicators:
        raise AnswerError(line, f"Bộ tiêu chí không có dòng {line}.")
    score_line(indicators[line], answer)
    old = held.answer(line)
    if version is not None and version != held.version(line) and old != dict(answer):
        raise LineConflictError(held, line)
    if held.version(line) and old == dict(answer):
        return held
    held.answers[line] = {"value": dict(answer), "version": held.version(line) + 1}
    return _scored(held, by, door, f"{line}.self", old or None, dict(answer) or None)


@transaction.atomic
def facts_save(
    *,
    period: Period,
    cell: Unit,
    member: Member,
    vetoes: Sequence[str],
    annual_class: str,
    by: User,
    door: str,
) -> MemberSheet:
    """Save which vetoes hold and the class of the year."""
    held = _held(period, cell, member)
    rules = held.criteria.rules
    if unknown := set(vetoes) - {veto.code for veto in rules.vetoes}:
        raise RefusedError(f"Không có điểm loại {', '.join(sorted(unknown))}.")
    if annual_class and annual_class not in rules.annual_classes:
        raise RefusedError("Không có mức xếp loại này.")
    old = {"vetoes": held.vetoes, "annual_class": held.annual_class}
    new = {"vetoes": sorted(set(vetoes)), "annual_class": annual_class}
    if new == old:
        return held
    held.vetoes, held.annual_class = new["vetoes"], annual_class
    return _scored(held, by, door, "facts", old, new)


@transaction.atomic
def cell_close(*, period: Period, cell: Unit, by: User, door: str) -> int:
    """Close the sheets of a cell after its meeting; return how many.

    Raises RefusedError naming members whose sheets are not whole: absent is never zero.
    """
    if reason := lock_status(period, None):
        raise LockedError(reason)
    owed = {member.pk: member for member in members_owed(cell, period)}
    sheets = {
        sheet.member_id: sheet
        for sheet in MemberSheet.objects.select_for_update()
        .filter(period=period, cell=cell)
        .order_by("pk")
    }
    unfinished = [
        member.full_name
        for pk, member in owed.items()
        if pk not in sheets or sheets[pk].lines_done < sheets[pk].lines_total
    ]
    if unfinished:
        raise RefusedError(
            f"Còn {len(unfinished)} đảng viên chưa chấm đủ: {', '.join(unfinished[:5])}"
            f"{' …' if len(unfinished) > 5 else ''}."
        )
    closing = [s for pk, s in sheets.items() if pk in owed and s.state == State.DRAFT]
    if not closing:
        raise RefusedError("Không có phiếu đảng viên nào để chốt.")
    for sheet in closing:
        sheet.state, sheet.closed_by = State.CLOSED, by
    MemberSheet.objects.bulk_update(closing, ["state", "closed_by"], batch_size=500)
    _moved(closing, period, cell, by, door, State.DRAFT, State.CLOSED, "")
    return len(closing)


@transaction.atomic
def cell_return(*, period: Period, cell: Unit, reason: str, by: User, door: str) -> int:
    """Open the closed sheets of a cell again, with a reason; return how many."""
    if not reason.strip():
        raise ReasonMissingError("Cần ghi rõ lý do trả lại để chi bộ biết phải sửa gì.")
    closed = list(
        MemberSheet.objects.select_for_update()
        .filter(period=period, cell=cell, state=State.CLOSED)
        .order_by("pk")
    )
    if not closed:
        raise RefusedError("Không có phiếu đảng viên nào chi bộ đã chốt.")
    for sheet in closed:
        sheet.state = State.DRAFT
    MemberSheet.objects.bulk_update(closed, ["state"], batch_size=500)
    _moved(closed, period, cell, by, door, State.CLOSED, State.DRAFT, reason.strip())
    return len(closed)


@transaction.atomic
def cells_decide(
    *,
    period: Period,
    committee: Unit,
    cells: Sequence[Unit],
    number: str,
    signed_on: date,
    signer: str,
    by: User,
    door: str,
) -> Decision:
    """Decide every closed sheet of some cells under one number and date.

    Raises RefusedError where there is none, where the number was used that day, and where the
    person who closed a sheet would decide it.
    """
    held = list(
        MemberSheet.objects.select_for_update(of=("self",))
        .filter(period=period, cell__in=cells, state=State.CLOSED)
        .order_by("pk")
    )
    if not held:
        raise RefusedError("Chọn ít nhất một chi bộ đã chốt kết quả.")
    if any(sheet.closed_by_id == by.pk for sheet in held):
        raise RefusedError("Người chốt kết quả của chi bộ không quyết định kết quả đó.")
    try:
        with transaction.atomic():
            made = Decision.objects.create(
                committee=committee, period=period, number=number.strip(),
                signed_on=signed_on, signer=signer.strip(), by=by,
            )  # fmt: skip
    except IntegrityError as error:
        raise RefusedError(f"Đã có quyết định số {number} ký cùng ngày.") from error
    for sheet in held:
        sheet.state, sheet.decision = State.DECIDED, made
    MemberSheet.objects.bulk_update(held, ["state", "decision"], batch_size=500)
    for cell in cells:
        own = [sheet for sheet in held if sheet.cell_id == cell.pk]
        _moved(own, period, cell, by, door, State.CLOSED, State.DECIDED, str(made))
    return made


def outcome_of(sheet: MemberSheet) -> Outcome:
    """Return what the engine makes of the stored answers."""
    return score_of(
        sheet, {line: sheet.answer(line) for line in sheet.answers if sheet.answer(line)}
    )


def _held(period: Period, cell: Unit, member: Member) -> MemberSheet:
    """Return the member's sheet, locked, made if it is not there yet."""
    if not members_owed(cell, period).filter(pk=member.pk).exists():
        raise RefusedError("Đảng viên này không thuộc diện đánh giá ở chi bộ.")
    criteria = criteria_of(cell, period)
    if criteria is None:
        raise RefusedError(NO_CRITERIA)
    MemberSheet.objects.get_or_create(
        period=period, member=member,
        defaults={
            "cell": cell, "path": cell.path, "criteria": criteria,
            "lines_total": len(criteria.rules.indicators),
        },
    )  # fmt: skip
    held = (
        MemberSheet.objects.select_for_update(of=("self",))
        .select_related("criteria", "updated_by", "cell", "member")
        .get(period=period, member=member)
    )
    if reason := lock_status(period, held):
        raise LockedError(reason)
    # Who moved during the year takes the unfinished sheet along.
    held.cell, held.path = cell, cell.path
    return held


def _scored(sheet: MemberSheet, by: User, door: str, field: str, old: Any, new: Any) -> MemberSheet:
    outcome = outcome_of(sheet)
    sheet.total, sheet.level = outcome.total, outcome.level
    sheet.is_eligible, sheet.reasons = outcome.eligible, list(outcome.reasons)
    sheet.lines_done = sheet.lines_total - len(outcome.missing)
    sheet.updated_by, sheet.updated_at = by, timezone.now()
    sheet.save()
    audit.record(
        by=by, door=door, action="member_line_saved", subject=sheet, unit=sheet.cell,
        period=sheet.period.code, field=field, old=old, new=new,
    )  # fmt: skip
    return sheet


def _moved(
    sheets: Sequence[MemberSheet], period: Period, cell: Unit, by: User, door: str,
    old: str, new: str, reason: str,
) -> None:  # fmt: skip
    AuditEntry.objects.bulk_create(
        AuditEntry(
            by=by, door=door, action=f"member_sheet_{new}", subject_type="membersheet",
            subject_id=sheet.pk, unit=cell, period=period.code, field="state",
            old=old, new=new, reason=reason,
        )
        for sheet in sheets
    )  # fmt: skip


def may_decide(user: User, cell: Unit) -> bool:
    return bool(access.reach(user, access.DECIDE).covers(cell.path))
