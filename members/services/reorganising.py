"""What becomes of members, posts and charges when organisations change."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cells.models import Level, Reorganisation, Unit, User
from cells.services.reorganisation.participants import Change, Effect, Refusal, Trail
from members.counts import NOBODY, counts_on
from members.models import Left, Membership, Post, Supervision, Transfer
from members.services.cell_sizes import size_warnings
from members.services.offices import CELL_KINDS, COMMITTEE_KINDS
from members.services.reorganised_names import is_key
from members.services.reorganised_writing import (
    Moving,
    charges_write,
    memberships_write,
    posts_write,
)


class MembersPart:
    name = "members"

    def refusals(self, change: Change) -> list[Refusal]:
        found = [*self._unknown_members(change), *self._unknown_posts(change)]
        day = change.day
        late = _memberships(change).filter(Q(joined_on__gte=day) | Q(left_on__gt=day))
        if late.exists() or _posts(change).filter(starts_on__gte=day).exists():
            message = (
                f"Đã ghi thay đổi về đảng viên, chức vụ từ ngày {day:%d/%m/%Y} trở đi."
                " Kiểm tra lại ngày hiệu lực."
            )
            found.append(Refusal(message, "effective_on", f"{day:%d/%m/%Y}"))
        return [*found, *self._two_secretaries(change)]

    def _unknown_members(self, change: Change) -> list[Refusal]:
        wanted = {key.lower() for key in change.plan.members}
        places = {str(row.place.member_id): row.place for row in _moving(change)}
        found = [
            Refusal("Đảng viên này không thuộc các đơn vị được sắp xếp.", "members", key)
            for key in sorted(wanted - set(places))
        ]
        targets = {*change.plan.members.values(), change.plan.rest_to or ""} - {""}
        cells = _cells_among(targets, change)
        for code in sorted(targets):
            unit = change.units.get(code)
            if code not in cells:
                found.append(Refusal("Đảng viên sinh hoạt ở chi bộ.", "members", code))
            elif unit and unit.founded_on > change.day:
                message = f"“{unit.name}” thành lập sau ngày này."
                found.append(Refusal(message, "members", code))
        return found

    def _unknown_posts(self, change: Change) -> list[Refusal]:
        held = {post.pk: post for post in _posts(change).select_related("unit", "member")}
        goes = {row.place.member_id: row.code for row in _moving(change)}
        found = [
            Refusal("Không có chức vụ này ở các đơn vị được sắp xếp.", "posts", str(pk))
            for pk in sorted(set(change.plan.posts) - set(held))
        ]
        cells = _cells_among(set(change.plan.posts.values()) - {""}, change)
        for pk, code in change.plan.posts.items():
            post = held.get(pk)
            if not (post and code):
                continue
            if message := _misplaced(post, code, is_cell=code in cells):
                found.append(Refusal(message, "posts", str(pk)))
            elif post.unit.is_cell and goes.get(post.member_id) != code:
                message = (
                    f"{post.member.full_name} giữ chức vụ ở “{code}” thì phải chuyển về “{code}”."
                )
                found.append(Refusal(message, "posts", str(pk)))
        return found

    def _two_secretaries(self, change: Change) -> list[Refusal]:
        going = _posts(change).filter(pk__in=change.plan.posts, kind=Post.Kind.SECRETARY)
        codes = [code for post in going if (code := change.plan.posts[post.pk])]
        there = Post.objects.filter(
            unit__code__in=codes, kind=Post.Kind.SECRETARY, ends_on__isnull=True
        )
        taken = set(there.values_list("unit__code", flat=True))
        return [
            Refusal(f"“{code}” sẽ có hai bí thư. Chọn một người.", "posts", code)
            for code in sorted(set(codes))
            if codes.count(code) > 1 or code in taken
        ]

    def effects(self, change: Change) -> list[Effect]:
        moving = _moving(change)
        official = [row for row in moving if not row.place.is_temporary]
        moved = sum(1 for row in official if row.code)
        along = sum(1 for row in moving if row.place.is_temporary and row.code)
        posts = _posts(change).count()
        moved_posts = sum(1 for code in change.plan.posts.values() if code)
        charges = _charges(change).count()
        under_way = Transfer.objects.under_way().filter(
            Q(origin__in=change.closing) | Q(target__in=change.closing)
        )
        return [
            Effect("members_moved", "Đảng viên chuyển chi bộ", moved),
            Effect("members_along", "Đảng viên sinh hoạt tạm thời chuyển theo", along),
            Effect("members_left", "Đảng viên chưa được phân về chi bộ nào", len(official) - moved),
            Effect("posts_ended", "Chức vụ kết thúc", posts - moved_posts),
            Effect("posts_moved", "Chức vụ chuyển sang đơn vị mới", moved_posts),
            Effect("supervisions_ended", "Phân công phụ trách chi bộ kết thúc", charges),
            Effect("transfers", "Chuyển sinh hoạt chưa xong", under_way.count()),
        ]

    def apply(self, event: Reorganisation, change: Change, trail: Trail) -> dict[str, Any]:
        posts = list(_posts(change).select_related("unit"))
        return {
            **posts_write(posts, change, trail),
            **memberships_write(_moving(change), change, trail),
            **charges_write(list(_charges(change).select_related("cell")), change, trail),
        }

    def warnings(self, change: Change) -> list[str]:
        grown = [unit for unit in (*change.founded, *change.receiving) if unit.is_cell]
        left = [unit for unit in change.closing if unit.is_cell]
        cells = [*grown, *_drained(change)]
        counts = counts_on(change.day, cells) if cells else {}
        found = [
            text
            for cell in cells
            for text in size_warnings(cell, counts.get(cell.pk, NOBODY), change.day)
        ]
        # An anti-join: "not in" would gather all open memberships of the city first.
        belongs = Membership.objects.filter(member=OuterRef("member"), left_on__isnull=True)
        without = Membership.objects.filter(
            ~Exists(belongs), cell__in=left, left_on=change.day, left_by=Left.REORGANISED,
            is_temporary=False,
        )  # fmt: skip
        if count := without.count():
            found.append(f"{count} đảng viên chưa được phân về chi bộ nào.")
        return found

    def settle(self, changes: Sequence[Change], *, by: User | None, door: str) -> None:
        return

    def refuses_revert(self, event: Reorganisation, undo: dict[str, Any]) -> str:
        founded = event.undo["tree"]["founded"]
        opened = Membership.objects.filter(pk__in=undo["opened"])
        if opened.filter(left_on__isnull=False).exists():
            return "Đảng viên được chuyển đã có thay đổi sinh hoạt sau sự kiện này."
        closed = Membership.objects.filter(pk__in=undo["closed"], is_temporary=False)
        elsewhere = Membership.objects.filter(
            member__in=closed.values("member"), is_temporary=False, left_on__isnull=True
        ).exclude(pk__in=undo["opened"])
        since = Membership.objects.filter(cell__in=founded).exclude(pk__in=undo["opened"])
        if elsewhere.exists() or since.exists():
            return "Đảng viên đã chuyển đến chi bộ khác sau sự kiện này."
        changed = Post.objects.filter(unit__in=founded).exclude(pk__in=undo["posts_opened"])
        ended = Post.objects.filter(pk__in=undo["posts_opened"], ends_on__lte=date.max)
        if changed.exists() or ended.exclude(ends_on__in=_terms(undo)).exists():
            return "Chức vụ đã có thay đổi sau sự kiện này."
        return ""

    def revert(self, event: Reorganisation, undo: dict[str, Any], trail: Trail) -> None:
        Post.objects.filter(pk__in=undo["posts_opened"]).delete()
        _restore_ends(Post, undo["posts_closed"])
        _restore_ends(Supervision, undo["charges_closed"])
        Membership.objects.filter(pk__in=undo["opened"]).delete()
        closed = Membership.objects.filter(pk__in=undo["closed"])
        closed.update(left_on=None, left_by="")
        for place in closed.select_related("cell"):
            trail.add("membership_restored", place, place.cell)
        for post in Post.objects.filter(
            pk__in=[pk for pk, _ in undo["posts_closed"]]
        ).select_related("unit"):
            trail.add("post_restored", post, post.unit, field=post.kind)


def _cells_among(codes: set[str], change: Change) -> set[str]:
    """Return which of the units that something goes to are cells, or will be."""
    founding = {draft.code: draft.level for draft in change.plan.after}
    levels = set(Level.objects.filter(is_cell=True).values_list("code", flat=True))
    return {
        code
        for code in codes
        if (unit.is_cell if (unit := change.units.get(code)) else founding.get(code) in levels)
    }


def _misplaced(post: Post, code: str, *, is_cell: bool) -> str:
    """Return why a post does not go on in the unit `code`; "" if it can."""
    label, target = post.get_kind_display(), "chi bộ" if is_cell else "đảng ủy"
    if post.kind not in (CELL_KINDS if is_cell else COMMITTEE_KINDS):
        return f"“{label}” không phải chức vụ ở {target} (“{code}”). Cho chức vụ này kết thúc."
    if post.unit.is_cell != is_cell:
        return (
            f"“{label}” của {post.unit.name} không chuyển thành chức vụ ở {target} (“{code}”)."
            " Cho chức vụ này kết thúc rồi ghi chức vụ mới."
        )
    return ""


def _memberships(change: Change) -> QuerySet[Membership]:
    """Return what is not over on the day of the event in the units that end."""
    there = Membership.objects.filter(cell__in=change.closing)
    return there.filter(Q(left_on__isnull=True) | Q(left_on__gt=change.day))


def _moving(change: Change) -> list[Moving]:
    """Return who leaves their cell by the event: all of a closing one, the named of others."""
    members, rest = {k.lower(): v for k, v in change.plan.members.items()}, change.plan.rest_to
    opened = Membership.objects.filter(left_on__isnull=True).select_related("cell", "member")
    if change.closing:
        places = opened.filter(cell__in=change.closing)
    elif members:
        keys = [UUID(key) for key in members if is_key(key)]
        places = opened.filter(
            change.reach.condition("cell__path"), member__in=keys, is_temporary=False,
            joined_on__lt=change.day,
        )  # fmt: skip
    else:
        return []
    return [
        Moving(place, members.get(str(place.member_id), rest or ""))
        for place in places.order_by("is_temporary", "pk")
    ]


def _drained(change: Change) -> list[Unit]:
    """Return the cells that go on without the members whom the event took from them."""
    if change.closing or not change.plan.members:
        return []
    gone = Membership.objects.filter(
        member__in=[key for key in change.plan.members if is_key(key)],
        left_on=change.day, left_by=Left.REORGANISED,
    )  # fmt: skip
    return list(Unit.objects.filter(pk__in=gone.values("cell")).select_related("level"))


def _posts(change: Change) -> QuerySet[Post]:
    """Return the posts that end by the event, with their units or with who leaves them."""
    held = Post.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=change.day))
    gone = Q(unit__in=change.closing)
    if not change.closing:
        for row in _moving(change):
            gone |= Q(member=row.place.member_id, unit=row.place.cell_id)
    return held.filter(gone)


def _charges(change: Change) -> QuerySet[Supervision]:
    held = Supervision.objects.filter(cell__in=change.closing, starts_on__lt=change.day)
    return held.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=change.day))


def _terms(undo: dict[str, Any]) -> list[str]:
    return [day for _, day in undo["posts_closed"] if day]


def _restore_ends(model: Any, rows: list[list[Any]]) -> None:
    for pk, ends_on in rows:
        model.objects.filter(pk=pk).update(ends_on=ends_on)
