"""Admit, make full, exempt, end: what becomes of a person's standing in the Party."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from cells.models import Unit, User
from cells.services.audit import record
from cells.vietnamese import fold, name_sort_key, tidy
from members.cards import card_hash
from members.models import Exemption, Joined, Left, Member, Membership, Transfer
from members.services.errors import MemberRefusedError
from members.services.time_line import (
    check_cell,
    latest_place,
    locked,
    membership_close,
    noted,
    posts_close,
    refuse_future,
    said,
    supervisions_close,
)
from members.thresholds import in_force, months_after

ENDINGS = (Left.DIED, Left.REMOVED, Left.EXPELLED, Left.RESIGNED)
FACTS = ("full_name", "birth_year", "card", "admitted_on", "full_on")


@transaction.atomic
def member_add(
    *,
    cell: Unit,
    full_name: str,
    joined_on: date,
    joined_by: str,
    by: User,
    door: str,
    birth_year: int | None = None,
    card: str = "",
    admitted_on: date | None = None,
    full_on: date | None = None,
    decision: str = "",
    came_from: str = "",
    moved_on: date | None = None,
    letter_on: date | None = None,
) -> Member:
    """Write down a person in a cell: admitted there, come from elsewhere, or there already.

    Who comes from outside the system brings a transfer with the dates of move and letter.
    """
    refuse_future(joined_on, "joined_on")
    check_cell(cell, joined_on, "joined_on")
    if joined_by == Joined.ADMITTED:
        admitted_on = admitted_on or joined_on
        if full_on:
            raise MemberRefusedError("Người mới kết nạp còn dự bị. Để trống ô này.", "full_on")
    member = Member()
    _facts_set(member, full_name, birth_year, card, admitted_on, full_on)
    if member.admitted_on and joined_on < member.admitted_on:
        raise MemberRefusedError(
            f"Ngày về chi bộ trước ngày vào Đảng ({said(member.admitted_on)}).", "joined_on"
        )
    member.save(force_insert=True)
    place = Membership.objects.create(
        member=member, cell=cell, joined_on=joined_on, joined_by=joined_by, decision=decision
    )
    noted(
        by=by, door=door, action="member_added", place=place, field="joined_on",
        new={"on": joined_on.isoformat(), "by": joined_by, "decision": decision},
    )  # fmt: skip
    if joined_by == Joined.TRANSFERRED:
        _arrival(member, place, came_from, moved_on, letter_on, by, door)
    return member


def _arrival(
    member: Member, place: Membership, came_from: str, moved_on: date | None,
    letter_on: date | None, by: User, door: str,
) -> None:  # fmt: skip
    """Keep the transfer behind somebody who came from outside."""
    if not came_from:
        raise MemberRefusedError("Ghi nơi chuyển đến từ đâu.", "came_from")
    letter = letter_on or moved_on or place.joined_on
    moved = moved_on or letter
    if not moved <= letter <= place.joined_on:
        raise MemberRefusedError(
            "Ba ngày phải theo thứ tự: ngày quyết định, ngày ký giấy, ngày về chi bộ.", "letter_on"
        )
    transfer = Transfer.objects.create(
        member=member, target=place.cell, outside=came_from, moved_on=moved, letter_on=letter,
        presented_on=place.joined_on, decision=place.decision,
    )  # fmt: skip
    record(
        by=by, door=door, action="transfer_presented", subject=transfer, unit=place.cell,
        new=place.joined_on.isoformat(),
    )  # fmt: skip


def _facts_set(
    member: Member, full_name: str, birth_year: int | None, card: str,
    admitted_on: date | None, full_on: date | None,
) -> None:  # fmt: skip
    today = timezone.localdate()
    name = tidy(full_name)
    if not name:
        raise MemberRefusedError("Nhập họ và tên.", "full_name")
    if birth_year and not 1900 <= birth_year <= today.year - 18:
        raise MemberRefusedError(f"Năm sinh {birth_year} không hợp lý.", "birth_year")
    for day, field in ((admitted_on, "admitted_on"), (full_on, "full_on")):
        if day:
            refuse_future(day, field)
    if admitted_on and full_on and full_on < admitted_on:
        raise MemberRefusedError(
            f"Ngày chính thức trước ngày vào Đảng ({said(admitted_on)}).", "full_on"
        )
    member.full_name, member.search = name, fold(name)[:150]
    member.sort_key = name_sort_key(name)
    member.birth_year, member.admitted_on, member.full_on = birth_year, admitted_on, full_on
    if card:
        hashed = card_hash(card)
        # The other person may be out of this user's reach, so nothing is said of them.
        if Member.objects.filter(card_hash=hashed).exclude(pk=member.pk).exists():
            raise MemberRefusedError("Số thẻ này đã ghi cho một đảng viên khác.", "card")
        member.card_hash, member.card_last4 = hashed, card[-4:]


@transaction.atomic
def member_correct(
    *,
    member: Member,
    full_name: str,
    birth_year: int | None,
    card: str,
    admitted_on: date | None,
    full_on: date | None,
    by: User,
    door: str,
) -> Member:
    """Put right what is written of a person; a blank card leaves the one that is known."""
    member = locked(member)
    names = ("full_name", "birth_year", "card_last4", "admitted_on", "full_on")
    old = {name: getattr(member, name) for name in names}
    _facts_set(member, full_name, birth_year, card, admitted_on, full_on)
    member.save()
    place = latest_place(member)
    for name in names:
        new = getattr(member, name)
        if place and old[name] != new:
            noted(
                by=by, door=door, action="member_changed", place=place, field=name,
                old=_plain(old[name]), new=_plain(new),
            )  # fmt: skip
    return member


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@transaction.atomic
def member_make_full(
    *, member: Member, full_on: date, decision: str, by: User, door: str
) -> Member:
    """Turn a probationary member into a full one, no earlier than the probation ends."""
    member = locked(member)
    refuse_future(full_on, "full_on")
    if member.full_on:
        raise MemberRefusedError(f"Đã là đảng viên chính thức từ {said(member.full_on)}.")
    if member.admitted_on is None:
        raise MemberRefusedError("Chưa ghi ngày vào Đảng. Sửa thông tin trước.")
    months = in_force(full_on).probation_months
    earliest = months_after(member.admitted_on, months)
    if full_on < earliest:
        raise MemberRefusedError(
            f"Chưa đủ {months} tháng dự bị: sớm nhất là {said(earliest)}.", "full_on"
        )
    member.full_on = full_on
    member.save(update_fields=["full_on"])
    if place := latest_place(member):
        noted(
            by=by, door=door, action="member_made_full", place=place, field="full_on",
            new={"on": full_on.isoformat(), "decision": decision},
        )  # fmt: skip
    return member


@transaction.atomic
def member_exempt(
    *, member: Member, starts_on: date, ends_on: date | None, decision: str, by: User, door: str
) -> Exemption:
    """Exempt a member from work and meetings; periods do not overlap."""
    member = locked(member)
    if ends_on and ends_on <= starts_on:
        raise MemberRefusedError("Ngày hết miễn phải sau ngày bắt đầu.", "ends_on")
    for one in member.exemptions.all():
        if (one.ends_on is None or one.ends_on > starts_on) and (
            ends_on is None or one.starts_on < ends_on
        ):
            until = f" đến {said(one.ends_on)}" if one.ends_on else ""
            raise MemberRefusedError(
                f"Đã ghi miễn từ {said(one.starts_on)}{until}. Hai lần miễn không chồng nhau.",
                "starts_on",
            )
    made = Exemption.objects.create(
        member=member, starts_on=starts_on, ends_on=ends_on, decision=decision
    )
    if place := latest_place(member):
        noted(
            by=by, door=door, action="exempted", place=place, field="starts_on",
            new={"on": starts_on.isoformat(), "until": ends_on and ends_on.isoformat(),
                 "decision": decision},
        )  # fmt: skip
    return made


@transaction.atomic
def exemption_end(*, exemption: Exemption, ends_on: date, by: User, door: str) -> Exemption:
    """Say from which day on a member takes part again."""
    member = locked(exemption.member)
    exemption.refresh_from_db()
    if exemption.ends_on and exemption.ends_on <= ends_on:
        raise MemberRefusedError(f"Đã ghi hết miễn ngày {said(exemption.ends_on)}.", "ends_on")
    if ends_on <= exemption.starts_on:
        raise MemberRefusedError(
            f"Miễn bắt đầu ngày {said(exemption.starts_on)}. Ghi ngày sau đó.", "ends_on"
        )
    old, exemption.ends_on = exemption.ends_on, ends_on
    exemption.save(update_fields=["ends_on"])
    if place := latest_place(member):
        noted(
            by=by, door=door, action="exemption_ended", place=place, field="ends_on",
            old=_plain(old), new=ends_on.isoformat(),
        )  # fmt: skip
    return exemption


@transaction.atomic
def member_end(
    *, member: Member, reason: str, on: date, decision: str, by: User, door: str
) -> None:
    """End everything that is open: memberships, posts, cells in charge, transfers under way."""
    member = locked(member)
    refuse_future(on, "on")
    if reason not in ENDINGS:
        raise MemberRefusedError("Chọn lý do.", "reason")
    if not decision and reason != Left.DIED:
        raise MemberRefusedError("Ghi số quyết định.", "decision")
    places = list(member.memberships.filter(left_on=None).select_related("cell"))
    if not places:
        raise MemberRefusedError("Đảng viên này không còn sinh hoạt ở chi bộ nào.")
    for place in places:
        membership_close(
            place=place, on=on, left_by=reason, decision=decision, by=by, door=door, field="on"
        )
    posts_close(
        posts=list(member.posts.filter(ends_on=None).select_related("unit")),
        on=on, by=by, door=door, field="on",
    )  # fmt: skip
    supervisions_close(
        supervisions=list(member.supervisions.filter(ends_on=None).select_related("cell")),
        on=on, by=by, door=door, field="on",
    )  # fmt: skip
    for transfer in member.transfers.under_way():
        transfer.cancelled_on = on
        transfer.save(update_fields=["cancelled_on"])
        record(
            by=by, door=door, action="transfer_cancelled", subject=transfer,
            unit=transfer.origin or transfer.target, new=on.isoformat(), reason=reason,
        )  # fmt: skip
