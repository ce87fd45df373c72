"""The thresholds in force on a date, as `thresholds.toml` tells them."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Thresholds:
    """One dated set of numbers; what each means stands beside it in the file."""

    effective_from: date
    source: str
    least_full_members: int
    subgroups_from: int
    committee_from: int
    committee_at_most: int
    probation_months: int
    transfer_start_within: int
    transfer_present_within: int
    transfer_soon: int


@lru_cache(maxsize=1)
def all_sets() -> tuple[Thresholds, ...]:
    """Read the file; the earliest set comes first."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        sorted((Thresholds(**row) for row in table["set"]), key=lambda one: one.effective_from)
    )


def in_force(day: date) -> Thresholds:
    """Return the latest set that had started by `day`; before all of them, the first."""
    started = [one for one in all_sets() if one.effective_from <= day]
    return started[-1] if started else all_sets()[0]


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where there is none."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
