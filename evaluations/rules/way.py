"""The shortest way from what a sheet holds to a total: which lines, and how far each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evaluations.rules.engine import LineOutcome, Outcome, Scorer, score_line
from evaluations.rules.explain import nearest_number
from evaluations.rules.structure import Criteria, Group, Indicator

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    """A total in hundredths; with `floors` every group must reach its floor too."""

    total: int
    floors: bool = False

    def met_by(self, outcome: Outcome) -> bool:
        if outcome.total < self.total:
            return False
        return not self.floors or not any(reason.startswith("group_") for reason in outcome.reasons)


@dataclass(frozen=True, slots=True)
class Step:
    """One line to better: the answer that would just do, before and after."""

    indicator: Indicator
    before: LineOutcome
    after: LineOutcome
    answer: Answers

    @property
    def gain(self) -> int:
        return (self.after.points or 0) - (self.before.points or 0)


def shortest_way(criteria: Criteria, answers: Answers, goal: Goal) -> list[Step] | None:
    """Return the fewest lines to better, each no further than needed; None where none leads there.

    An empty list means that the goal is met. Vetoes and the class of the year bar a sheet
    whatever its points, so they are no part of the way.
    """
    search = _Search(criteria, answers, goal)
    if not search.gather():
        return None
    search.shorten()
    order = list(criteria.indicators)
    return sorted(search.taken.values(), key=lambda step: order.index(step.indicator.code))


class _Search:
    def __init__(self, criteria: Criteria, answers: Answers, goal: Goal) -> None:
        self.criteria, self.answers, self.goal = criteria, dict(answers), goal
        self.scorer = Scorer(criteria)
        self.taken: dict[str, Step] = {}
        self.weights = {
            line.code: weight
            for group in criteria.groups
            for weight in [_weight(group, answers)]
            for line in group.indicators
        }
        self.steps = {
            code: sorted(_steps(indicator, answers.get(code)), key=lambda step: step.gain)
            for code, indicator in criteria.indicators.items()
        }

    def outcome(self) -> Outcome:
        changed = {code: step.answer for code, step in self.taken.items()}
        return self.scorer.score(self.answers | changed)

    def gather(self) -> bool:
        """Take the lines with most to gain, first where a floor asks for it, until it is enough."""
        if self.goal.floors:
            for group in self.criteria.groups:
                lines = [line.code for line in group.indicators]
                while (points := self.outcome().groups[group.code]) is None or points < group.floor:
                    if not self._take_best(lines):
                        return False
        while not self.goal.met_by(self.outcome()):
            if not self._take_best(list(self.criteria.indicators)):
                return False
        return True

    def shorten(self) -> None:
        """Leave out what is not needed, and go no further on a line than needed."""
        for code in sorted(self.taken, key=lambda code: self.taken[code].gain):
            furthest = self.taken.pop(code)
            if self.goal.met_by(self.outcome()):
                continue
            for step in self.steps[code]:
                self.taken[code] = step
                if self.goal.met_by(self.outcome()):
                    break
            else:
                self.taken[code] = furthest

    def _take_best(self, codes: list[str]) -> bool:
        open_steps = [
            self.steps[code][-1] for code in codes if code not in self.taken and self.steps[code]
        ]
        if not open_steps:
            return False
        best = max(open_steps, key=lambda step: step.gain * self.weights[step.indicator.code])
        self.taken[best.indicator.code] = best
        return True


def _weight(group: Group, answers: Answers) -> Fraction:
    """Return what a point of the group counts for, as lines that do not apply leave it."""
    left = sum(
        line.max
        for line in group.indicators
        if not score_line(line, answers.get(line.code) or None).not_applicable
    )
    return Fraction(group.max, left) if left else Fraction(1)


def _steps(indicator: Indicator, answer: Any) -> Iterator[Step]:
    """Yield every better answer to a line; a line that does not apply has none."""
    before = score_line(indicator, answer or None)
    if before.not_applicable or before.empty:
        return
    for better in _better(indicator, before):
        after = score_line(indicator, better)
        if (after.points or 0) > (before.points or 0):
            yield Step(indicator, before, after, better)


def _better(indicator: Indicator, before: LineOutcome) -> Iterator[Answers]:
    if indicator.options:
        for option in indicator.options:
            yield {str(indicator.input): option.code}
        return
    for band in indicator.bands:
        if before.row is None:
            # Nothing is known of its numbers: the least that would enter the band of a hundred.
            num, den = 0, 100 if indicator.input == "ratio" else None
        else:
            num, den = before.row.num or 0, before.row.den
        wanted = nearest_number(indicator, band, num, den)
        if wanted is not None:
            yield {"count": wanted} if den is None else {"num": wanted, "den": den}
