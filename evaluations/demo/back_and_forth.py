"""A sheet that goes back for single lines, and the rounds of explanation, as if in the past."""

from datetime import date, datetime, timedelta

from cells.models import User
from evaluations.answers import answer_of
from evaluations.demo.events import Event, moment, remember
from evaluations.models import (
    Evaluation,
    Explanation,
    ExplanationAnswer,
    ExplanationRound,
    LineReturn,
    Stage,
    State,
)
from evaluations.services.explanation_notices import answered_tell, explained_tell, round_tell
from evaluations.services.explanations import differing_lines, last_day_end
from evaluations.services.sheet_notices import returned_tell

RETURNED = {
    "2.3": "Tổng số lượt dự sinh hoạt chưa khớp biên bản. Đề nghị đếm lại theo từng kỳ.",
    "4.2": "Chưa thấy đủ bản đăng ký. Đề nghị đối chiếu sổ rồi ghi lại.",
}
SUMMARY = f"Sửa {len(RETURNED)} dòng: {', '.join(RETURNED)}."
DAY, SOON = timedelta(days=1), timedelta(minutes=30)
ASKED = "Đề nghị chi bộ cho ý kiến trước khi ra quyết định."
EXPLAINED = (
    "Chi bộ đã rà lại: phần chênh lệch do bảng theo dõi cập nhật chậm, hồ sơ gốc vẫn đủ. Đề nghị"
    " xem xét giữ điểm tự chấm."
)
KEPT = "Bảng theo dõi đến ngày chốt số liệu chưa có phần này nên giữ nguyên; tính vào kỳ sau."


def lines_come_back(sheet: Evaluation, appraiser: User, returned_at: datetime) -> list[Event]:
    """Let a returned sheet be handed in again, and come back for two lines only."""
    assert sheet.submitted_by is not None  # noqa: S101 - it was handed in
    clerk = sheet.submitted_by

    def hand_in(at: datetime) -> None:
        Evaluation.objects.filter(pk=sheet.pk).update(submitted_at=at)
        _step(sheet, clerk, at, State.SUBMITTED, State.RETURNED, State.SUBMITTED)

    def mark(at: datetime) -> None:
        own = {row.line: row for row in sheet.scores.filter(stage=Stage.SELF)}
        rules = sheet.criteria.rules.indicators
        for line, reason in RETURNED.items():
            was = answer_of(own[line], rules[line])
            LineReturn.objects.create(
                evaluation=sheet, line=line, reason=reason, by=appraiser, at=at, round=1, was=was
            )
            remember(sheet, appraiser, at, "line_marked", field=f"{line}.return", new=reason)
            at += timedelta(minutes=2)

    def send_back(at: datetime) -> None:
        Evaluation.objects.filter(pk=sheet.pk).update(return_reason=SUMMARY)
        returned_tell(sheet, by=appraiser, lines=list(RETURNED))
        states = State.SUBMITTED, State.RETURNED
        _step(sheet, appraiser, at, "lines_returned", *states, reason=SUMMARY)

    again = returned_at + DAY
    return [
        Event(again, hand_in),
        Event(again + DAY, mark),
        Event(again + DAY + SOON, send_back),
    ]


def round_waits(sheet: Evaluation, by: User, today: date) -> list[Event]:
    """Ask the cell to explain itself within the next days."""
    found = ExplanationRound(evaluation=sheet, opened_by=by, note=ASKED)
    return [Event(moment(today, -2, 9, 40), lambda at: _open(found, at, days=7))]


def round_is_answered(sheet: Evaluation, leader: User, clerk: User, appraiser: User) -> list[Event]:
    """Let a leader ask, the cell explain one line, and the appraiser keep what he found."""
    assert sheet.appraised_at is not None  # noqa: S101 - it was appraised
    found = ExplanationRound(evaluation=sheet, opened_by=leader, note=ASKED)
    line, *others = differing_lines(sheet)

    def explain(at: datetime) -> None:
        for code, text in ((line, EXPLAINED), *((other, "") for other in others)):
            Explanation.objects.create(
                round=found, line=code, text=text, agrees=not text, by=clerk, at=at
            )
            new = text or "Đồng ý"
            remember(sheet, clerk, at, "explained", field=f"{code}.explained", new=new)
        found.submitted_by, found.submitted_at = clerk, at
        found.save()
        remember(sheet, clerk, at, "explanation_submitted", reason="1 dòng giải trình")
        _stand(sheet, None, 1)
        explained_tell(sheet, found, by=clerk)

    def answer(at: datetime) -> None:
        ExplanationAnswer.objects.create(
            round=found, line=line, is_kept=True, text=KEPT, by=appraiser, at=at
        )
        new, field = f"Giữ nguyên: {KEPT}", f"{line}.answered"
        remember(sheet, appraiser, at, "explanation_answered", field=field, new=new)
        found.closed_at = at
        found.save()
        _stand(sheet, None, 0)
        answered_tell(sheet, line=line, by=appraiser)

    opened_at = sheet.appraised_at + SOON
    return [
        Event(opened_at, lambda at: _open(found, at, days=3)),
        Event(opened_at + DAY, explain),
        Event(opened_at + 2 * DAY, answer),
    ]


def _open(found: ExplanationRound, at: datetime, *, days: int) -> None:
    sheet, by = found.evaluation, found.opened_by
    ends_on = at.date() + timedelta(days=days)
    found.opened_at, found.ends_at = at, last_day_end(ends_on)
    found.save()
    _stand(sheet, found.ends_at, 0)
    reason = f"đến hết {ends_on:%d/%m/%Y}; {found.note}"
    remember(sheet, by, at, "explanation_opened", reason=reason)
    round_tell(sheet, ends_at=found.ends_at, by=by)


def _stand(sheet: Evaluation, until: datetime | None, waiting: int) -> None:
    sheet.explained_until, sheet.explanations_waiting = until, waiting
    sheet.save(update_fields=["explained_until", "explanations_waiting"])


def _step(
    sheet: Evaluation,
    by: User,
    at: datetime,
    action: str,
    old: State,
    new: State,
    reason: str = "",
) -> None:
    remember(sheet, by, at, action, field="state", old=old, new=new, reason=reason)
