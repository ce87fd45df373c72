"""Make one answer of what several other sheets say: quarters for a year, cells for a committee."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from evaluations.rules.answers import AnswerError
from evaluations.rules.engine import score_line
from evaluations.rules.structure import HowFed, Indicator

Answer = Mapping[str, Any]
NOT_APPLICABLE: Answer = {"na": True}


class Given(NamedTuple):
    """What one sheet answers to the line that feeds, oldest sheet first."""

    indicator: Indicator
    answer: Answer

    @property
    def is_na(self) -> bool:
        return score_line(self.indicator, self.answer).not_applicable

    @property
    def points(self) -> int:
        return score_line(self.indicator, self.answer).points or 0


def fed_answer(target: Indicator, how: HowFed, given: Sequence[Given]) -> Answer:
    """Return the answer that `given` suggests for a line; {} where they suggest none.

    What does not apply in a sheet counts in none; where it applies in no sheet, it does not in
    this one, if the line allows that.
    """
    applicable = [one for one in given if not one.is_na]
    if given and not applicable:
        return NOT_APPLICABLE if target.na else {}
    answer = _combined(how, applicable) if applicable else {}
    try:
        score_line(target, answer)
    except AnswerError:
        return {}
    return answer


def counted_answer(target: Indicator, num: int, den: int) -> Answer:
    """Return a share of sheets as an answer, {} where the line takes none."""
    answer = {"num": num, "den": den}
    try:
        score_line(target, answer)
    except AnswerError:
        return {}
    return answer


def _combined(how: HowFed, given: Sequence[Given]) -> Answer:
    if how == "last":
        return given[-1].answer
    if how == "worst":
        return min(given, key=lambda one: one.points).answer
    if how == "full":
        full = sum(one.points == one.indicator.max for one in given)
        return {"num": full, "den": len(given)}
    keys = given[0].answer.keys()
    if given[0].indicator.options or any(one.answer.keys() != keys for one in given):
        return {}
    return {key: sum(one.answer[key] for one in given) for key in keys}
