"""The cases of one kind of warning: how many, some of them, and which cells they concern."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from cells import access
from members.breadth import Places
from members.counts import CellCount
from members.models import Member, Membership

# Text, address, note.
Item = tuple[str, str, str]
# Path, code, name, size.
CellCase = tuple[str, str, str, CellCount]


class Cases(Protocol):
    def __len__(self) -> int: ...

    def __getitem__(self, place: slice) -> list[Item]: ...

    def places(self) -> Places:
        """Say which cells the cases concern, to count them by committee."""


@dataclass(frozen=True)
class Cells:
    rows: Sequence[CellCase] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: slice) -> list[Item]:
        return [(name, _list_url(code), _said(count)) for _, code, name, count in self.rows[place]]

    def places(self) -> Places:
        return (((path,), 1) for path, *_ in self.rows)


@dataclass(frozen=True)
class Moves:
    """Transfers as (item, paths of their ends)."""

    rows: Sequence[tuple[Item, tuple[str, ...]]] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: slice) -> list[Item]:
        return [item for item, _ in self.rows[place]]

    def places(self) -> Places:
        return ((ends, 1) for _, ends in self.rows)


class People:
    """Those `visible` whom `condition` singles out; read page by page."""

    def __init__(
        self, visible: QuerySet[Member], branch: access.Reach, condition: Q,
        order: Sequence[str], note: Callable[[Member], str],
    ) -> None:  # fmt: skip
        self.members = visible.filter(condition).order_by(*order, "pk")
        self.branch, self.condition, self.note = branch, condition, note

    @cached_property
    def _count(self) -> int:
        return self.members.count()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: slice) -> list[Item]:
        return [(one.full_name, _member_url(one.pk), self.note(one)) for one in self.members[place]]

    def places(self) -> Places:
        """Count by cell; a guest is at several places, yet one case."""
        # Who belongs to the branch is visible: no need to ask it of each again.
        people = Member.objects.filter(self.condition, merged_into__isnull=True)
        there = Membership.objects.filter(
            self.branch.condition("cell__path"),
            left_on__isnull=True,
            member__in=people.values("pk"),
        ).order_by()
        at_home = there.filter(is_temporary=False)
        counted = Counter(dict(at_home.values_list("cell__path").annotate(Count("pk"))))
        guests: dict[UUID, list[str]] = defaultdict(list)
        for member, path in there.filter(is_temporary=True).values_list("member", "cell__path"):
            guests[member].append(path)
        for member, path in at_home.filter(member__in=[*guests]).values_list(
            "member", "cell__path"
        ):
            guests[member].append(path)
            counted[path] -= 1
        yield from ((tuple(paths), 1) for paths in guests.values())
        yield from (((path,), number) for path, number in counted.items())


def _said(count: CellCount) -> str:
    return f"{count.full} chính thức, {count.probationary} dự bị"


def _list_url(code: str) -> str:
    return f"{reverse('members:list')}?{urlencode({'cell': code})}"


def _member_url(pk: object) -> str:
    return reverse("members:member", args=[pk])
