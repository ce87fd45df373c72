"""Rank totals: standard competition ranking ("1224"), percentiles, comparison groups."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeVar

from evaluations.rules.numbers import percent_of

Key = TypeVar("Key", bound=Hashable)

SMALLEST_GROUP = 5
SIZE_BANDS = (3, 10, 30)


class Standing(NamedTuple):
    """A place among `competitors`; `tied` counts those on the same total, itself included.

    The percentile is the share of competitors with a lower total, in hundredths of a percent.
    """

    rank: int
    tied: int
    competitors: int
    percentile: int


def rank(totals: Iterable[tuple[Key, int]]) -> dict[Key, Standing]:
    """Rank from the highest total down; equal totals share the better rank."""
    pairs = list(totals)
    ascending = sorted(total for _, total in pairs)
    standings = {total: _standing(ascending, total) for total in set(ascending)}
    return {key: standings[total] for key, total in pairs}


def _standing(ascending: Sequence[int], total: int) -> Standing:
    count = len(ascending)
    lower, upto = bisect_left(ascending, total), bisect_right(ascending, total)
    return Standing(count - upto + 1, upto - lower, count, percent_of(lower, count))


def rank_groups(
    rows: Iterable[tuple[Key, Hashable, int]], *, smallest: int = SMALLEST_GROUP
) -> dict[Key, Standing]:
    """Rank (key, group, total) within each group; groups below `smallest` are left out."""
    groups: Mapping[Hashable, list[tuple[Key, int]]] = defaultdict(list)
    for key, group, total in rows:
        groups[group].append((key, total))
    standings: dict[Key, Standing] = {}
    for pairs in groups.values():
        if len(pairs) >= smallest:
            standings.update(rank(pairs))
    return standings


def size_band(size: int, bands: Sequence[int] = SIZE_BANDS) -> str | None:
    """Name the band of a size, such as "3–9"; `bands` are the lower bounds, ascending."""
    number = bisect_right(bands, size)
    if number == 0:
        return None
    if number == len(bands):
        return f"từ {bands[-1]}"
    return f"{bands[number - 1]}–{bands[number] - 1}"


def ranking_hash(rows: Iterable[tuple[str, int, int]]) -> str:
    """Return the SHA-256 over lines `code;rank;total in hundredths`.

    The lines are sorted by code point of the code and joined by one newline, with none at the
    end, as UTF-8.
    """
    lines = (f"{code};{place};{total}" for code, place, total in sorted(rows))
    return sha256("\n".join(lines).encode()).hexdigest()
