"""Recognising the title: the cap in numbers and words, and who was passed over without a word.

Nothing here chooses: people do, and what is checked is whether they say why.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from evaluations.rules.numbers import spoken, whole_number
from evaluations.rules.quota import WHOLE, Base, Quota

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cap:
    """How many may be recognised; `number` is the count that the percent is taken of."""

    percent: int
    base: Base
    number: int
    cap: int
    formula: str
    is_exception: bool


@dataclass(frozen=True, slots=True)
class Claim(Generic[Key]):
    """An eligible cell before those who decide; only cells of one pool are compared."""

    key: Key
    pool: Hashable
    total: int
    is_chosen: bool
    is_explained: bool


def cap_of(
    quota: Quota, *, good: int, assessed: int, good_name: str, exception: bool, noun: str
) -> Cap:
    """Return the cap of a pool in which `good` of `assessed` are good or better.

    `good_name` says what makes one good, `noun` what is counted. An exception counts only where
    the quota knows one.
    """
    exception = exception and quota.exception_percent is not None
    percent = (quota.exception_percent if exception else quota.percent) or 0
    cap = quota.cap(good_or_better=good, assessed=assessed, exception=exception)
    number = assessed if quota.base == "all" else good
    return Cap(
        percent=percent,
        base=quota.base,
        number=number,
        cap=cap,
        formula=_formula(percent, quota.base, number, cap, good_name, noun),
        is_exception=exception,
    )


def _formula(percent: int, base: Base, number: int, cap: int, good_name: str, noun: str) -> str:
    share = f"{spoken(percent)} %"
    counted = f"{whole_number(number)} {noun}"
    if base == "good_only":
        return (
            f"Số được công nhận không quá {share} của số {noun} {good_name} còn lại."
            f" Có {counted}: {share} × ({number} − {cap}) = {_part(percent, number - cap)};"
            f" thêm một {noun} nữa thì {share} × ({number} − {cap + 1}) ="
            f" {_part(percent, max(number - cap - 1, 0))}, nhỏ hơn {cap + 1}."
        )
    what = good_name if base == "good_or_better" else "đã có kết quả"
    return f"{share} × {counted} {what} = {_part(percent, number)}, làm tròn xuống: {cap}."


def _part(percent: int, number: int) -> str:
    return spoken(percent * number * 100 // WHOLE)


def unexplained(claims: Iterable[Claim[Key]]) -> dict[Key, Key]:
    """Map each chosen cell that still needs a reason to the one that was passed over for it.

    Passed over is who has as many points or more and is not chosen. A reason at either of the
    two is enough.
    """
    pools: dict[Hashable, list[Claim[Key]]] = defaultdict(list)
    for claim in claims:
        if not claim.is_explained:
            pools[claim.pool].append(claim)
    found: dict[Key, Key] = {}
    for members in pools.values():
        passed = [claim for claim in members if not claim.is_chosen]
        if not passed:
            continue
        best = max(passed, key=lambda claim: claim.total)
        found |= {
            claim.key: best.key
            for claim in members
            if claim.is_chosen and claim.total <= best.total
        }
    return found
