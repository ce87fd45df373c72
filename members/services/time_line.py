"""What every change of a time line asks first, and how it is written down."""

from datetime import date
from typing import Any

from django.utils import timezone

from cells.models import Unit, User
from cells.services.audit import record
from members.models import Member, Membership, Post, Supervision
from members.services.errors import MemberRefusedError


def said(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def locked(member: Member) -> Member:
    """Return the member, held until the transaction ends; a double is sent to its record."""
    held = Member.objects.select_for_update().get(pk=member.pk)
    if held.merged_into_id:
        raise MemberRefusedError("Hồ sơ này đã được gộp vào hồ sơ khác. Mở hồ sơ được giữ lại.")
    return held


def refuse_future(day: date, field: str) -> None:
    if day > timezone.localdate():
        raise MemberRefusedError(
            f"Ngày {said(day)} chưa đến. Ghi ngày hôm nay hoặc trước đó.", field
        )


def check_cell(cell: Unit, day: date, field: str) -> None:
    """Refuse what is no cell, or was not there on the day."""
    if not cell.is_cell:
        raise MemberRefusedError("Đây là đảng ủy. Chọn một chi bộ.", field)
    if day < cell.founded_on:
        raise MemberRefusedError(f"Chi bộ thành lập ngày {said(cell.founded_on)}, sau ngày này.")
    if cell.closed_on and day >= cell.closed_on:
        raise MemberRefusedError(f"Chi bộ đã kết thúc hoạt động ngày {said(cell.closed_on)}.")


def official_on(member: Member, day: date) -> Membership | None:
    """Return where the member officially belongs on a day."""
    place: Membership | None = (
        Membership.objects.active_on(day)
        .filter(member=member, is_temporary=False)
        .select_related("cell")
        .first()
    )
    return place


def open_official(member: Member) -> Membership:
    """Return the official membership of today; refuse who has none."""
    found = member.memberships.filter(left_on=None, is_temporary=False).select_related("cell")
    place = found.first()
    if place is None:
        raise MemberRefusedError("Đảng viên hiện không sinh hoạt ở chi bộ nào trong hệ thống.")
    return place


def check_no_overlap(member: Member, start: date, field: str) -> None:
    """Refuse an official membership from `start` where another is open or ends later."""
    for place in member.memberships.filter(is_temporary=False).select_related("cell"):
        if place.left_on is None:
            raise MemberRefusedError(
                f"Đảng viên đang sinh hoạt ở {place.cell.name} từ {said(place.joined_on)}."
                " Ghi chuyển đi trước.",
                field,
            )
        if place.left_on > start:
            raise MemberRefusedError(
                f"Đảng viên còn ở {place.cell.name} đến {said(place.left_on)}. Ghi ngày sau đó.",
                field,
            )


def membership_close(
    *, place: Membership, on: date, left_by: str, decision: str, by: User, door: str, field: str
) -> None:
    """End a membership and the posts in its cell; refuse a day that contradicts either."""
    if on <= place.joined_on:
        raise MemberRefusedError(
            f"Đảng viên mới về {place.cell.name} ngày {said(place.joined_on)}. Ghi ngày sau đó.",
            field,
        )
    if not place.is_temporary:
        held = Post.objects.filter(member=place.member_id, unit=place.cell_id, ends_on=None)
        posts_close(posts=list(held), on=on, by=by, door=door, field=field)
    place.left_on, place.left_by = on, left_by
    if decision:
        place.decision = decision
    place.save(update_fields=["left_on", "left_by", "decision"])
    noted(
        by=by, door=door, action="membership_closed", place=place, field="left_on",
        new={"on": on.isoformat(), "by": left_by, "decision": decision},
    )  # fmt: skip


def posts_close(*, posts: list[Post], on: date, by: User, door: str, field: str) -> None:
    for post in posts:
        if on <= post.starts_on:
            raise MemberRefusedError(
                f"Chức vụ “{post.get_kind_display()}” mới ghi từ {said(post.starts_on)}."
                " Ghi ngày sau đó.",
                field,
            )
        post.ends_on = on
        post.save(update_fields=["ends_on"])
        noted_post(by=by, door=door, action="post_ended", post=post, new=on.isoformat())


def supervisions_close(
    *, supervisions: list[Supervision], on: date, by: User, door: str, field: str
) -> None:
    for one in supervisions:
        if on <= one.starts_on:
            raise MemberRefusedError(
                f"Mới phân công phụ trách từ {said(one.starts_on)}. Ghi ngày sau đó.", field
            )
        one.ends_on = on
        one.save(update_fields=["ends_on"])
        record(
            by=by, door=door, action="supervision_ended", subject=one, unit=one.cell,
            field="ends_on", new=on.isoformat(),
        )  # fmt: skip


def noted(
    *, by: User, door: str, action: str, place: Membership, field: str = "", old: Any = None,
    new: Any = None, reason: str = "",
) -> None:  # fmt: skip
    """Write down a change of a person. The subject is a membership: people have no integer key."""
    record(
        by=by, door=door, action=action, subject=place, unit=place.cell, field=field,
        old=old, new=new, reason=reason,
    )  # fmt: skip


def noted_post(*, by: User, door: str, action: str, post: Post, new: Any) -> None:
    record(by=by, door=door, action=action, subject=post, unit=post.unit, field=post.kind, new=new)


def latest_place(member: Member) -> Membership | None:
    """Return the membership under which things about a person are written down."""
    places = member.memberships.select_related("cell").order_by("is_temporary", "-joined_on")
    return places.first()
