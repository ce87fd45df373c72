"""Saving answers: one line from a page, or many lines of a sheet from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cells import access
from cells.models import AuditEntry, User
from evaluations.answers import Answer, answer_of, answers_of, fields_of, score_of
from evaluations.models import Evaluation, Score, Stage
from evaluations.rules.engine import AnswerError, Outcome, score_line
from evaluations.rules.structure import Indicator
from evaluations.services.errors import ConflictError, LineLockedError, ReasonMissingError
from evaluations.services.locks import line_lock, returned_lines
from evaluations.services.sheets import apply_outcome, apply_total, sheet_locked
from evaluations.services.verifiers import named_on, verifier_locks

LONGEST_NOTE = 1000
ACTION_OF_STAGE = {Stage.SELF: access.ENTER, Stage.APPRAISED: access.APPRAISE}
WRITTEN = (
    "option", "num", "den", "na", "points", "note", "source", "version", "by", "at", "door",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A new answer to one line.

    `version` is the one the caller saw (0: nothing there yet; None: whatever stands); a note of
    None leaves the note as it is; `origin` says in words where the answer was taken from.
    """

    line: str
    answer: Answer
    version: int | None = None
    note: str | None = None
    origin: str = ""


@dataclass(frozen=True)
class Saved:
    """What a save gave: the sheet with its new totals, its rows by line, the stage's outcome."""

    sheet: Evaluation
    rows: Mapping[str, Score]
    outcome: Outcome


@transaction.atomic
def lines_save(
    *,
    sheet: Evaluation,
    changes: Sequence[Change],
    by: User,
    door: str,
    stage: str = Stage.SELF,
    source: str = "",
) -> Saved:
    """Save answers to lines of one sheet, all or none, and score the stage anew.

    Raises LockedError, ConflictError, AnswerError, ReasonMissingError.
    """
    held = sheet_locked(sheet, ACTION_OF_STAGE[Stage(stage)], by)
    _refuse_closed(held, changes, stage, by)
    rules = held.criteria.rules
    rows = {row.line: row for row in held.scores.filter(stage=stage).select_related("by")}
    own = _own_answers(held) if stage == Stage.APPRAISED else {}
    written, entries = [], []
    for change in changes:
        _check(held, change, rows.get(change.line), own if stage == Stage.APPRAISED else None)
        row = rows.get(change.line) or Score(
            evaluation=held, line=change.line, stage=stage, version=0
        )
        if entry := _write(held, row, change, by, door, source):
            written.append(row)
            entries.append(entry)
        rows[change.line] = row
    Score.objects.bulk_create([row for row in written if row.pk is None])
    Score.objects.bulk_update([row for row in written if row.version > 1], WRITTEN)
    AuditEntry.objects.bulk_create(entries)
    outcome = score_of(held, answers_of(rows.values(), rules))
    # Until it is finished an appraisal counts for nothing but its own total.
    apply = apply_outcome if stage == Stage.SELF else apply_total
    fields = apply(held, stage, outcome)
    if stage == Stage.SELF:
        held.lines_done = held.lines_total - len(outcome.missing)
        fields.append("lines_done")
    held.save(update_fields=fields)
    return Saved(held, rows, outcome)


def _refuse_closed(sheet: Evaluation, changes: Sequence[Change], stage: str, by: User) -> None:
    """Raise LineLockedError for the first line that is closed on a sheet that is open."""
    closed = closed_lines(sheet, by, appraising=stage == Stage.APPRAISED)
    for change in changes:
        if reason := closed.get(change.line):
            raise LineLockedError(change.line, reason)


def closed_lines(sheet: Evaluation, by: User, *, appraising: bool) -> dict[str, str]:
    """Return the lines that are closed to `by` on a sheet that is open to him, each with why."""
    if appraising:
        return verifier_locks(sheet, by, named_on(sheet))
    returned = returned_lines(sheet)
    lines = sheet.criteria.rules.indicators if returned else ()
    return {line: reason for line in lines if (reason := line_lock(line, returned))}


def _own_answers(sheet: Evaluation) -> dict[str, dict]:
    return answers_of(sheet.scores.filter(stage=Stage.SELF), sheet.criteria.rules)


def _check(
    sheet: Evaluation, change: Change, row: Score | None, own: Mapping[str, Answer] | None
) -> None:
    """Raise what speaks against a change; `own` are the self-scored answers when appraising."""
    if change.line not in sheet.criteria.rules.indicators:
        raise AnswerError(change.line, f"Bộ tiêu chí không có dòng {change.line}.")
    indicator = sheet.criteria.rules.indicators[change.line]
    # What cannot be saved is no conflict.
    score_line(indicator, change.answer, kind=sheet.kind_code)
    if change.note and len(change.note) > LONGEST_NOTE:
        raise AnswerError(change.line, "Lời giải trình dài quá 1.000 ký tự. Hãy viết gọn lại.")
    stale = change.version is not None and change.version != (row.version if row else 0)
    if stale and not _stands(row, change, indicator):
        raise ConflictError(change.line, row)
    differs = own is not None and change.answer and change.answer != own.get(change.line, {})
    if differs and not (change.note or "").strip():
        raise ReasonMissingError("Kết quả thẩm định khác tự chấm: cần ghi lý do.")


def _stands(row: Score | None, change: Change, indicator: Indicator) -> bool:
    """Tell whether the row already says what the change asks for."""
    same_note = row is not None and change.note in (None, row.note)
    return same_note and bool(change.answer) and answer_of(row, indicator) == change.answer


def _write(
    sheet: Evaluation, row: Score, change: Change, by: User, door: str, source: str
) -> AuditEntry | None:
    """Put a change on its row; return its entry in the audit, None where nothing changes."""
    indicator = sheet.criteria.rules.indicators[change.line]
    points = score_line(indicator, change.answer).points
    old, old_note = answer_of(row, indicator), row.note
    note = old_note if change.note is None else change.note
    if row.version and old == change.answer and note == old_note:
        return None
    if not row.version or old != change.answer:
        # A note alone does not make an answer that was taken over one that was entered.
        row.source = source
    for name, value in fields_of(change.answer).items():
        setattr(row, name, value)
    row.points, row.by, row.at, row.door = points, by, timezone.now(), door
    row.note, row.version = note, row.version + 1
    said = [change.origin, note if note != old_note else ""]
    return AuditEntry(
        by=by,
        door=door,
        action="line_saved",
        subject_type="evaluation",
        subject_id=sheet.pk,
        unit=sheet.unit,
        period=sheet.period.code,
        field=f"{change.line}.{row.stage}",
        old=old or None,
        new=dict(change.answer) or None,
        reason="; ".join(filter(None, said)),
    )
