"""Invented members of each cell: full, probationary, exempt, temporary; and its leaders."""

import random
import uuid
from datetime import date, timedelta
from typing import NamedTuple

from evaluations.demo import names, templates
from evaluations.demo.bulk import Batch
from evaluations.demo.tree import FEWEST_MEMBERS, FOUNDED, Node, Tree
from members.models import Exemption, Member, Membership, Post

ELECTED_ON = date(2025, 7, 15)
PROBATION = timedelta(days=365)
COMMITTEE_FROM, MOST_IN_COMMITTEE = 9, 7  # full members; people
# Behind them nobody is exempt or on probation: among these the leaders are found.
ELECTABLE = 7
PROBATIONARY, TRANSFERRED, TEMPORARY = 0.025, 0.01, 0.012


class _Person(NamedTuple):
    id: uuid.UUID
    name: names.PersonName
    birth_year: int
    admitted_on: date
    full_on: date | None
    is_exempt: bool


class People:
    """Writes the members of a tree, and notes in each cell how many lead it."""

    def __init__(self, today: date, rng: random.Random) -> None:
        self.today, self.rng = today, rng
        self.members = Batch(
            Member,
            "id full_name search sort_key birth_year card_last4 admitted_on full_on",
        )
        self.memberships = Batch(Membership, "member cell joined_on left_on is_temporary")
        self.exemptions = Batch(Exemption, "member starts_on ends_on decision")
        self.posts = Batch(Post, "member unit kind starts_on ends_on")

    def write(self, tree: Tree) -> None:
        """Write everybody; who is in the cell that splits was there before and does not move."""
        for cells in tree.cells_of.values():
            others = [cell for cell in cells if cell is not tree.splitting]
            for cell, neighbour in zip(others, [others[-1], *others], strict=False):
                self._write_cell(cell, neighbour)
        if tree.splitting:
            self._write_cell(tree.splitting, None)
        for batch in (self.members, self.memberships, self.exemptions, self.posts):
            batch.flush()

    def _write_cell(self, cell: Node, neighbour: Node | None) -> None:
        """Write the people of a cell; a few came from the neighbour or attend there for a time."""
        may_be_new = neighbour is not None
        people = [self._invent(cell, place, may_be_new) for place in range(cell.members)]
        full = sum(person.full_on is not None for person in people)
        cell.leaders = leaders_of(full)
        cell.secretary = people[0].name.full
        for place, person in enumerate(people):
            self._write_person(person, cell, neighbour if place >= ELECTABLE else None)
        for place, person in enumerate(people[: cell.leaders]):
            kind = (Post.Kind.SECRETARY, Post.Kind.DEPUTY)[place] if place < 2 else "cell_committee"
            self.posts.add((person.id, cell.id, str(kind), ELECTED_ON, None))

    def _invent(self, cell: Node, place: int, may_be_new: bool) -> _Person:
        rng = self.rng
        is_exempt = is_new = False
        if place >= ELECTABLE:
            exempt_share = templates.EXEMPT_SHARE.get(cell.kind, templates.OTHER_EXEMPT_SHARE)
            is_exempt = rng.random() < exempt_share
            is_new = may_be_new and not is_exempt and rng.random() < PROBATIONARY
        identity = uuid.UUID(int=rng.getrandbits(128), version=4)
        year = self.today.year
        if is_new:
            admitted_on = self.today - timedelta(days=int(rng.uniform(10, 350)))
            return _Person(
                identity, names.person(rng), year - _age(rng, 19, 40), admitted_on, None, False
            )
        born = year - (_age(rng, 72, 93) if is_exempt else _age(rng, 26, 72))
        joined = min(born + _age(rng, 20, 38), year - 3)
        admitted_on = date(joined, 1 + int(rng.random() * 12), 1 + int(rng.random() * 28))
        full_on = admitted_on + PROBATION
        return _Person(identity, names.person(rng), born, admitted_on, full_on, is_exempt)

    def _write_person(self, person: _Person, cell: Node, neighbour: Node | None) -> None:
        rng = self.rng
        name = person.name
        dates = (person.admitted_on, person.full_on)
        self.members.add((person.id, *name, person.birth_year, "", *dates))
        joined_on = max(person.admitted_on, FOUNDED)
        luck = rng.random() if neighbour and joined_on == FOUNDED else 1.0
        if neighbour and luck < TRANSFERRED:
            moved_on = self.today - timedelta(days=int(rng.uniform(20, 200)))
            self.memberships.add((person.id, neighbour.id, joined_on, moved_on, False))
            joined_on = moved_on
        elif neighbour and luck < TRANSFERRED + TEMPORARY:
            since = self.today - timedelta(days=int(rng.uniform(20, 200)))
            self.memberships.add((person.id, neighbour.id, since, None, True))
        self.memberships.add((person.id, cell.id, joined_on, None, False))
        if person.is_exempt:
            starts_on = date(person.birth_year + 71, 1 + int(rng.random() * 12), 1)
            number = f"{1 + int(rng.random() * 90)}-QĐ/CB"
            self.exemptions.add((person.id, starts_on, None, number))


def leaders_of(full_members: int) -> int:
    """Return how many lead a cell: from nine full members on it elects a committee."""
    if full_members < COMMITTEE_FROM:
        return 1 if full_members <= FEWEST_MEMBERS else 2
    return min(MOST_IN_COMMITTEE, 3 + full_members // 30)


def count_only(tree: Tree) -> None:
    """Note in each cell what its people would come to, where none are written."""
    for cell in tree.cells():
        share = templates.EXEMPT_SHARE.get(cell.kind, templates.OTHER_EXEMPT_SHARE)
        cell.exempt = int(cell.members * share)
        cell.leaders = leaders_of(cell.members)


def _age(rng: random.Random, least: int, most: int) -> int:
    return least + int(rng.random() * (most - least + 1))
