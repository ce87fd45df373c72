"""The annual class of QĐ 366: points and conditions, as `annual_classes.toml` dates them.

The class is proposed, never given: people decide it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluations.rules.numbers import hundredths, percent_of, spoken, whole_number

FILE = Path(__file__).with_name("annual_classes.toml")
Fraction = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the 100 points; `max` in hundredths."""

    code: str
    title: str
    max: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A share that conditions look at; `of` names the whole, `empty_met` rules where it is 0."""

    code: str
    title: str
    of: str
    empty_met: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A measure at least or at most a percent (hundredths), or a fact that must not hold."""

    code: str
    at_least: int | None = None
    at_most: int | None = None

    @property
    def is_fact(self) -> bool:
        return self.at_least is None and self.at_most is None


@dataclass(frozen=True, slots=True)
class AnnualClass:
    code: str
    title: str
    gte: int
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class ClassRules:
    """One dated rule, its classes from the best down."""

    code: str
    subject: str
    title: str
    source: str
    valid_from: date
    valid_to: date | None
    parts: tuple[Part, ...]
    measures: Mapping[str, Measure]
    facts: Mapping[str, str]
    classes: tuple[AnnualClass, ...]


@dataclass(frozen=True)
class Proposal:
    """What points and conditions come to.

    `proposed` is None while something is missing, and where only unmet conditions are left of
    the classes that the points reach: such a case is for people to decide. `failed` tells, class
    by class, which conditions kept the unit from it.
    """

    total: int
    by_points: AnnualClass
    proposed: AnnualClass | None
    failed: tuple[tuple[AnnualClass, tuple[str, ...]], ...]
    missing: tuple[str, ...]

    @property
    def is_for_people(self) -> bool:
        return self.proposed is None and not self.missing


class ClassError(ValueError):
    """A number that cannot be; `field` names it, the message is for people."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def propose(
    rules: ClassRules,
    *,
    points: Mapping[str, int],
    measures: Mapping[str, Fraction],
    facts: Mapping[str, bool],
) -> Proposal:
    """Propose a class: the best one whose points and conditions are met.

    Points are hundredths by part, measures (part, whole), facts yes or no. Raises ClassError.
    """
    _check(rules, points, measures)
    missing = [part.title for part in rules.parts if part.code not in points]
    missing += [m.title for m in rules.measures.values() if m.code not in measures]
    missing += [title for code, title in rules.facts.items() if code not in facts]
    total = sum(points.values())
    by_points = next(one for one in rules.classes if total >= one.gte)
    if missing:
        return Proposal(total, by_points, None, (), tuple(missing))
    failed: list[tuple[AnnualClass, tuple[str, ...]]] = []
    for one in rules.classes[rules.classes.index(by_points) :]:
        unmet = tuple(
            words
            for condition in one.conditions
            if (words := _unmet(rules, condition, measures, facts))
        )
        if not unmet:
            # The lowest class is for too few points alone; what else leads there people decide.
            lowest = one is rules.classes[-1] and one is not by_points
            return Proposal(total, by_points, None if lowest else one, tuple(failed), ())
        failed.append((one, unmet))
    return Proposal(total, by_points, None, tuple(failed), ())


def _check(rules: ClassRules, points: Mapping[str, int], measures: Mapping[str, Fraction]) -> None:
    for part in rules.parts:
        value = points.get(part.code, 0)
        if not 0 <= value <= part.max:
            raise ClassError(part.code, f"“{part.title}” từ 0 đến {spoken(part.max)} điểm.")
    for measure in rules.measures.values():
        num, den = measures.get(measure.code, (0, 0))
        if num < 0 or den < 0 or num > den:
            raise ClassError(
                measure.code,
                f"“{measure.title}” ({whole_number(num)}) không được lớn hơn tổng số"
                f" ({whole_number(den)}).",
            )


def _unmet(
    rules: ClassRules,
    condition: Condition,
    measures: Mapping[str, Fraction],
    facts: Mapping[str, bool],
) -> str:
    """Return in words why a condition is not met; "" where it is."""
    if condition.is_fact:
        return rules.facts[condition.code] if facts[condition.code] else ""
    measure = rules.measures[condition.code]
    num, den = measures[condition.code]
    if den == 0:
        return "" if measure.empty_met else f"{measure.title}: chưa có số {measure.of}"
    percent = percent_of(num, den)
    shown = f"{measure.title}: {num}/{den} = {spoken(percent)} %"
    if condition.at_least is not None and percent < condition.at_least:
        return f"{shown}, cần từ {spoken(condition.at_least)} %"
    if condition.at_most is not None and percent > condition.at_most:
        return f"{shown}, không được quá {spoken(condition.at_most)} %"
    return ""


def class_rules(subject: str, day: date) -> ClassRules | None:
    """Return the rule for "collective" or "member" in force on a day, the newest first."""
    found = [
        rules
        for rules in all_class_rules()
        if rules.subject == subject
        and rules.valid_from <= day
        and (rules.valid_to is None or day <= rules.valid_to)
    ]
    return max(found, key=lambda rules: rules.valid_from, default=None)


@lru_cache(maxsize=1)
def all_class_rules() -> tuple[ClassRules, ...]:
    return read_class_rules(FILE.read_text(encoding="utf-8"))


def read_class_rules(text: str) -> tuple[ClassRules, ...]:
    """Read dated rules. Raises ValueError or KeyError for a text that names what is not there."""
    raw = tomllib.loads(text, parse_float=Decimal)
    return tuple(_rules(table) for table in raw["rules"])


def _rules(raw: dict[str, Any]) -> ClassRules:
    rules = ClassRules(
        code=raw["code"],
        subject=raw["subject"],
        title=raw["title"],
        source=raw["source"],
        valid_from=raw["valid_from"],
        valid_to=raw.get("valid_to"),
        parts=tuple(Part(one["code"], one["title"], _exact(one["max"])) for one in raw["parts"]),
        measures={
            one["code"]: Measure(one["code"], one["title"], one["of"], one["empty"] == "met")
            for one in raw["measures"]
        },
        facts={one["code"]: one["title"] for one in raw["facts"]},
        classes=tuple(
            AnnualClass(
                one["code"],
                one["title"],
                _exact(one["gte"]),
                tuple(_condition(condition) for condition in one["conditions"]),
            )
            for one in raw["classes"]
        ),
    )
    bounds = [one.gte for one in rules.classes]
    if bounds != sorted(set(bounds), reverse=True) or bounds[-1] != 0:
        raise ValueError(f"{rules.code}: the classes must descend to 0.")
    for one in rules.classes:
        for condition in one.conditions:
            if condition.code not in (rules.facts if condition.is_fact else rules.measures):
                raise ValueError(f"{rules.code}: {one.code} asks for unknown {condition.code}.")
    return rules


def _condition(raw: dict[str, Any]) -> Condition:
    if "fact" in raw:
        return Condition(raw["fact"])
    bounds = {key: _exact(raw[key]) for key in ("at_least", "at_most") if key in raw}
    if len(bounds) != 1:
        raise ValueError(f"A condition on {raw['measure']} needs at_least or at_most.")
    return Condition(raw["measure"], **bounds)


def _exact(value: Decimal | int) -> int:
    exact = hundredths(value)
    if exact is None:
        raise ValueError(f"{value} has more than two places.")
    return exact
