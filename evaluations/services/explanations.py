"""Between the appraised score and the decision: the unit explains itself, the appraiser answers.

No number changes here: an answer keeps the appraised value, or takes the sheet back into appraisal,
where somebody changes the line with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from cells import access
from cells.models import User
from evaluations.answers import answer_of
from evaluations.models import (
    Evaluation,
    Explanation,
    ExplanationAnswer,
    ExplanationRound,
    Stage,
    State,
)
from evaluations.services import locks
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.explanation_notices import (
    answered_tell,
    explained_tell,
    round_tell,
)
from evaluations.services.sheets import (
    apply_outcome,
    explaining_end,
    outcome_of,
    sheet_locked,
    sheet_move,
    sheet_record,
)

LONGEST = 2000


@dataclass(frozen=True)
class Said:
    """What a unit says to one line: words, or that it agrees; neither, nothing."""

    text: str = ""
    agrees: bool = False


def last_day_end(day: date) -> datetime:
    """Return the end of a day here: the moment after its last minute."""
    return timezone.make_aware(datetime.combine(day, time.max))


def differing_lines(sheet: Evaluation) -> list[str]:
    """Return the lines that were appraised otherwise than the unit scored itself."""
    rules = sheet.criteria.rules
    by_stage: dict[str, dict[str, object]] = {Stage.SELF: {}, Stage.APPRAISED: {}}
    for row in sheet.scores.filter(stage__in=by_stage):
        by_stage[row.stage][row.line] = answer_of(row, rules.indicators[row.line])
    own, appraised = by_stage[Stage.SELF], by_stage[Stage.APPRAISED]
    return [
        line for line in rules.indicators if appraised.get(line, own.get(line)) != own.get(line)
    ]


def round_of(sheet: Evaluation) -> ExplanationRound | None:
    """Return the newest round of a sheet, open or not."""
    return (
        ExplanationRound.objects.filter(evaluation=sheet)
        .select_related("opened_by", "submitted_by")
        .last()
    )


def standing_words(found: ExplanationRound) -> dict[str, Explanation]:
    """Return what stands, by line: the last that was said."""
    return {row.line: row for row in found.explanations.select_related("by")}


def waiting_lines(found: ExplanationRound) -> list[str]:
    """Return the lines explained in words and not yet answered."""
    answered = set(found.answers.values_list("line", flat=True))
    words = standing_words(found)
    return [line for line, row in words.items() if row.text and line not in answered]


def has_explained(found: ExplanationRound, user: User) -> bool:
    """Tell whether `user` wrote for the unit: who did does not answer himself."""
    return found.explanations.filter(by=user).exists()


@transaction.atomic
def round_open(
    *, sheet: Evaluation, ends_on: date, by: User, door: str, note: str = ""
) -> ExplanationRound:
    """Ask the unit to explain itself by the end of a day. Raises RefusedError, LockedError."""
    held = sheet_locked(sheet, locks.OPEN_ROUND, by)
    if held.explanations_waiting:
        raise RefusedError("Còn giải trình chưa trả lời; trả lời xong mới mở vòng mới.")
    if ends_on < timezone.localdate():
        raise RefusedError("Ngày hết hạn giải trình phải từ hôm nay trở đi.")
    if not differing_lines(held):
        raise RefusedError("Không có dòng nào thẩm định khác tự chấm nên không cần giải trình.")
    explaining_end(held)
    made = ExplanationRound.objects.create(
        evaluation=held, ends_at=last_day_end(ends_on), opened_by=by, note=note.strip()
    )
    held.explained_until = made.ends_at
    held.save(update_fields=["explained_until", "explanations_waiting"])
    until = f"đến hết {ends_on:%d/%m/%Y}"
    sheet_record(
        held, by, door, "explanation_opened", reason="; ".join(filter(None, [until, note]))
    )
    round_tell(held, ends_at=made.ends_at, by=by)
    return made


@transaction.atomic
def explanation_save(
    *, sheet: Evaluation, said: Mapping[str, Said], by: User, door: str, submit: bool = False
) -> ExplanationRound:
    """Keep what the unit says to lines; submitted, it can say no more.

    Raises LockedError where the time is over, RefusedError where a line owes an answer.
    """
    held = sheet_locked(sheet, locks.EXPLAIN, by)
    found = _open_round(held)
    if not found.takes_words:
        raise LockedError("Vòng giải trình đã kết thúc nên không ghi thêm được.")
    lines = differing_lines(held)
    standing = standing_words(found)
    rows = []
    for line in lines:
        new, old = said.get(line, Said()), standing.get(line)
        if len(new.text) > LONGEST:
            raise RefusedError(f"Giải trình dòng {line} dài quá {LONGEST} ký tự.")
        text = "" if new.agrees else new.text.strip()
        if (text, new.agrees) != ((old.text, old.agrees) if old else ("", False)):
            row = Explanation(round=found, line=line, text=text, agrees=new.agrees, by=by)
            rows.append(row)
            standing[line] = row
    Explanation.objects.bulk_create(rows)
    for row in rows:
        new_words = row.text or ("Đồng ý" if row.agrees else None)
        sheet_record(held, by, door, "explained", field=f"{row.line}.explained", new=new_words)
    held.explanations_waiting = sum(bool(row.text) for row in standing.values())
    fields = ["explanations_waiting"]
    if submit:
        fields += _submit(held, found, [line for line in lines if _owes(standing, line)], by, door)
    held.save(update_fields=fields)
    return found


def _owes(standing: Mapping[str, Explanation], line: str) -> bool:
    row = standing.get(line)
    return row is None or not (row.text or row.agrees)


def _submit(
    held: Evaluation, found: ExplanationRound, owed: list[str], by: User, door: str
) -> list[str]:
    if owed:
        raise RefusedError(
            f"Còn {len(owed)} dòng chưa giải trình và chưa đồng ý: {', '.join(owed)}."
        )
    found.submitted_by, found.submitted_at = by, timezone.now()
    found.save(update_fields=["submitted_by", "submitted_at"])
    count = held.explanations_waiting
    words = f"{count} dòng giải trình" if count else "đồng ý với kết quả thẩm định"
    sheet_record(held, by, door, "explanation_submitted", reason=words)
    explained_tell(held, found, by=by)
    if not count:
        return explaining_end(held)
    held.explained_until = None
    return ["explained_until"]


@transaction.atomic
def explanation_answer(
    *, sheet: Evaluation, line: str, keep: bool, text: str, by: User, door: str
) -> Evaluation:
    """Answer the explanation of a line: the appraised value stays, or the line is looked at anew.

    To look anew takes the sheet back into appraisal; the value itself is changed there.
    """
    held = sheet_locked(sheet, locks.ANSWER, by)
    found = _open_round(held)
    if found.takes_words:
        raise LockedError("Vòng giải trình chưa kết thúc; chờ nộp giải trình rồi trả lời.")
    if has_explained(found, by):
        raise LockedError("Đồng chí đã ghi giải trình nên không tự trả lời được; cần người khác.")
    waiting = waiting_lines(found)
    if line not in waiting:
        raise RefusedError(f"Dòng {line} không có giải trình chờ trả lời.")
    if not text.strip():
        raise ReasonMissingError("Cần ghi lý do trả lời giải trình.")
    ExplanationAnswer.objects.create(round=found, line=line, is_kept=keep, text=text.strip(), by=by)
    new = f"{'Giữ nguyên' if keep else 'Thẩm định lại'}: {text.strip()}"
    sheet_record(held, by, door, "explanation_answered", field=f"{line}.answered", new=new)
    answered_tell(held, line=line, by=by)
    held.explained_until, held.explanations_waiting = None, len(waiting) - 1
    fields = ["explained_until", "explanations_waiting"]
    if len(waiting) == 1:
        fields = explaining_end(held)
    if keep or held.state == State.SUBMITTED:
        held.save(update_fields=fields)
        return held
    return _back_to_appraisal(held, f"Giải trình dòng {line}: {text.strip()}", by, door, fields)


def _back_to_appraisal(
    held: Evaluation, reason: str, by: User, door: str, fields: list[str]
) -> Evaluation:
    held.appraised_by = held.appraised_at = None
    own = apply_outcome(held, Stage.SELF, outcome_of(held, Stage.SELF))
    fields = [*fields, *own, "appraised_by", "appraised_at"]
    action = "appraisal_reopened"
    return sheet_move(held, State.SUBMITTED, by, door, action=action, reason=reason, fields=fields)


@transaction.atomic
def round_end_early(*, sheet: Evaluation, reason: str, by: User, door: str) -> None:
    """End the time to explain before its day; what was said by then is answered as usual."""
    held = sheet_locked(sheet, locks.ANSWER, by)
    found = _open_round(held)
    if not found.takes_words:
        raise LockedError("Vòng giải trình đã kết thúc.")
    if not reason.strip():
        raise ReasonMissingError("Cần ghi lý do kết thúc sớm vòng giải trình.")
    found.ends_at = timezone.now()
    found.save(update_fields=["ends_at"])
    held.explained_until = None
    fields = ["explained_until"]
    if not held.explanations_waiting:
        fields = explaining_end(held)
    held.save(update_fields=fields)
    sheet_record(held, by, door, "explanation_ended", reason=reason.strip())


def _open_round(held: Evaluation) -> ExplanationRound:
    found = held.explanation_rounds.filter(closed_at__isnull=True).first()
    if found is None:
        raise RefusedError("Phiếu này không có vòng giải trình nào đang mở.")
    return found


def may_open(sheet: Evaluation, user: User) -> bool:
    """Tell whether `user` judges the sheet: who appraises or decides it asks for explanations."""
    return sheet.allows(user, access.APPRAISE) or sheet.allows(user, access.DECIDE)
