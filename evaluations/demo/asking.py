"""What is asked and arranged around sheets: more time, opening again, a vote."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

from cells.models import User
from evaluations.demo.events import Event, moment, remember
from evaluations.models import CellVote, Evaluation, ReopenRequest
from evaluations.services.reopening_notices import answered_tell, asked_tell
from evaluations.services.votes import Ballot, ballot_said
from members.models import Post

MORE_TIME = "Chi bộ vừa kiện toàn cấp ủy, cần thêm thời gian họp tự chấm."
MISTYPED = "Nhập nhầm số đảng viên hoàn thành tốt nhiệm vụ ở dòng 4.1, biên bản họp ghi khác."
LATE_DOCUMENT = "Mới nhận văn bản công nhận hoàn thành một nhiệm vụ ở dòng 1.2, đề nghị xét lại."
NO_NEED = (
    "Số ở dòng 4.1 khớp sổ theo dõi của đảng ủy nên không cần mở lại. Cần nói thêm thì ghi ở phần"
    " trao đổi của dòng."
)
BEFORE = timedelta(minutes=15)


def extended(sheet: Evaluation, by: User, today: date) -> list[Event]:
    """Give one cell five more days than the period."""
    until = sheet.period.locks_at + timedelta(days=5)

    def extend(at: datetime) -> None:
        place = sheet.period_unit
        place.extended_until, place.extended_by, place.extension_reason = until, by, MORE_TIME
        place.save(update_fields=["extended_until", "extended_by", "extension_reason"])
        new, field = until.isoformat(), "extended_until"
        remember(sheet, by, at, "extended", field=field, new=new, reason=MORE_TIME)

    return [Event(moment(today, -3, 10), extend)]


def reopening_waits(sheet: Evaluation, by: User, at: datetime, *, is_decided: bool) -> list[Event]:
    """Ask the leader to open a decided sheet, or the appraiser one that was handed in."""
    way = ReopenRequest.Way.DECISION if is_decided else ReopenRequest.Way.RETURN
    reason = LATE_DOCUMENT if is_decided else MISTYPED
    request = ReopenRequest(evaluation=sheet, way=way, by=by, reason=reason)
    return [Event(at, lambda at: _ask(request, at))]


def reopening_refused(sheet: Evaluation, by: User, appraiser: User, today: date) -> list[Event]:
    way = ReopenRequest.Way.RETURN
    request = ReopenRequest(evaluation=sheet, way=way, by=by, reason=MISTYPED)

    def refuse(at: datetime) -> None:
        request.answered_by, request.answered_at, request.is_granted = appraiser, at, False
        request.answer = NO_NEED
        request.save()
        remember(sheet, appraiser, at, "reopen_refused", reason=NO_NEED)
        answered_tell(request, by=appraiser)

    asked = Event(moment(today, -6, 8, 40), lambda at: _ask(request, at))
    return [asked, Event(moment(today, -5, 11, 5), refuse)]


def voted(sheet: Evaluation, *, other: int) -> list[Event]:
    """Record the vote of the meeting whose minutes were handed in with the sheet."""
    assert sheet.submitted_by is not None  # noqa: S101 - it was handed in
    assert sheet.submitted_at is not None  # noqa: S101
    by, at = sheet.submitted_by, sheet.submitted_at - BEFORE
    there = max(sheet.period_unit.attending or 0, 3)
    present = there - there // 10
    secretary = Post.objects.held_on(at.date()).get(unit=sheet.unit, kind=Post.Kind.SECRETARY)
    ballot = Ballot(
        at.date(), there, present, present - other, 0, other, secretary.member.full_name,
        points=sheet.self_total,
    )  # fmt: skip

    def vote(at: datetime) -> None:
        made = CellVote.objects.create(evaluation=sheet, version=1, by=by, at=at, **asdict(ballot))
        remember(sheet, by, at, "vote_recorded", field="vote", new=ballot_said(made))

    return [Event(at, vote)]


def _ask(request: ReopenRequest, at: datetime) -> None:
    request.at = at
    request.save()
    remember(request.evaluation, request.by, at, "reopen_requested", reason=request.reason)
    asked_tell(request)
