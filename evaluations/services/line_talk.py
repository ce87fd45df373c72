"""Talking about a line of a sheet, and marking one to be followed up, whatever its state."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cells.models import NoticeKind, User
from cells.services.notices import notice_send
from cells.services.recipients import officers_above, secretaries
from cells.vietnamese import tidy, tidy_paragraphs
from evaluations.models import Evaluation, LineComment, LineFlag
from evaluations.services.errors import RefusedError
from evaluations.services.sheets import sheet_record

LONGEST_COMMENT, LONGEST_REASON = 1000, 300


class WordsError(RefusedError):
    """What was written cannot be kept; the message says what to mend."""


@transaction.atomic
def comment_add(*, sheet: Evaluation, line: str, text: str, by: User) -> LineComment:
    """Add a word to the talk about a line, and tell those whom it concerns."""
    words = tidy_paragraphs(text)
    if not words:
        raise WordsError("Hãy viết điều muốn trao đổi.")
    if len(words) > LONGEST_COMMENT:
        raise WordsError("Nội dung dài quá 1.000 ký tự. Hãy viết gọn lại hoặc gửi làm hai lần.")
    comment = LineComment.objects.create(evaluation=sheet, line=line, text=words, by=by)
    comment_tell(comment)
    return comment


def comment_tell(comment: LineComment) -> None:
    """Tell those whom a comment concerns."""
    sheet, line = comment.evaluation, comment.line
    notice_send(
        kind=NoticeKind.COMMENT,
        to=_concerned(sheet, line),
        text=f"{sheet.period_unit.name}: có trao đổi mới ở dòng {line},"
        f" phiếu {sheet.period.title}.",
        url=f"{reverse('evaluations:sheet', args=[sheet.period.code, sheet.unit.code])}"
        f"#dong-{line.replace('.', '-')}",
        unit=sheet.unit,
        period=sheet.period.code,
        by=comment.by,
    )


@transaction.atomic
def flag_raise(*, sheet: Evaluation, line: str, reason: str, by: User, door: str) -> LineFlag:
    """Mark a line to be followed up. Raises RefusedError where it is marked already."""
    words = tidy(reason)
    if not words:
        raise WordsError("Hãy ghi vì sao cần theo dõi dòng này.")
    if len(words) > LONGEST_REASON:
        raise WordsError("Lý do dài quá 300 ký tự. Hãy viết gọn lại.")
    held = Evaluation.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    standing = LineFlag.objects.open().filter(evaluation=held, line=line).first()
    if standing:
        raise RefusedError(f"{standing.by} đã đánh dấu dòng này rồi.")
    flag = LineFlag.objects.create(evaluation=held, line=line, reason=words, by=by)
    sheet_record(sheet, by, door, "line_flagged", field=f"{line}.flag", new=words)
    return flag


@transaction.atomic
def flag_clear(*, sheet: Evaluation, line: str, by: User, door: str) -> LineFlag | None:
    """Take the mark from a line; return it, None where it was taken before."""
    flag = LineFlag.objects.open().select_for_update().filter(evaluation=sheet, line=line).first()
    if flag is None:
        return None
    flag.cleared_by, flag.cleared_at = by, timezone.now()
    flag.save(update_fields=["cleared_by", "cleared_at"])
    sheet_record(sheet, by, door, "line_unflagged", field=f"{line}.flag", old=flag.reason)
    return flag


def _concerned(sheet: Evaluation, line: str) -> list[User]:
    """Return whom a comment concerns: both sides of the sheet, and who spoke on the line."""
    people = {*secretaries([sheet.unit])[sheet.unit_id]}
    people |= {one for one in (sheet.submitted_by, sheet.appraised_by) if one}
    spoke = LineComment.objects.filter(evaluation=sheet, line=line).select_related("by")
    people |= {comment.by for comment in spoke}
    if not sheet.appraised_by:
        people |= {*officers_above([sheet.unit])[sheet.unit_id]}
    return sorted(people, key=lambda one: one.pk)
