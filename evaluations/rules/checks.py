"""What speaks against handing in a sheet as it stands. Only what is "high" stands in the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evaluations.rules.engine import Outcome
from evaluations.rules.structure import Criteria

Priority = Literal["high", "medium", "low"]
PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at; `line` is "" where it is about the whole sheet."""

    priority: Priority
    rule: str
    line: str
    text: str

    @property
    def place(self) -> str:
        """Return where on the page of the sheet it is."""
        return f"dong-{self.line.replace('.', '-')}" if self.line else "thanh-diem"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a sheet when it is checked."""

    criteria: Criteria
    outcome: Outcome
    answers: Mapping[str, Mapping[str, Any]]


Rule = Callable[[Facts], Iterable[Check]]


def missing(facts: Facts) -> Iterator[Check]:
    """Every line needs a result, or "không áp dụng"."""
    for code in facts.outcome.missing:
        yield Check("high", "missing", code, "Chưa chấm.")


RULES: tuple[Rule, ...] = (missing,)


def run(facts: Facts, rules: Iterable[Rule] = RULES) -> list[Check]:
    """Return what the rules find, the gravest first, within that in the order of the sheet."""
    places = {code: place for place, code in enumerate(["", *facts.criteria.indicators])}
    found = [check for rule in rules for check in rule(facts)]
    return sorted(found, key=lambda one: (PRIORITIES.index(one.priority), places[one.line]))
