"""Appraising a submitted sheet, line by line, beside what the cell gave itself."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from cells import access
from cells.models import User
from evaluations.answers import answer_of
from evaluations.models import Evaluation, Score, Stage, State
from evaluations.services import locks
from evaluations.services.errors import ConflictError, ReasonMissingError, RefusedError
from evaluations.services.lines import closed_lines
from evaluations.services.sheet_notices import appraised_tell
from evaluations.services.sheets import (
    apply_outcome,
    apply_total,
    outcome_of,
    sheet_locked,
    sheet_move,
    sheet_record,
)
from evaluations.services.waiting import lines_waiting


@transaction.atomic
def appraisal_accept(
    *,
    sheet: Evaluation,
    lines: Iterable[str],
    by: User,
    door: str,
    seen: Mapping[str, int] | None = None,
) -> int:
    """Copy the self-scored answer of each waiting line of `lines`; return how many.

    Lines that are marked to be sent back, or that others are named for, are left alone.
    `seen` are the versions of self-scored answers that were looked at: with another one standing
    it raises ConflictError.
    """
    held = sheet_locked(sheet, access.APPRAISE, by)
    kept = {mark.line for mark in held.line_returns.marked()}
    kept |= closed_lines(held, by, appraising=True).keys()
    waiting = (set(lines_waiting(held)) & set(lines)) - kept
    own = {row.line: row for row in held.scores.filter(stage=Stage.SELF, line__in=waiting)}
    for line, version in (seen or {}).items():
        if line in own and own[line].version != version:
            raise ConflictError(line, own[line])
    standing = {row.line: row for row in held.scores.filter(stage=Stage.APPRAISED)}
    now = timezone.now()
    for line, source in own.items():
        row = standing.get(line) or Score(
            evaluation=held, line=line, stage=Stage.APPRAISED, version=0
        )
        for name in ("option", "num", "den", "na", "points"):
            setattr(row, name, getattr(source, name))
        row.note, row.source, row.by, row.at, row.door = "", Stage.SELF, by, now, door
        row.version += 1
        row.save()
    if own:
        rules = held.criteria.rules
        accepted = {line: answer_of(row, rules.indicators[line]) for line, row in own.items()}
        sheet_record(held, by, door, "lines_accepted", field="appraised", new=accepted)
        outcome = outcome_of(held, Stage.APPRAISED)
        held.save(update_fields=apply_total(held, Stage.APPRAISED, outcome))
    return len(own)


@transaction.atomic
def appraisal_finish(*, sheet: Evaluation, by: User, door: str) -> Evaluation:
    """Close the appraisal. Raises RefusedError while a line waits."""
    held = sheet_locked(sheet, access.APPRAISE, by)
    if waiting := lines_waiting(held):
        raise RefusedError(f"Còn {len(waiting)} dòng chưa thẩm định: {', '.join(waiting)}.")
    if marked := [mark.line for mark in held.line_returns.marked()]:
        raise RefusedError(
            f"Còn {len(marked)} dòng đánh dấu trả lại: {', '.join(marked)}. Trả lại hoặc bỏ dấu."
        )
    fields = apply_outcome(held, Stage.APPRAISED, outcome_of(held, Stage.APPRAISED))
    held.appraised_by, held.appraised_at = by, timezone.now()
    fields += ["appraised_by", "appraised_at"]
    appraised_tell(held, by=by)
    return sheet_move(held, State.APPRAISED, by, door, fields=fields)


@transaction.atomic
def appraisal_reopen(*, sheet: Evaluation, reason: str, by: User, door: str) -> Evaluation:
    """Take an appraised sheet back into appraisal, before it is decided."""
    held = sheet_locked(sheet, locks.REOPEN, by)
    if not reason.strip():
        raise ReasonMissingError("Cần ghi lý do mở lại thẩm định.")
    held.appraised_by = held.appraised_at = None
    own = apply_outcome(held, Stage.SELF, outcome_of(held, Stage.SELF))
    return sheet_move(
        held,
        State.SUBMITTED,
        by,
        door,
        action="appraisal_reopened",
        reason=reason,
        fields=["appraised_by", "appraised_at", *own],
    )
