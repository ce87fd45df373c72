"""The explanation page: each differing line, what the unit says to it, what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from cells.models import User
from evaluations.models import (
    Evaluation,
    Explanation,
    ExplanationAnswer,
    ExplanationRound,
    State,
)
from evaluations.reports.appraisal import appraisal_view
from evaluations.reports.sheet import LineView
from evaluations.services.explanations import Said, may_open, round_of, standing_words
from evaluations.services.last_answers import last_answers


@dataclass(frozen=True)
class ExplainedLine:
    """One line; `typed` is what was sent and not yet stored."""

    line: LineView
    said: Explanation | None
    answer: ExplanationAnswer | None
    typed: Said | None = None
    error: str = ""
    typed_answer: str = ""

    @property
    def text(self) -> str:
        if self.typed is not None:
            return self.typed.text
        return self.said.text if self.said else ""

    @property
    def agrees(self) -> bool:
        if self.typed is not None:
            return self.typed.agrees
        return bool(self.said and self.said.agrees)

    @property
    def waits(self) -> bool:
        """Tell whether what was said waits for an answer."""
        return bool(self.said and self.said.text and self.answer is None)


@dataclass(frozen=True)
class Explaining:
    """The newest round of a sheet (None: nobody asked) and its lines."""

    round: ExplanationRound | None
    lines: list[ExplainedLine]

    @property
    def waiting(self) -> int:
        return sum(line.waits for line in self.lines)


def explaining_of(
    sheet: Evaluation,
    user: User,
    *,
    typed: Mapping[str, Said] | None = None,
    answering: Mapping[str, tuple[str, str]] | None = None,
) -> Explaining:
    """Return the lines that differ, and those that were spoken of; `answering`: (text, error)."""
    found = round_of(sheet)
    said = standing_words(found) if found else {}
    answers = {row.line: row for row in found.answers.select_related("by")} if found else {}
    lines: list[ExplainedLine] = []
    # What an unfinished appraisal holds is for those who appraise.
    is_finished = sheet.state in (State.APPRAISED, State.DECIDED)
    if not is_finished and not may_open(sheet, user):
        return Explaining(found, lines)
    for line in appraisal_view(sheet, user, last=last_answers(sheet, user)).lines:
        code = line.indicator.code
        if not line.is_changed and code not in said:
            continue
        text, error = (answering or {}).get(code, ("", ""))
        own = (typed or {}).get(code)
        lines.append(ExplainedLine(line, said.get(code), answers.get(code), own, error, text))
    return Explaining(found, lines)
