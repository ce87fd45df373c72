"""What the papers of a recognition draw from: its draft, or the decision as it was made."""

from dataclasses import dataclass
from typing import NamedTuple

from cells.models import Unit
from evaluations.models import Evaluation, Period, Recognition
from evaluations.services.recognition_board import Board, board_of


class Line(NamedTuple):
    """A cell in a list: as it was before those who decided."""

    sheet: Evaluation
    total: int
    reason: str


@dataclass(frozen=True)
class Content:
    """What both papers draw from."""

    committee: Unit
    period: Period
    recognition: Recognition | None
    chosen: tuple[Line, ...]
    passed: tuple[Line, ...]
    held: int
    board: Board
    caps: tuple[str, ...]

    @property
    def is_draft(self) -> bool:
        return self.recognition is None or self.recognition.is_draft

    @property
    def noun(self) -> str:
        return self.board.subject.noun

    @property
    def award(self) -> str:
        """Return what is recognised: “danh hiệu “Chi bộ bốn tốt” năm 2026”."""
        return f"danh hiệu “{self.board.subject.title}” {self.year}"

    @property
    def year(self) -> str:
        return self.period.title.lower()


def content_of_draft(board: Board) -> Content:
    return Content(
        committee=board.committee,
        period=board.period,
        recognition=board.draft,
        chosen=tuple(Line(one.sheet, one.total, one.choice.reason) for one in board.chosen),
        passed=tuple(
            Line(one.sheet, one.total, one.choice.reason)
            for one in board.candidates
            if not one.choice.is_chosen and not one.held
        ),
        held=len(board.held),
        board=board,
        caps=tuple(pool.cap.formula for pool in board.pools if pool.cap),
    )


def content_of_issued(made: Recognition) -> Content:
    """Return what a decision held on its day; its lists and caps are those frozen with it."""
    rows = made.choices.select_related(
        "evaluation__unit", "evaluation__period_unit", "evaluation__decision"
    )
    lines = [(row.is_chosen, Line(row.evaluation, row.total or 0, row.reason)) for row in rows]
    return Content(
        committee=made.committee,
        period=made.period,
        recognition=made,
        chosen=tuple(line for chosen, line in lines if chosen),
        passed=tuple(line for chosen, line in lines if not chosen),
        held=sum(pool["held"] for pool in made.quota),
        board=board_of(made.committee, made.period),
        caps=tuple(pool["formula"] for pool in made.quota if "formula" in pool),
    )
