"""Record what the meeting of a cell voted on its sheet; correct it or take it back, openly."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from cells import access
from cells.models import User
from cells.vietnamese import day_text, points_text
from evaluations.models import CellVote, Evaluation
from evaluations.services.errors import RefusedError
from evaluations.services.sheets import sheet_locked, sheet_record


@dataclass(frozen=True)
class Ballot:
    """A vote as it stands in the minutes; points in hundredths, None where they say none."""

    held_on: date
    entitled: int
    present: int
    in_favour: int
    against: int
    other: int
    chaired_by: str
    points: int | None = None
    note: str = ""


class BallotError(RefusedError):
    """A number of the vote that cannot be; `field` is the one to mend."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


@transaction.atomic
def vote_record(
    *, sheet: Evaluation, ballot: Ballot, version: int, by: User, door: str
) -> CellVote:
    """Record the vote; `version` is that of the record the caller saw, 0 for none.

    Raises LockedError, BallotError, RefusedError where somebody else recorded it meanwhile.
    """
    held, newest = _held(sheet, version, by)
    ballot_check(held, ballot)
    standing = _standing(newest)
    if standing and _values(standing) == asdict(ballot):
        return standing
    made = CellVote.objects.create(
        evaluation=held, version=version_of(newest) + 1, by=by, **asdict(ballot)
    )
    _remember(held, by, door, "vote_recorded", standing, made)
    return made


@transaction.atomic
def vote_withdraw(
    *, sheet: Evaluation, version: int, by: User, door: str, reason: str = ""
) -> None:
    """Take back a vote that does not belong to the sheet; its record stays."""
    held, newest = _held(sheet, version, by)
    standing = _standing(newest)
    if standing is None:
        raise RefusedError("Phiếu này chưa ghi biểu quyết nào.")
    CellVote.objects.create(
        evaluation=held,
        version=version_of(newest) + 1,
        is_withdrawn=True,
        by=by,
        **_values(standing),
    )
    _remember(held, by, door, "vote_withdrawn", standing, None, reason=reason)


def version_of(vote: CellVote | None) -> int:
    return vote.version if vote else 0


def newest_of(sheet: Evaluation) -> CellVote | None:
    """Return the newest record, be it one that takes the vote back."""
    newest: CellVote | None = sheet.votes.select_related("by").order_by("-version").first()
    return newest


def ballot_check(sheet: Evaluation, ballot: Ballot) -> None:
    """Raise what cannot be true of a vote on `sheet`."""
    if ballot.held_on > timezone.localdate():
        raise BallotError("held_on", "Ngày họp ở tương lai. Kiểm tra lại ngày.")
    if ballot.held_on < sheet.period.starts_on:
        start = day_text(sheet.period.starts_on)
        raise BallotError("held_on", f"Ngày họp trước khi kỳ bắt đầu ({start}).")
    if ballot.present < 1:
        raise BallotError("present", "Cuộc họp phải có ít nhất 1 người có mặt.")
    if ballot.present > ballot.entitled:
        raise BallotError(
            "present", f"Có mặt {ballot.present} nhiều hơn số được biểu quyết {ballot.entitled}."
        )
    votes = ballot.in_favour + ballot.against + ballot.other
    if votes > ballot.present:
        raise BallotError(
            "in_favour",
            f"Tổng số phiếu {votes} nhiều hơn số người có mặt {ballot.present}.",
        )


def points_differ(sheet: Evaluation, vote: CellVote | None) -> str:
    """Say where the total that was voted on is not the one on the sheet; "" where it is."""
    if vote is None or vote.points is None or vote.points == sheet.self_total:
        return ""
    return (
        f"Chi bộ biểu quyết thông qua {points_text(vote.points)} điểm, trên phiếu đang là"
        f" {points_text(sheet.self_total)} điểm. Kiểm tra lại các dòng so với phiếu giấy."
    )


def _held(sheet: Evaluation, version: int, by: User) -> tuple[Evaluation, CellVote | None]:
    held = sheet_locked(sheet, access.ENTER, by)
    newest = newest_of(held)
    if newest and version != newest.version:
        moment = timezone.localtime(newest.at)
        raise RefusedError(
            f"{newest.by or 'Người khác'} vừa ghi biểu quyết lúc {moment:%H:%M %d/%m/%Y}:"
            f" {newest.words}. Xem lại trước khi ghi đè."
        )
    return held, newest


def _standing(newest: CellVote | None) -> CellVote | None:
    return None if newest is None or newest.is_withdrawn else newest


def _values(vote: CellVote) -> dict[str, Any]:
    return {name: getattr(vote, name) for name in Ballot.__dataclass_fields__}


def _remember(
    sheet: Evaluation,
    by: User,
    door: str,
    action: str,
    old: CellVote | None,
    new: CellVote | None,
    reason: str = "",
) -> None:
    said = [ballot_said(vote) for vote in (old, new)]
    sheet_record(sheet, by, door, action, field="vote", old=said[0], new=said[1], reason=reason)


def ballot_said(vote: CellVote | None) -> dict[str, Any] | None:
    """Return a vote as the trail keeps it."""
    if vote is None:
        return None
    values = _values(vote)
    held_on = vote.held_on.isoformat()
    return {**values, "held_on": held_on, "said": f"{vote.held_on:%d/%m/%Y}: {vote.words}"}
