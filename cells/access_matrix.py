"""The reviewed table of who gets which answer from which address."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import URLPattern, get_resolver

WORDS = ("yes", "no", "reach", "over")
FILE = settings.BASE_DIR / "chibo" / "access_matrix.toml"
ROLES = (
    "staff",
    "secretary",
    "leader",
    "inspector",
    "supervisor",
    "city_admin",
    "superuser",
)


@dataclass(frozen=True)
class Line:
    """What one address answers to one method: `about` what it is, `answers` by role."""

    method: str
    name: str
    about: str
    status: int | str
    answers: dict[str, str]


@lru_cache(maxsize=1)
def lines() -> tuple[Line, ...]:
    """Read the table; a line of the wrong length or with an unknown word is refused."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_line(key, row) for key, row in table.items())


def _line(key: str, row: list) -> Line:
    method, _, name = key.partition(" ")
    about, status, *words = row
    if len(words) != len(ROLES) or set(words) - set(WORDS):
        raise ValueError(f"{key}: expected one of {WORDS} for each of {', '.join(ROLES)}.")
    return Line(method, name, about, status, dict(zip(ROLES, words, strict=True)))


@dataclass(frozen=True)
class Address:
    """One address that the site answers: its name, its route, what must be filled in."""

    name: str
    route: str
    arguments: tuple[str, ...]


def addresses() -> list[Address]:
    """Return every address of the site."""
    return list(_addresses(get_resolver(), "", ""))


def _addresses(resolver, route: str, namespace: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        path = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}"
            yield Address(name, f"/{path}", tuple(entry.pattern.regex.groupindex))
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _addresses(entry, path, inner)
