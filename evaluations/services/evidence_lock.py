"""Whether evidence of a sheet may be changed now: the answer of `lock_status`, for both sides."""

from cells import access
from cells.models import User
from evaluations.models import Evaluation, EvidenceUse, Stage, State
from evaluations.services import locks
from evaluations.services.errors import LockedError

VIEW_ONLY = "Đồng chí xem được minh chứng của phiếu này nhưng không gắn, không gỡ."
NOT_ASKED = "Dòng này không dùng minh chứng."


def may_ever(sheet: Evaluation, user: User) -> bool:
    """Tell whether `user` is of those who attach evidence to the sheet in some state."""
    return sheet.allows(user, access.ENTER) or sheet.allows(user, access.APPRAISE)


def stage_now(sheet: Evaluation) -> Stage:
    """Return whose evidence is attached now: once handed in, the appraiser's."""
    return Stage.APPRAISED if sheet.state == State.SUBMITTED else Stage.SELF


def evidence_lock(sheet: Evaluation, line: str, *, user: User) -> str:
    """Return why `user` cannot attach to a line ("": the whole sheet) now; "" if he can."""
    if line and sheet.criteria.rules.indicators[line].evidence == "none":
        return NOT_ASKED
    action = access.APPRAISE if stage_now(sheet) == Stage.APPRAISED else access.ENTER
    if not sheet.allows(user, action):
        waits = sheet.state == State.SUBMITTED and sheet.allows(user, access.ENTER)
        return locks.WHY_NOT[State.SUBMITTED] if waits else VIEW_ONLY
    reason = locks.lock_status(sheet, action, user=user)
    if reason or not line:
        return reason
    return locks.line_lock(line, locks.returned_lines(sheet))


def use_lock(use: EvidenceUse, sheet: Evaluation) -> str:
    """Return why one use cannot be detached or replaced where its line is open; "" if it can."""
    if not use.is_open:
        return "Minh chứng này đã được gỡ rồi."
    if use.stage != stage_now(sheet):
        by = "người thẩm định" if use.stage == Stage.APPRAISED else sheet.whose
        return f"Minh chứng này do {by} gắn nên chỉ {by} gỡ hoặc thay được."
    return ""


def sheet_held(sheet: Evaluation, line: str, by: User) -> Evaluation:
    """Return the sheet, locked for this transaction. Raises LockedError with the reason."""
    held = (
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("period", "criteria", "unit", "period_unit__kind")
        .get(pk=sheet.pk)
    )
    if reason := evidence_lock(held, line, user=by):
        raise LockedError(reason)
    return held
