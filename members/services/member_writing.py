"""Write imported members in bulk: people, memberships, posts, exemptions, the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from cells.models import AuditEntry, Door, User
from cells.vietnamese import fold, name_sort_key
from members.models import Exemption, Member, Membership, Post
from members.services.member_rows import Person

BATCH = 1000


@dataclass(eq=False)
class Change:
    """What one row comes to. `fields` holds (old, new); dates are set where something happens."""

    person: Person
    member: Member | None
    membership: Membership | None
    fields: dict[str, tuple] = field(default_factory=dict)
    new_from: date | None = None
    joined_on: date | None = None
    ending: list[tuple[Post, date]] = field(default_factory=list)
    post_from: date | None = None
    exempt_from: date | None = None

    @property
    def outcome(self) -> str:
        if self.member is None:
            return "created"
        changed = (
            self.fields
            or self.new_from
            or self.joined_on
            or self.ending
            or self.post_from
            or self.exempt_from
        )
        return "updated" if changed else "unchanged"


@transaction.atomic
def members_write(*, changes: Sequence[Change], by: User) -> None:
    """Write every change of a file; the number of queries does not grow with its rows."""
    changes = [change for change in changes if change.outcome != "unchanged"]
    trail = Trail(by)
    _write_people(changes)
    _write_memberships(changes, trail)
    _write_posts(changes, trail)
    _write_exemptions(changes, trail)
    for change in changes:
        for name, (old, new) in change.fields.items():
            if name == "card_hash":
                # Neither hash nor number: the trail says only that a card was written down.
                old, new = None, "••••" + change.person.card_last4
            trail.add(change, "member_changed", name, old, new)
    trail.write()


class Trail:
    """Collect audit rows. Their subject is the membership: people have no integer key."""

    def __init__(self, by: User):
        self.by = by
        self.entries: list[AuditEntry] = []

    def add(
        self, change: Change, action: str, name: str = "", old: Any = None, new: Any = None
    ) -> None:
        membership = change.membership
        assert membership is not None  # noqa: S101 - memberships are written first
        self.entries.append(
            AuditEntry(
                by=self.by,
                door=Door.IMPORT,
                action=action,
                subject_type="membership",
                subject_id=membership.pk,
                unit=membership.cell,
                field=name,
                old=_plain(old),
                new=_plain(new),
            )
        )

    def write(self) -> None:
        AuditEntry.objects.bulk_create(self.entries, batch_size=BATCH)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _write_people(changes: list[Change]) -> None:
    new, changed = [], []
    for change in changes:
        person = change.person
        if change.member is None:
            change.member = Member(
                full_name=person.full_name,
                birth_year=person.birth_year,
                card_hash=person.card_hash or None,
                admitted_on=person.admitted_on,
                full_on=person.full_on,
            )
            new.append(change.member)
        elif change.fields:
            for name, (_, value) in change.fields.items():
                setattr(change.member, name, value)
            changed.append(change.member)
        if person.card_last4:
            change.member.card_last4 = person.card_last4
        change.member.search = fold(change.member.full_name)[:150]
        change.member.sort_key = name_sort_key(change.member.full_name)
    Member.objects.bulk_create(new, batch_size=BATCH)
    names = [
        "full_name",
        "search",
        "sort_key",
        "birth_year",
        "card_hash",
        "card_last4",
        "admitted_on",
        "full_on",
    ]
    Member.objects.bulk_update(changed, names, batch_size=BATCH)


def _write_memberships(changes: list[Change], trail: Trail) -> None:
    closed, moved, opened = [], [], []
    for change in changes:
        current = change.membership
        if change.joined_on and current:
            trail.add(
                change, "membership_changed", "joined_on", current.joined_on, change.joined_on
            )
            current.joined_on = change.joined_on
            moved.append(current)
        if change.new_from:
            if current:
                trail.add(change, "membership_closed", "left_on", None, change.new_from)
                current.left_on = change.new_from
                closed.append(current)
            change.membership = Membership(
                member=change.member, cell=change.person.cell, joined_on=change.new_from
            )
            opened.append(change)
    Membership.objects.bulk_update(closed, ["left_on"], batch_size=BATCH)
    Membership.objects.bulk_update(moved, ["joined_on"], batch_size=BATCH)
    Membership.objects.bulk_create(
        [change.membership for change in opened if change.membership], batch_size=BATCH
    )
    for change in opened:
        trail.add(change, "membership_opened", "joined_on", None, change.new_from)


def _write_posts(changes: list[Change], trail: Trail) -> None:
    ended: dict[int, Post] = {}
    started = []
    for change in changes:
        for post, day in change.ending:
            if post.pk not in ended:
                post.ends_on = day
                ended[post.pk] = post
                trail.add(change, "post_ended", post.kind, None, day)
        if change.post_from:
            person = change.person
            started.append(
                Post(
                    member=change.member,
                    unit=person.cell,
                    kind=person.post,
                    starts_on=change.post_from,
                )
            )
            trail.add(change, "post_started", person.post, None, change.post_from)
    Post.objects.bulk_update(list(ended.values()), ["ends_on"], batch_size=BATCH)
    Post.objects.bulk_create(started, batch_size=BATCH)


def _write_exemptions(changes: list[Change], trail: Trail) -> None:
    exempt = [change for change in changes if change.exempt_from]
    Exemption.objects.bulk_create(
        [
            Exemption(member=change.member, starts_on=change.exempt_from)
            for change in changes
            if change.exempt_from
        ],
        batch_size=BATCH,
    )
    for change in exempt:
        trail.add(change, "exempted", "starts_on", None, change.exempt_from)
