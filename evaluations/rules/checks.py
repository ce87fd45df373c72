"""What speaks against handing in a sheet as it stands.

Only what is "high" stands in the way. What is "medium" is to be seen before, or explained at its
line; what is "low" is worth knowing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from evaluations.rules.engine import Outcome
from evaluations.rules.structure import Criteria, Indicator

Priority = Literal["high", "medium", "low"]
PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low")
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at; `line` is "" where it is about the whole sheet."""

    priority: Priority
    rule: str
    line: str
    text: str

    @property
    def key(self) -> str:
        """Return what names it: a person has seen this, and not another one."""
        return f"{self.rule}:{self.line}"

    @property
    def place(self) -> str:
        """Return where on the page of the sheet it is."""
        return f"dong-{self.line.replace('.', '-')}" if self.line else "thanh-diem"


@dataclass(frozen=True, slots=True)
class Size:
    """How many belong to a cell and how many attend, where that was counted, and its months."""

    members: int
    attending: int | None
    months: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What other sheets suggest for a line; `is_whole` says that none of them is left out."""

    answer: Answer
    words: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a sheet when it is checked. Answers that hold no more are left out."""

    criteria: Criteria
    outcome: Outcome
    answers: Mapping[str, Answer]
    kind: str | None = None
    vetoes: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    # The lines whose answer was taken from the sheets that feed them.
    fed: frozenset[str] = frozenset()
    advice: Mapping[str, Advice] = field(default_factory=dict)
    # Of the period before: which one, and its answers.
    before: str = ""
    last: Mapping[str, Answer] = field(default_factory=dict)
    size: Size | None = None
    # The lines that evidence is attached to.
    evidence: frozenset[str] = frozenset()
    # Lines that cannot be mended now: a sheet that came back for others alone.
    closed: frozenset[str] = frozenset()

    @property
    def lines(self) -> list[Indicator]:
        """Return the lines that are for cells of this kind."""
        return [line for line in self.criteria.indicators.values() if line.applies_to(self.kind)]

    def by_slug(self, slug: str) -> Indicator | None:
        return next((line for line in self.lines if line.slug == slug), None)


Rule = Callable[[Facts], Iterable[Check]]


def run(facts: Facts, rules: Iterable[Rule]) -> list[Check]:
    """Return what the rules find, the gravest first, within that in the order of the sheet."""
    places = {code: place for place, code in enumerate(["", *facts.criteria.indicators])}
    found = [_weighed(check, facts) for rule in rules for check in rule(facts)]
    return sorted(found, key=lambda one: (PRIORITIES.index(one.priority), places[one.line]))


def _weighed(check: Check, facts: Facts) -> Check:
    """Take the weight from what cannot be mended now, or has been explained at its line."""
    if check.line in facts.closed and check.rule != "missing":
        return replace(check, priority="low")
    if check.priority == "medium" and facts.notes.get(check.line):
        return replace(check, priority="low", text=f"{check.text} Đã có giải trình.")
    return check
