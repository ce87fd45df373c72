"""Whom something concerns: the secretaries of a cell, the staff of the committee above it."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from cells.models import Assignment, Role, Unit, User


def secretaries(units: Iterable[Unit], on: date | None = None) -> dict[int, list[User]]:
    """Return the secretaries of each unit, by its id; units without one have an empty list."""
    return _held_at({unit.pk: [unit.path] for unit in units}, {Role.SECRETARY}, on)


def officers_above(
    units: Iterable[Unit], roles: Iterable[str] = (Role.STAFF,), on: date | None = None
) -> dict[int, list[User]]:
    """Return who holds one of `roles` at the nearest unit above each, by the id of the unit."""
    return _held_at({unit.pk: _above(unit.path) for unit in units}, set(roles), on)


def officers_at(
    units: Iterable[Unit], roles: Iterable[str] = (Role.STAFF,), on: date | None = None
) -> dict[int, list[User]]:
    """Return who holds one of `roles` at each unit itself, by the id of the unit."""
    return _held_at({unit.pk: [unit.path] for unit in units}, set(roles), on)


def _above(path: str) -> list[str]:
    """Return the paths above, nearest first: "/a/b/c/" gives "/a/b/", "/a/"."""
    codes = path.strip("/").split("/")
    return [f"/{'/'.join(codes[:end])}/" for end in range(len(codes) - 1, 0, -1)]


def _held_at(
    places: dict[int, list[str]], roles: set[str], on: date | None
) -> dict[int, list[User]]:
    wanted = {path for paths in places.values() for path in paths}
    held = (
        Assignment.objects.current(on or timezone.localdate())
        .filter(role__in=roles, user__is_active=True)
        .select_related("user", "unit")
        .order_by("unit__path", "user__pk")
    )
    # A few places are named; for the whole city the offices are fewer than the places.
    if len(wanted) <= 500:
        held = held.filter(unit__path__in=wanted)
    by_path: dict[str, dict[int, User]] = {}
    for one in held:
        by_path.setdefault(one.unit.path, {})[one.user_id] = one.user
    return {
        pk: list(next((by_path[path] for path in paths if path in by_path), {}).values())
        for pk, paths in places.items()
    }
