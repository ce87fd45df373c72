"""The dated rule by which cells are put into comparison groups."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from pathlib import Path

from evaluations.rules.ranking import size_band

FILE = Path(__file__).with_name("comparison_groups.toml")


@dataclass(frozen=True)
class ComparisonRule:
    valid_from: date
    sizes: tuple[int, ...]
    smallest: int
    source: str

    def group(self, kind_name: str, members: int) -> str:
        """Name the group of a cell; "" where it has no kind or is below the smallest band."""
        band = size_band(members, self.sizes)
        return f"{kind_name}, {band} đảng viên" if kind_name and band else ""


@lru_cache(maxsize=1)
def _rules() -> tuple[ComparisonRule, ...]:
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["rule"]
    return tuple(ComparisonRule(**{**entry, "sizes": tuple(entry["sizes"])}) for entry in entries)


def in_force(day: date) -> ComparisonRule:
    """Return the rule for `day`: the latest that had started by then, else the first."""
    started = [rule for rule in _rules() if rule.valid_from <= day]
    if started:
        return max(started, key=attrgetter("valid_from"))
    return min(_rules(), key=attrgetter("valid_from"))
