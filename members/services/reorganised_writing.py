"""Write what a reorganisation does to memberships, posts and charges; say what takes it back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from cells.models import Unit
from cells.services.reorganisation.participants import BATCH, Change, Trail
from members.models import Joined, Left, Membership, Post, Supervision


@dataclass(frozen=True)
class Moving:
    """A membership that ends, and the code of the unit where its member goes on, if any."""

    place: Membership
    code: str


def memberships_write(rows: list[Moving], change: Change, trail: Trail) -> dict[str, Any]:
    day, decision = change.day, change.plan.decision
    closed = [row.place for row in rows]
    Membership.objects.filter(pk__in=[place.pk for place in closed]).update(
        left_on=day, left_by=Left.REORGANISED
    )
    there = set(
        Membership.objects.filter(
            member__in=[place.member_id for place in closed], left_on__isnull=True
        ).values_list("member", "cell")
    )
    opened: list[Membership] = []
    for row in rows:
        trail.add(
            "membership_closed", row.place, row.place.cell, field="left_on", new=day.isoformat()
        )
        target = change.target(row.code) if row.code else None
        # Who is away for a time in the cell that he now belongs to is there once, officially.
        if target is None or (row.place.is_temporary and (row.place.member_id, target.pk) in there):
            continue
        there.add((row.place.member_id, target.pk))
        opened.append(
            Membership(
                member_id=row.place.member_id, cell=target, joined_on=day,
                is_temporary=row.place.is_temporary, joined_by=Joined.REORGANISED,
                decision=decision,
            )
        )  # fmt: skip
    Membership.objects.bulk_create(opened, batch_size=BATCH)
    for place in opened:
        new = {"cell": place.cell.code, "on": day.isoformat()}
        trail.add("membership_opened", place, _filed_under(place.cell, change), new=new)
    return {"closed": [place.pk for place in closed], "opened": [place.pk for place in opened]}


def _filed_under(unit: Unit, change: Change) -> Unit | None:
    """Return where a line of the trail is filed: a founded unit must stay removable."""
    return unit.parent if unit in change.founded else unit


def posts_write(posts: list[Post], change: Change, trail: Trail) -> dict[str, Any]:
    closed = [[post.pk, _plain(post.ends_on)] for post in posts]
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(ends_on=change.day)
    opened = [
        Post(
            member_id=post.member_id, unit=change.target(code), kind=post.kind,
            starts_on=change.day, ends_on=post.ends_on, term=post.term,
            decision=change.plan.decision,
        )
        for post in posts
        if (code := change.plan.posts.get(post.pk, ""))
    ]  # fmt: skip
    Post.objects.bulk_create(opened, batch_size=BATCH)
    for post in posts:
        trail.add("post_ended", post, post.unit, field=post.kind, new=change.day.isoformat())
    for post in opened:
        new = {"unit": post.unit.code, "on": change.day.isoformat()}
        trail.add("post_started", post, _filed_under(post.unit, change), field=post.kind, new=new)
    return {"posts_closed": closed, "posts_opened": [post.pk for post in opened]}


def charges_write(rows: list[Supervision], change: Change, trail: Trail) -> dict[str, Any]:
    closed = [[row.pk, _plain(row.ends_on)] for row in rows]
    Supervision.objects.filter(pk__in=[row.pk for row in rows]).update(ends_on=change.day)
    for row in rows:
        trail.add("supervision_ended", row, row.cell, field="ends_on", new=change.day.isoformat())
    return {"charges_closed": closed}


def _plain(day: date | None) -> str | None:
    return day.isoformat() if day else None
