"""The life of a sheet before appraisal: vetoes, class, submitting, withdrawing, returning."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from cells import access
from cells.models import AuditEntry, User
from cells.services import audit
from cells.vietnamese import tidy_paragraphs
from evaluations.answers import answers_of, score_of
from evaluations.models import Evaluation, Stage, State
from evaluations.rules.engine import Outcome
from evaluations.services import locks
from evaluations.services.checkups import checks_refuse, checkup_keep
from evaluations.services.errors import (
    LockedError,
    MarkConflictError,
    ReasonMissingError,
    RefusedError,
)
from evaluations.services.sheet_checks import sheet_checks
from evaluations.services.sheet_notices import returned_tell

TOTAL_FIELD = {
    Stage.SELF: "self_total",
    Stage.APPRAISED: "appraised_total",
    Stage.FINAL: "final_total",
}


def sheet_locked(sheet: Evaluation, action: str, by: User) -> Evaluation:
    """Return the sheet, locked for this transaction.

    Raises LockedError with the reason where `action` is closed.
    """
    held = (
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("period", "criteria", "unit", "period_unit__kind")
        .get(pk=sheet.pk)
    )
    if reason := locks.lock_status(held, action, user=by):
        raise LockedError(reason)
    return held


def outcome_of(sheet: Evaluation, stage: str) -> Outcome:
    """Return what the engine makes of the stored answers of one stage."""
    return score_of(sheet, answers_of(sheet.scores.filter(stage=stage), sheet.criteria.rules))


def apply_total(sheet: Evaluation, stage: str, outcome: Outcome) -> list[str]:
    """Put the total of a stage on the sheet; return the name of the field."""
    name = TOTAL_FIELD[Stage(stage)]
    setattr(sheet, name, outcome.total)
    return [name]


def apply_outcome(sheet: Evaluation, stage: str, outcome: Outcome) -> list[str]:
    """Make the result of a stage the one that the sheet shows; return the fields it changed."""
    sheet.level = outcome.level
    sheet.is_eligible = outcome.eligible
    sheet.reasons = list(outcome.reasons)
    return [*apply_total(sheet, stage, outcome), "level", "is_eligible", "reasons"]


@transaction.atomic
def vetoes_save(
    *,
    sheet: Evaluation,
    vetoes: Sequence[str],
    by: User,
    door: str,
    reason: str = "",
    seen: Sequence[str] | None = None,
) -> Evaluation:
    """Set which vetoes hold. After submission only the appraiser may, with a reason.

    `seen` is what the caller saw (None: whatever stands); raises MarkConflictError if it changed.
    """
    held = _held_to_mark(sheet, by)
    known = {veto.code for veto in held.criteria.rules.vetoes}
    if unknown := set(vetoes) - known:
        raise RefusedError(f"Không có điểm loại {', '.join(sorted(unknown))}.")
    new = sorted(set(vetoes))
    _refuse_if_changed(held, "vetoes", seen, new)
    return _mark(held, "vetoes", new, by, door, reason, "điểm loại")


@transaction.atomic
def annual_class_save(
    *,
    sheet: Evaluation,
    annual_class: str,
    by: User,
    door: str,
    reason: str = "",
    seen: str | None = None,
) -> Evaluation:
    """Set the class of the year, "" for none yet. After submission only the appraiser may.

    `seen` is what the caller saw (None: whatever stands); raises MarkConflictError if it changed.
    """
    held = _held_to_mark(sheet, by)
    rules = held.criteria.rules
    if rules.recognition.annual_class_gte is None:
        raise RefusedError("Bộ tiêu chí của phiếu này không xét xếp loại năm.")
    if annual_class not in ("", *rules.annual_classes):
        raise RefusedError("Không có mức xếp loại năm này. Hãy chọn lại.")
    _refuse_if_changed(held, "annual_class", seen, annual_class)
    return _mark(held, "annual_class", annual_class, by, door, reason, "xếp loại năm")


def _held_to_mark(sheet: Evaluation, by: User) -> Evaluation:
    appraising = sheet.state == State.SUBMITTED
    held = sheet_locked(sheet, access.APPRAISE if appraising else access.ENTER, by)
    if reason := locks.mark_lock(locks.returned_lines(held)):
        raise LockedError(reason)
    return held


def _refuse_if_changed(held: Evaluation, field: str, seen: Any, new: Any) -> None:
    stands = getattr(held, field)
    if seen is None or stands in (seen, new):
        return
    last = (
        AuditEntry.objects.filter(subject_type="evaluation", subject_id=held.pk, field=field)
        .select_related("by")
        .order_by("-pk")
        .first()
    )
    raise MarkConflictError(last.by if last else None, stands)


def _mark(
    held: Evaluation, field: str, new: Any, by: User, door: str, reason: str, name: str
) -> Evaluation:
    """Set what a sheet says beside its lines; an appraiser says why."""
    old = getattr(held, field)
    if new == old:
        return held
    appraising = held.state == State.SUBMITTED
    if appraising and not reason.strip():
        raise ReasonMissingError(f"Thay đổi {name} khi thẩm định: cần ghi lý do.")
    setattr(held, field, new)
    stage = Stage.APPRAISED if appraising else Stage.SELF
    apply = apply_total if appraising else apply_outcome
    fields = apply(held, stage, outcome_of(held, stage))
    held.save(update_fields=[field, *fields])
    sheet_record(held, by, door, f"{field}_saved", field=field, old=old, new=new, reason=reason)
    return held


@transaction.atomic
def sheet_submit(
    *,
    sheet: Evaluation,
    by: User,
    door: str,
    on_behalf: bool,
    seen: Collection[str] | None = None,
    note: str = "",
) -> Evaluation:
    """Freeze the self-scored stage. Raises RefusedError while a check stands in the way.

    `seen` are the keys of the checks that the person looked at; None through a door that shows
    none.
    """
    held = sheet_locked(sheet, access.SUBMIT, by)
    outcome = outcome_of(held, Stage.SELF)
    checks = sheet_checks(held, outcome, by)
    checks_refuse(checks, seen, note)
    fields = apply_outcome(held, Stage.SELF, outcome)
    held.submitted_by, held.submitted_at = by, timezone.now()
    held.first_submitted_at = held.first_submitted_at or held.submitted_at
    held.is_submitted_for = on_behalf
    held.appraised_by = None
    held.line_returns.open().update(settled_at=held.submitted_at)
    checkup_keep(held, checks, is_seen=seen is not None, note=note, by=by)
    return sheet_move(
        held,
        State.SUBMITTED,
        by,
        door,
        reason=tidy_paragraphs(note),
        fields=[
            *fields,
            "submitted_by",
            "submitted_at",
            "first_submitted_at",
            "is_submitted_for",
            "appraised_by",
        ],
    )


@transaction.atomic
def sheet_withdraw(*, sheet: Evaluation, by: User, door: str) -> Evaluation:
    """Take a submitted sheet back, as long as nobody has begun to appraise it.

    What was returned for single lines is open for these alone again.
    """
    held = sheet_locked(sheet, locks.WITHDRAW, by)
    if is_appraisal_begun(held):
        raise LockedError("Cán bộ đảng ủy đã bắt đầu thẩm định nên không rút lại được phiếu.")
    if held.first_submitted_at == held.submitted_at:
        # Taken back before anybody looked at it: as if it had not been handed in.
        held.first_submitted_at = None
    mended = held.line_returns.filter(settled_at=held.submitted_at)
    state = State.RETURNED if mended.update(settled_at=None) else State.DRAFT
    return sheet_move(held, state, by, door, action="withdrawn", fields=["first_submitted_at"])


def is_appraisal_begun(sheet: Evaluation) -> bool:
    """Tell whether anything was appraised or marked since a sheet was submitted."""
    appraised = sheet.scores.filter(stage=Stage.APPRAISED, at__gte=sheet.submitted_at)
    return appraised.exists() or sheet.line_returns.marked().exists()


@transaction.atomic
def sheet_return(*, sheet: Evaluation, reason: str, by: User, door: str) -> Evaluation:
    """Send a whole sheet back to the cell, saying what to mend; marked lines join the reason."""
    held = sheet_locked(sheet, locks.RETURN, by)
    if not reason.strip():
        raise ReasonMissingError(f"Cần ghi rõ lý do trả lại để {held.whose} biết phải sửa gì.")
    marks = held.line_returns.marked()
    why = "\n".join([reason.strip(), *(f"Dòng {mark.line}: {mark.reason}" for mark in marks)])
    marks.delete()
    return sheet_send_back(held, why, by, door)


def sheet_send_back(
    held: Evaluation,
    reason: str,
    by: User,
    door: str,
    *,
    action: str = "",
    lines: Sequence[str] = (),
) -> Evaluation:
    """Put a held sheet back into the hands of its unit: what it gave itself counts again.

    `lines` names what alone is open then; none named, the whole sheet is.
    """
    held.return_reason = reason
    held.appraised_by = held.appraised_at = held.appraised_total = None
    fields = ["return_reason", "appraised_by", "appraised_at", "appraised_total"]
    fields += explaining_end(held)
    fields += apply_outcome(held, Stage.SELF, outcome_of(held, Stage.SELF))
    returned_tell(held, by=by, lines=lines)
    return sheet_move(held, State.RETURNED, by, door, action=action, reason=reason, fields=fields)


def explaining_end(held: Evaluation) -> list[str]:
    """Close the explanation round of a held sheet, if one is open; return the changed fields."""
    held.explanation_rounds.filter(closed_at__isnull=True).update(closed_at=timezone.now())
    held.explained_until, held.explanations_waiting = None, 0
    return ["explained_until", "explanations_waiting"]


def sheet_move(
    sheet: Evaluation,
    state: State,
    by: User,
    door: str,
    *,
    action: str = "",
    reason: str = "",
    fields: Sequence[str] = (),
) -> Evaluation:
    old, sheet.state = sheet.state, state
    sheet.save(update_fields=["state", *fields])
    sheet_record(sheet, by, door, action or state, field="state", old=old, new=state, reason=reason)
    return sheet


def sheet_record(sheet: Evaluation, by: User, door: str, action: str, **change: Any) -> None:
    audit.record(
        by=by,
        door=door,
        action=action,
        subject=sheet,
        unit=sheet.unit,
        period=sheet.period.code,
        **change,
    )
