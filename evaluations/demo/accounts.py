"""The accounts of the demonstration, and who handles the sheets of each ward."""

import random
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from cells.models import Assignment, Role, User
from evaluations.demo import names
from evaluations.demo.tree import FOUNDED, Node, Tree

PASSWORD = "chibo-demo-2026"  # noqa: S105 - printed for everyone to use
USERNAMES = ("thanhuy", "canbo", "canbo2", "lanhdao", "bithu", "kiemtra", "quantri")
SECRETARYS_CELL = 4  # the fifth cell of the first ward


@dataclass(frozen=True)
class Hands:
    """Who enters, appraises and decides in a ward; empty where no accounts are made."""

    first: int | None
    second: int | None
    leader: int | None
    signer: str

    def pair(self, turn: int) -> tuple[int | None, int | None]:
        """Return who submits and who appraises: never one person, each in turn."""
        return (self.first, self.second) if turn % 2 else (self.second, self.first)


@dataclass(frozen=True)
class Cast:
    """Everybody who signs in, by what they do."""

    hands: dict[Node, Hands]
    secretary: int
    secretarys_cell: Node
    units: dict[str, str]


def accounts_write(tree: Tree, *, for_every_ward: bool, rng: random.Random) -> Cast:
    """Make the demo accounts on the first ward, and closed ones for the staff of the others."""
    home = tree.wards[0]
    cell = tree.cells_of[home][SECRETARYS_CELL]
    held = {
        "thanhuy": (Role.CITY_ADMIN, tree.root),
        "canbo": (Role.STAFF, home),
        "canbo2": (Role.STAFF, home),
        "lanhdao": (Role.LEADER, home),
        "bithu": (Role.SECRETARY, cell),
        "kiemtra": (Role.INSPECTOR, tree.root),
        "quantri": None,
    }
    password = make_password(PASSWORD)
    users = {name: User(username=name, password=password) for name in USERNAMES}
    for name, user in users.items():
        user.full_name = names.person(rng).full
        user.is_superuser = name == "quantri"
    users["bithu"].full_name = cell.secretary or users["bithu"].full_name
    others = tree.wards[1:]
    if for_every_ward:
        users |= {name: user for ward in others for name, user in _closed(ward, rng)}
    for user in users.values():
        user.search = User.search_text(user.full_name, user.username)
    made = {user.username: user for user in User.objects.bulk_create(users.values())}
    roles = [(made[name], *role) for name, role in held.items() if role]
    hands = {home: _hands(made, "canbo", "canbo2", "lanhdao")}
    for ward in others:
        if not for_every_ward:
            hands[ward] = Hands(None, None, None, names.person(rng).full)
            continue
        first, second, leader = _usernames(ward)
        hands[ward] = _hands(made, first, second, leader)
        roles += [(made[name], Role.STAFF, ward) for name in (first, second)]
        roles.append((made[leader], Role.LEADER, ward))
    Assignment.objects.bulk_create(
        Assignment(user=user, role=role, unit_id=node.id, starts_on=FOUNDED)
        for user, role, node in roles
    )
    units = {name: role[1].code if role else "" for name, role in held.items()}
    return Cast(hands, made["bithu"].pk, cell, units)


def _usernames(ward: Node) -> tuple[str, str, str]:
    code = ward.code.lower()
    return f"canbo.{code}", f"canbo2.{code}", f"lanhdao.{code}"


def _closed(ward: Node, rng: random.Random) -> list[tuple[str, User]]:
    """Return accounts that nobody can sign in with: they stand beside what was done."""
    return [
        (name, User(username=name, full_name=names.person(rng).full, password="!demo"))  # noqa: S106
        for name in _usernames(ward)
    ]


def _hands(made: dict[str, User], first: str, second: str, leader: str) -> Hands:
    return Hands(made[first].pk, made[second].pk, made[leader].pk, made[leader].full_name)
