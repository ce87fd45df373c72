"""Chuyển sinh hoạt đảng: start, letter, present, come back, cancel; official and temporary."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from cells.models import Unit, User
from cells.services.audit import record
from members.calendar import add_working_days, working_days_between
from members.models import Joined, Left, Member, Membership, Transfer
from members.services.errors import MemberRefusedError
from members.services.time_line import (
    check_cell,
    check_no_overlap,
    locked,
    membership_close,
    noted,
    official_on,
    open_official,
    refuse_future,
    said,
)
from members.thresholds import in_force


@dataclass(frozen=True)
class Deadline:
    """Until when a transfer's next step is due; `left` working days remain, negative if late."""

    due_on: date
    left: int
    is_soon: bool

    @property
    def is_late(self) -> bool:
        return self.left < 0

    @property
    def days_late(self) -> int:
        return -self.left


def deadline_of(transfer: Transfer, today: date, holidays: frozenset[date]) -> Deadline | None:
    """Return the deadline of the next step: the letter, then presenting it; None when done."""
    if transfer.presented_on or transfer.cancelled_on:
        return None
    start = transfer.letter_on or transfer.moved_on
    rules = in_force(start)
    allowed = rules.transfer_present_within if transfer.letter_on else rules.transfer_start_within
    left = allowed - working_days_between(start, today, holidays)
    due = add_working_days(start, allowed, holidays)
    return Deadline(due, left, 0 <= left <= rules.transfer_soon)


@transaction.atomic
def transfer_start(
    *,
    member: Member,
    target: Unit | None,
    outside: str,
    moved_on: date,
    by: User,
    door: str,
    is_temporary: bool = False,
    returns_on: date | None = None,
    decision: str = "",
) -> Transfer:
    """Begin a transfer from the cell of that day to another one, or to a place outside."""
    member = locked(member)
    refuse_future(moved_on, "moved_on")
    place = official_on(member, moved_on)
    if place is None and (target is None or member.memberships.filter(left_on=None).exists()):
        raise MemberRefusedError(
            f"Ngày {said(moved_on)} đảng viên không sinh hoạt ở chi bộ nào trong hệ thống.",
            "moved_on",
        )
    if (target is None) == (not outside):
        raise MemberRefusedError("Chọn chi bộ trong hệ thống, hoặc ghi nơi đến bên ngoài.")
    if target:
        check_cell(target, moved_on, "target")
    if target and place and target.pk == place.cell_id:
        raise MemberRefusedError("Đảng viên đang sinh hoạt ở chính chi bộ này.", "target")
    if returns_on and (not is_temporary or returns_on <= moved_on):
        raise MemberRefusedError("Chỉ ghi ngày về khi chuyển tạm thời, sau ngày đi.", "returns_on")
    if member.transfers.under_way().filter(is_temporary=is_temporary).exists():
        raise MemberRefusedError("Đang có một lần chuyển chưa xong. Ghi xong hoặc hủy lần đó.")
    origin = place.cell if place else None
    transfer = Transfer.objects.create(
        member=member, origin=origin, target=target, outside=outside, moved_on=moved_on,
        is_temporary=is_temporary, returns_on=returns_on, decision=decision,
    )  # fmt: skip
    _noted(transfer, "transfer_started", moved_on, by, door)
    return transfer


@transaction.atomic
def transfer_letter(*, transfer: Transfer, letter_on: date, by: User, door: str) -> Transfer:
    """Write down the day of the letter of introduction."""
    transfer = _held(transfer)
    refuse_future(letter_on, "letter_on")
    if transfer.letter_on:
        raise MemberRefusedError(f"Đã ghi giấy giới thiệu ngày {said(transfer.letter_on)}.")
    if letter_on < transfer.moved_on:
        raise MemberRefusedError(
            f"Giấy giới thiệu không thể trước ngày chuyển ({said(transfer.moved_on)}).",
            "letter_on",
        )
    transfer.letter_on = letter_on
    transfer.save(update_fields=["letter_on"])
    _noted(transfer, "transfer_letter", letter_on, by, door)
    return transfer


@transaction.atomic
def transfer_present(*, transfer: Transfer, presented_on: date, by: User, door: str) -> Transfer:
    """Finish a transfer: officially, the old membership ends on the day the new one begins.

    A temporary one leaves the official membership as it is.
    """
    transfer = _held(transfer)
    refuse_future(presented_on, "presented_on")
    if transfer.letter_on is None:
        raise MemberRefusedError("Chưa ghi ngày giấy giới thiệu.", "presented_on")
    if presented_on < transfer.letter_on:
        raise MemberRefusedError(
            f"Ngày nộp giấy không thể trước ngày ký giấy ({said(transfer.letter_on)}).",
            "presented_on",
        )
    if transfer.target:
        check_cell(transfer.target, presented_on, "presented_on")
    if transfer.is_temporary:
        _arrive_for_a_time(transfer, presented_on, by, door)
    else:
        _leave_officially(transfer, presented_on, by, door)
    transfer.presented_on = presented_on
    transfer.save(update_fields=["presented_on"])
    _noted(transfer, "transfer_presented", presented_on, by, door)
    return transfer


def _leave_officially(transfer: Transfer, on: date, by: User, door: str) -> None:
    member = transfer.member
    if transfer.origin_id:
        place = open_official(member)
        if place.cell_id != transfer.origin_id:
            raise MemberRefusedError(
                f"Đảng viên nay ở {place.cell.name}, không còn ở nơi chuyển đi. Hủy lần chuyển này."
            )
        membership_close(
            place=place, on=on, left_by=Left.TRANSFERRED, decision=transfer.decision,
            by=by, door=door, field="presented_on",
        )  # fmt: skip
    if transfer.target is None:
        return
    check_no_overlap(member, on, "presented_on")
    # Who was there for a time already is there for good now.
    for guest in member.memberships.filter(
        cell=transfer.target, left_on=None, is_temporary=True
    ).select_related("cell"):
        membership_close(
            place=guest, on=on, left_by=Left.TRANSFERRED, decision="", by=by, door=door,
            field="presented_on",
        )  # fmt: skip
    _open(transfer, on, by, door)


def _arrive_for_a_time(transfer: Transfer, on: date, by: User, door: str) -> None:
    if transfer.returns_on and transfer.returns_on <= on:
        raise MemberRefusedError("Ngày nộp giấy phải trước ngày về.", "presented_on")
    if transfer.target is None:
        return
    if transfer.member.memberships.filter(left_on=None, is_temporary=True).exists():
        raise MemberRefusedError("Đang sinh hoạt tạm thời ở nơi khác. Ghi ngày về trước.")
    _open(transfer, on, by, door)


def _open(transfer: Transfer, on: date, by: User, door: str) -> None:
    if transfer.target is None:
        return
    place = Membership.objects.create(
        member=transfer.member, cell=transfer.target, joined_on=on,
        is_temporary=transfer.is_temporary, joined_by=Joined.TRANSFERRED,
        decision=transfer.decision,
    )  # fmt: skip
    noted(
        by=by, door=door, action="membership_opened", place=place, field="joined_on",
        new=on.isoformat(),
    )  # fmt: skip


@transaction.atomic
def transfer_return(*, transfer: Transfer, on: date, by: User, door: str) -> Transfer:
    """Write down that a member came back from where he attended for a time."""
    transfer = _locked(transfer)
    refuse_future(on, "on")
    if not transfer.is_temporary or transfer.presented_on is None:
        raise MemberRefusedError("Chỉ ghi ngày về cho lần chuyển tạm thời đã nộp giấy.")
    if on <= transfer.presented_on:
        raise MemberRefusedError(
            f"Ngày về phải sau ngày nộp giấy ({said(transfer.presented_on)}).", "on"
        )
    if transfer.target:
        guest = (
            transfer.member.memberships.filter(
                cell=transfer.target, is_temporary=True, left_on=None
            )
            .select_related("cell")
            .first()
        )
        if guest is None:
            raise MemberRefusedError("Lần sinh hoạt tạm thời này đã kết thúc.")
        membership_close(
            place=guest, on=on, left_by=Left.RETURNED, decision="", by=by, door=door, field="on"
        )
    transfer.returns_on = on
    transfer.save(update_fields=["returns_on"])
    _noted(transfer, "transfer_returned", on, by, door)
    return transfer


@transaction.atomic
def transfer_cancel(*, transfer: Transfer, on: date, reason: str, by: User, door: str) -> Transfer:
    """Take back a transfer that was not finished."""
    transfer = _held(transfer)
    refuse_future(on, "on")
    if on < transfer.moved_on:
        raise MemberRefusedError(f"Lần chuyển bắt đầu ngày {said(transfer.moved_on)}.", "on")
    transfer.cancelled_on = on
    transfer.save(update_fields=["cancelled_on"])
    _noted(transfer, "transfer_cancelled", on, by, door, reason)
    return transfer


def _locked(transfer: Transfer) -> Transfer:
    member = locked(transfer.member)
    held = Transfer.objects.select_related("origin", "target").get(pk=transfer.pk)
    held.member = member
    return held


def _held(transfer: Transfer) -> Transfer:
    """Return the transfer, held, if it is still under way."""
    held = _locked(transfer)
    if held.cancelled_on:
        raise MemberRefusedError(f"Lần chuyển này đã hủy ngày {said(held.cancelled_on)}.")
    if held.presented_on:
        raise MemberRefusedError(f"Đã nộp giấy ở nơi đến ngày {said(held.presented_on)}.")
    return held


def _noted(
    transfer: Transfer, action: str, on: date, by: User, door: str, reason: str = ""
) -> None:
    record(
        by=by, door=door, action=action, subject=transfer,
        unit=transfer.origin or transfer.target, new=on.isoformat(), reason=reason,
    )  # fmt: skip
