"""Returning single lines: marked one by one with a reason, then sent back together."""

from django.db import transaction
from django.utils import timezone

from cells import access
from cells.models import User
from evaluations.answers import answer_of
from evaluations.models import Evaluation, LineReturn, Stage
from evaluations.services.errors import ReasonMissingError, RefusedError
from evaluations.services.sheets import sheet_locked, sheet_record, sheet_send_back

LONGEST = 1000


@transaction.atomic
def line_mark(*, sheet: Evaluation, line: str, reason: str, by: User, door: str) -> LineReturn:
    """Mark a line to be sent back, or give its mark another reason."""
    held = sheet_locked(sheet, access.APPRAISE, by)
    indicator = held.criteria.rules.indicators.get(line)
    if indicator is None or not indicator.applies_to(held.kind_code):
        raise RefusedError(f"Phiếu này không chấm dòng {line}.")
    why = reason.strip()
    if not why:
        raise ReasonMissingError(f"Cần ghi lý do để {held.whose} biết phải sửa gì ở dòng {line}.")
    if len(why) > LONGEST:
        raise RefusedError(f"Lý do dài quá {LONGEST} ký tự. Hãy viết gọn lại.")
    standing = held.line_returns.marked().filter(line=line).first()
    if standing and standing.reason == why:
        return standing
    mark = standing or LineReturn(evaluation=held, line=line)
    old, mark.reason, mark.by, mark.at = mark.reason or None, why, by, timezone.now()
    mark.save()
    sheet_record(held, by, door, "line_marked", field=f"{line}.return", old=old, new=why)
    return mark


@transaction.atomic
def line_unmark(*, sheet: Evaluation, line: str, by: User, door: str) -> None:
    """Take the mark of a line away; without one nothing happens."""
    held = sheet_locked(sheet, access.APPRAISE, by)
    for mark in held.line_returns.marked().filter(line=line):
        mark.delete()
        sheet_record(held, by, door, "line_unmarked", field=f"{line}.return", old=mark.reason)


@transaction.atomic
def lines_return(*, sheet: Evaluation, by: User, door: str) -> Evaluation:
    """Send the sheet back for its marked lines: only these are open to its unit then."""
    held = sheet_locked(sheet, access.APPRAISE, by)
    marks = list(held.line_returns.marked())
    if not marks:
        raise RefusedError("Chưa đánh dấu dòng nào để trả lại.")
    marks.sort(key=lambda mark: list(held.criteria.rules.indicators).index(mark.line))
    own = {row.line: row for row in held.scores.filter(stage=Stage.SELF)}
    this = max(row.round or 0 for row in held.line_returns.all()) + 1
    for mark in marks:
        mark.round = this
        mark.was = answer_of(own.get(mark.line), held.criteria.rules.indicators[mark.line])
    LineReturn.objects.bulk_update(marks, ["round", "was"])
    return sheet_send_back(
        held,
        _summary(marks),
        by,
        door,
        action="lines_returned",
        lines=[mark.line for mark in marks],
    )


def _summary(marks: list[LineReturn]) -> str:
    return f"Sửa {len(marks)} dòng: {', '.join(mark.line for mark in marks)}."
