"""The numbers and lines that the checks compare with, as `checks.toml` gives them."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("checks.toml")
Times = Literal["once", "months"]
Number = Literal["num", "den"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far is too far; shares in hundredths of a percent."""

    slack: int
    jump: int
    jump_base: int


@dataclass(frozen=True, slots=True)
class Equal:
    """A number of a line that is the same as one of another line; `what` it counts."""

    line: str
    number: Number
    other: str
    other_number: Number
    what: str


@dataclass(frozen=True, slots=True)
class Call:
    """An option of a line that calls for one of some vetoes; `what` it says."""

    line: str
    option: str
    vetoes: frozenset[str]
    what: str


@dataclass(frozen=True, slots=True)
class Book:
    """All of it. `measured` holds the lines whose denominator the register knows, by slug."""

    limits: Limits
    measured: dict[str, Times]
    equal: tuple[Equal, ...]
    calls: tuple[Call, ...]


@lru_cache(maxsize=1)
def book() -> Book:
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Book(
        limits=Limits(**raw["limits"]),
        measured={slug: row["times"] for row in raw["measured"] for slug in row["slugs"]},
        equal=tuple(
            Equal(row["line"], row["number"], row["with"], row["with_number"], row["what"])
            for row in raw["equal"]
        ),
        calls=tuple(
            Call(row["line"], row["option"], frozenset(row["vetoes"]), row["what"])
            for row in raw["calls"]
        ),
    )


def measured_in_members(slug: str) -> bool:
    return slug in book().measured
