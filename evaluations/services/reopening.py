"""Asking for a closed sheet to be opened again, and answering; who closed it can open it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from cells import access
from cells.models import User
from evaluations.models import Evaluation, ReopenRequest, State
from evaluations.services import locks
from evaluations.services.decision_reopening import decision_reopen
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.extensions import units_extend
from evaluations.services.reopening_notices import answered_tell, asked_tell
from evaluations.services.sheets import sheet_record, sheet_return

Way = ReopenRequest.Way
ANSWERED_BY: Mapping[str, str] = {
    Way.EXTENSION: access.ADMINISTER,
    Way.RETURN: access.APPRAISE,
    Way.DECISION: access.DECIDE,
}
WAITING = "Đã có một đề nghị mở lại phiếu này đang chờ trả lời."


def way_back(sheet: Evaluation, now: datetime | None = None) -> str:
    """Return the way to open a sheet again; "" where it is open, or nobody can open it."""
    now = now or timezone.now()
    if sheet.period.closed_at is not None and sheet.period.closed_at <= now:
        return ""
    if sheet.state == State.DECIDED:
        return Way.DECISION
    if sheet.state in (State.SUBMITTED, State.APPRAISED):
        return Way.RETURN
    is_locked = sheet.period_unit.is_expected and now >= sheet.locks_at
    return Way.EXTENSION if is_locked else ""


def may_answer(request: ReopenRequest, user: User) -> str:
    """Return why `user` cannot answer an open request now; "" if nothing hinders."""
    sheet = request.evaluation
    way = way_back(sheet)
    if request.answered_at is not None:
        return "Đề nghị này đã được trả lời."
    if not way:
        return "Phiếu đang mở, hoặc kỳ đã đóng, nên không cần trả lời nữa."
    if request.by_id == user.pk or not sheet.allows(user, ANSWERED_BY[way]):
        return "Đề nghị này do người khác trả lời."
    if way == Way.RETURN:
        return locks.lock_status(sheet, locks.RETURN, user=user)
    return ""


@transaction.atomic
def reopen_request(*, sheet: Evaluation, reason: str, by: User, door: str) -> ReopenRequest:
    """Ask for a closed sheet to be opened again; one question at a time for each sheet."""
    held = (
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("period", "unit", "period_unit")
        .get(pk=sheet.pk)
    )
    way = way_back(held)
    if not way:
        raise RefusedError(
            locks.lock_status(held, access.ENTER, user=by)
            or "Phiếu đang mở, đồng chí nhập được ngay nên không cần đề nghị."
        )
    if not reason.strip():
        raise ReasonMissingError("Cần ghi lý do đề nghị mở lại.")
    try:
        with transaction.atomic():
            made = ReopenRequest.objects.create(
                evaluation=held, way=way, by=by, reason=reason.strip()
            )
    except IntegrityError as error:
        raise RefusedError(WAITING) from error
    sheet_record(held, by, door, "reopen_requested", reason=made.reason)
    asked_tell(made)
    return made


@transaction.atomic
def reopen_withdraw(*, request: ReopenRequest, by: User, door: str) -> ReopenRequest:
    """Take back one's own question before it is answered."""
    held = _locked(request)
    if held.by_id != by.pk or not held.is_open:
        raise RefusedError("Đề nghị này không còn chờ trả lời.")
    held.answer = "Người đề nghị rút lại."
    return _answered(held, False, by, door, "reopen_withdrawn")


@transaction.atomic
def reopen_refuse(*, request: ReopenRequest, answer: str, by: User, door: str) -> ReopenRequest:
    """Leave the sheet closed, saying why."""
    held = _answerable(request, by)
    if not answer.strip():
        raise ReasonMissingError("Cần ghi lý do không mở lại.")
    held.answer = answer.strip()
    return _answered(held, False, by, door, "reopen_refused")


@transaction.atomic
def reopen_grant(
    *, request: ReopenRequest, answer: str, by: User, door: str, until: datetime | None = None
) -> ReopenRequest:
    """Open the sheet in the way that its state asks for; `until` is the end of an extension."""
    held = _answerable(request, by)
    sheet, answer = held.evaluation, answer.strip()
    if held.way == Way.EXTENSION:
        if until is None:
            raise ReasonMissingError("Cần chọn thời điểm kết thúc gia hạn.")
        units_extend(
            period=sheet.period, sheets=[sheet], until=until, reason=held.reason, by=by, door=door
        )
        held.granted_until = until
    elif held.way == Way.RETURN:
        words = f"Mở lại theo đề nghị: {held.reason}"
        sheet_return(
            sheet=sheet, reason=f"{words} Trả lời: {answer}" if answer else words, by=by, door=door
        )
    held.answer = answer
    _answered(held, True, by, door, "reopen_granted")
    if held.way == Way.DECISION:
        decision_reopen(sheet=sheet, request=held, by=by, door=door)
    return held


def _locked(request: ReopenRequest) -> ReopenRequest:
    held: ReopenRequest = (
        ReopenRequest.objects.with_context().select_for_update(of=("self",)).get(pk=request.pk)
    )
    return held


def _answerable(request: ReopenRequest, by: User) -> ReopenRequest:
    held = _locked(request)
    if why := may_answer(held, by):
        raise LockedError(why)
    held.way = way_back(held.evaluation)
    return held


def _answered(
    held: ReopenRequest, is_granted: bool, by: User, door: str, action: str
) -> ReopenRequest:
    held.answered_by, held.answered_at, held.is_granted = by, timezone.now(), is_granted
    held.save()
    sheet_record(held.evaluation, by, door, action, reason=held.answer or held.reason)
    answered_tell(held, by=by)
    return held
