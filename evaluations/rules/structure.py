"""What a criteria set is made of. Points and percents are integer hundredths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from evaluations.rules.quota import Quota

Input = Literal["grade", "choice", "count", "ratio"]
EmptyRule = Literal["full", "zero", "na"]
Evidence = Literal["none", "optional", "required", "evidence_or_explanation"]
HowFed = Literal["sum", "last", "worst", "full", "eligible"]
Likeness = Literal["same", "rescaled", "partly", "new", "dropped"]


@dataclass(frozen=True, slots=True)
class Grade:
    """A mark a panel may give; `share` of the line's maximum, as (numerator, denominator)."""

    code: str
    title: str
    share: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a line; the grades of a graded line appear here too, with their points."""

    code: str
    title: str
    points: int


@dataclass(frozen=True, slots=True)
class Band:
    """Points from a threshold up; a `strict` threshold is itself outside the band.

    The threshold is in hundredths of a percent (ratio) or of a unit (count).
    """

    threshold: int
    strict: bool
    points: int

    def holds(self, value: int) -> bool:
        return value > self.threshold if self.strict else value >= self.threshold


@dataclass(frozen=True, slots=True)
class Feed:
    """The line of other sheets that suggests an answer: of shorter periods, of the cells below.

    `sum` adds the numbers of the sheets, `last` takes the answer of the last one, `worst` the one
    with the fewest points; `full` counts the sheets that have full points among those that answer
    the line, `eligible` those that are eligible among all, whatever the line.
    """

    code: str
    how: HowFed


@dataclass(frozen=True, slots=True)
class Relation:
    """What a line was called in the set before; `code` is "" for dropped lines, `was` for new."""

    code: str
    was: str
    relation: Likeness


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of the sheet; without `kinds` it is for cells of every kind."""

    code: str
    slug: str
    title: str
    max: int
    input: Input
    source: str
    guidance: str = ""
    num_label: str = ""
    den_label: str = ""
    options: tuple[Option, ...] = ()
    bands: tuple[Band, ...] = ()
    empty: EmptyRule | None = None
    na: bool = False
    may_exceed_100: bool = False
    kinds: tuple[str, ...] = ()
    data_source: str = ""
    cutoff: str = ""
    evidence: Evidence = "optional"
    from_month: Feed | None = None
    from_quarter: Feed | None = None
    from_cells: Feed | None = None

    def applies_to(self, kind: str | None) -> bool:
        """Tell whether cells of `kind` answer this line; an unknown kind answers every line."""
        return not self.kinds or kind is None or kind in self.kinds

    def option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True)
class Group:
    """One of the four goods; `floor_percent` of its maximum must be reached."""

    code: str
    title: str
    max: int
    floor_percent: int
    indicators: tuple[Indicator, ...]

    @property
    def floor(self) -> int:
        """Return the fewest points that pass the floor."""
        return -(-self.max * self.floor_percent // 10_000)


@dataclass(frozen=True, slots=True)
class Veto:
    """A fact that bars recognition whatever the points."""

    code: str
    slug: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Level:
    """A name for totals from `gte` up."""

    code: str
    title: str
    gte: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a sheet needs besides floors and no veto; no class means none is asked for."""

    total_gte: int
    annual_class_gte: str | None


@dataclass(frozen=True)
class Criteria:
    """One dated criteria set."""

    code: str
    subject: str
    period: str
    title: str
    source: str
    valid_from: date
    valid_to: date | None
    grades: tuple[Grade, ...]
    annual_classes: tuple[str, ...]
    recognition: Recognition
    levels: tuple[Level, ...]
    groups: tuple[Group, ...]
    vetoes: tuple[Veto, ...]
    quota: Quota | None = None
    legal_basis: tuple[str, ...] = ()
    version: int = 1
    succeeds: str | None = None
    relations: tuple[Relation, ...] = ()
    indicators: Mapping[str, Indicator] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lines = {line.code: line for group in self.groups for line in group.indicators}
        object.__setattr__(self, "indicators", MappingProxyType(lines))

    def level(self, total: int) -> Level:
        """Return the level of a total; the levels descend to zero."""
        for level in self.levels:
            if total >= level.gte:
                return level
        return self.levels[-1]
