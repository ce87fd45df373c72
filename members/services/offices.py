"""Posts in cells and committees, and committee members in charge of cells."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from cells import access
from cells.models import Unit, User
from cells.services.audit import record
from members.counts import NOBODY, counts_on
from members.models import Member, Membership, Post, Supervision
from members.services.errors import MemberRefusedError
from members.services.time_line import (
    locked,
    noted_post,
    posts_close,
    refuse_future,
    said,
    supervisions_close,
)
from members.thresholds import in_force

Kind = Post.Kind
CELL_KINDS = (Kind.SECRETARY, Kind.DEPUTY, Kind.COMMITTEE)
COMMITTEE_KINDS = (Kind.SECRETARY, Kind.DEPUTY, Kind.STANDING_MEMBER, Kind.COMMITTEE_MEMBER)


@transaction.atomic
def post_take(
    *,
    member: Member,
    unit: Unit,
    kind: str,
    starts_on: date,
    by: User,
    door: str,
    ends_on: date | None = None,
    term: str = "",
    decision: str = "",
) -> Post:
    """Give an office from a day on, after asking every rule about it."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    member = locked(member)
    check_post(member=member, unit=unit, kind=kind, starts_on=starts_on, ends_on=ends_on)
    post = Post.objects.create(
        member=member, unit=unit, kind=kind, starts_on=starts_on, ends_on=ends_on,
        term=term, decision=decision,
    )  # fmt: skip
    new = {"on": starts_on.isoformat(), "term": term, "decision": decision}
    noted_post(by=by, door=door, action="post_started", post=post, new=new)
    return post


def check_post(
    *, member: Member, unit: Unit, kind: str, starts_on: date, ends_on: date | None
) -> None:
    """Refuse an office that contradicts a rule or another office."""
    refuse_future(starts_on, "starts_on")
    if ends_on:
        refuse_future(ends_on, "ends_on")
        if ends_on <= starts_on:
            raise MemberRefusedError("Ngày thôi giữ phải sau ngày bắt đầu.", "ends_on")
    if kind not in (CELL_KINDS if unit.is_cell else COMMITTEE_KINDS):
        sort = "chi bộ" if unit.is_cell else "đảng ủy"
        raise MemberRefusedError(f"“{Kind(kind).label}” không phải chức vụ ở {sort}.", "kind")
    if not member.is_full_on(starts_on):
        raise MemberRefusedError(
            f"Ngày {said(starts_on)} chưa là đảng viên chính thức nên chưa giữ chức vụ được.",
            "starts_on",
        )
    _check_belongs(member, unit, starts_on)
    _check_others(member, unit, kind, starts_on, ends_on)
    if unit.is_cell:
        _check_cell_committee(member, unit, kind, starts_on)


def _check_belongs(member: Member, unit: Unit, day: date) -> None:
    within = access.branch(unit.path).condition("cell__path")
    there = Membership.objects.active_on(day).filter(within, member=member, is_temporary=False)
    if not there.exists():
        raise MemberRefusedError(
            f"Ngày {said(day)} đảng viên không sinh hoạt chính thức ở {unit.name}.", "starts_on"
        )


def _overlapping(start: date, end: date | None) -> Q:
    begins = Q(starts_on__lt=end) if end else Q()
    return (Q(ends_on__isnull=True) | Q(ends_on__gt=start)) & begins


def _check_others(member: Member, unit: Unit, kind: str, start: date, end: date | None) -> None:
    held = Post.objects.filter(_overlapping(start, end), unit=unit, kind=kind)
    if kind != Kind.SECRETARY:
        held = held.filter(member=member)
    other = held.select_related("member").first()
    if other:
        raise MemberRefusedError(
            f"{other.member.full_name} đang giữ chức “{other.get_kind_display()}” từ"
            f" {said(other.starts_on)}. Ghi người đó thôi giữ trước.",
            "kind",
        )


def _check_cell_committee(member: Member, cell: Unit, kind: str, day: date) -> None:
    """Refuse a chi ủy below 9 full members, or of more than 7 with secretary and deputies."""
    rules = in_force(day)
    held = Post.objects.held_on(day).filter(unit=cell, kind__in=CELL_KINDS)
    people = {post.member_id for post in held}
    has_committee = any(post.kind == Kind.COMMITTEE for post in held)
    if kind == Kind.COMMITTEE:
        full = counts_on(day, [cell]).get(cell.pk, NOBODY).full
        if full < rules.committee_from:
            raise MemberRefusedError(
                f"Chi bộ có {full} đảng viên chính thức. Từ {rules.committee_from} đảng viên chính"
                " thức mới bầu chi ủy; ít hơn thì bầu bí thư, nếu cần thì thêm phó bí thư.",
                "kind",
            )
    if (has_committee or kind == Kind.COMMITTEE) and (
        len(people | {member.pk}) > rules.committee_at_most
    ):
        raise MemberRefusedError(
            f"Chi ủy đã đủ {rules.committee_at_most} người, kể cả bí thư, phó bí thư.", "kind"
        )


@transaction.atomic
def post_leave(*, post: Post, ends_on: date, by: User, door: str) -> Post:
    """Say from which day on somebody no longer holds an office."""
    locked(post.member)
    post = Post.objects.select_related("unit").get(pk=post.pk)
    refuse_future(ends_on, "ends_on")
    if post.ends_on:
        raise MemberRefusedError(f"Đã ghi thôi giữ chức ngày {said(post.ends_on)}.", "ends_on")
    posts_close(posts=[post], on=ends_on, by=by, door=door, field="ends_on")
    return post


@transaction.atomic
def supervision_assign(
    *, member: Member, cell: Unit, starts_on: date, by: User, door: str, decision: str = ""
) -> Supervision:
    """Put a committee member in charge of a cell."""
    member = locked(member)
    refuse_future(starts_on, "starts_on")
    if not cell.is_cell:
        raise MemberRefusedError("Chọn một chi bộ.", "cell")
    above = [code for code in cell.path.split("/") if code][:-1]
    seats = Post.objects.held_on(starts_on).filter(
        member=member, kind__in=COMMITTEE_KINDS, unit__code__in=above, unit__is_cell=False
    )
    if not seats.exists():
        raise MemberRefusedError(
            f"Ngày {said(starts_on)} đảng viên không là cấp ủy viên ở đảng ủy cấp trên của chi bộ"
            " này.",
            "starts_on",
        )
    if member.supervisions.filter(_overlapping(starts_on, None), cell=cell).exists():
        raise MemberRefusedError("Đã được phân công phụ trách chi bộ này.", "cell")
    made = Supervision.objects.create(
        member=member, cell=cell, starts_on=starts_on, decision=decision
    )
    record(
        by=by, door=door, action="supervision_started", subject=made, unit=cell,
        new={"on": starts_on.isoformat(), "decision": decision},
    )  # fmt: skip
    return made


@transaction.atomic
def supervision_end(*, supervision: Supervision, ends_on: date, by: User, door: str) -> None:
    locked(supervision.member)
    supervision = Supervision.objects.select_related("cell").get(pk=supervision.pk)
    refuse_future(ends_on, "ends_on")
    if supervision.ends_on:
        raise MemberRefusedError(f"Đã kết thúc ngày {said(supervision.ends_on)}.", "ends_on")
    supervisions_close(supervisions=[supervision], on=ends_on, by=by, door=door, field="ends_on")
