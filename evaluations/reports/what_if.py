"""What a sheet would come to with other values; nothing of it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluations.answers import answers_of, fields_of
from evaluations.inputs import read_posted
from evaluations.models import Evaluation, Score
from evaluations.reports.sheet import SheetView, sheet_view, stored_rows
from evaluations.rules.engine import AnswerError, Outcome
from evaluations.rules.explain import answer_words
from evaluations.rules.structure import Criteria
from evaluations.rules.way import Goal, Step, shortest_way

FIELDS = ("option", "num", "den", "na")


@dataclass(frozen=True)
class WayView:
    """The way to one goal: the lines to better, or none that leads there."""

    title: str
    steps: list["StepView"]
    is_open: bool


@dataclass(frozen=True)
class StepView:
    code: str
    title: str
    before: str
    after: str
    gain: int

    @property
    def key(self) -> str:
        return self.code.replace(".", "-")

    @classmethod
    def of(cls, step: Step) -> "StepView":
        before, after = answer_words(step.before), answer_words(step.after)
        return cls(step.indicator.code, step.indicator.title, before, after, step.gain)


@dataclass(frozen=True)
class WhatIf:
    """A sheet tried with other values; `stored` is what the sheet itself comes to."""

    view: SheetView
    stored: Outcome
    ways: list[WayView]
    changed: int

    @property
    def difference(self) -> int:
        return self.view.outcome.total - self.stored.total

    @property
    def fall(self) -> int:
        return -self.difference

    @property
    def vetoes(self) -> list[str]:
        sheet = self.view.sheet
        return [veto.title for veto in sheet.criteria.rules.vetoes if veto.code in sheet.vetoes]

    @property
    def has_errors(self) -> bool:
        return any(line.error for group in self.view.groups for line in group.lines)


def what_if(sheet: Evaluation, posted: Mapping[str, str] | None = None) -> WhatIf:
    """Try the values in `posted`, fields such as "1.2-num"; without them those of the sheet.

    A value that cannot be read stays as typed, with its message, and its line counts as absent.
    """
    stage = sheet.stage_shown
    rows = stored_rows(sheet, stage)
    stored = sheet_view(sheet, stage, rows)
    rules = sheet.criteria.rules
    answers = answers_of(rows.values(), rules)
    tried = answers if posted is None else {}
    changed: dict[str, dict[str, Any]] = {}
    for code, indicator in rules.indicators.items() if posted is not None else ():
        typed = {name: (posted or {}).get(f"{code}-{name}", "") for name in FIELDS}
        changed[code] = {"typed": typed}
        try:
            if answer := read_posted(indicator, typed):
                tried[code] = answer
        except AnswerError as error:
            changed[code]["error"] = error.message
    view = _view(sheet, stage, tried, changed)
    return WhatIf(
        view=view,
        stored=stored.outcome,
        ways=list(_ways(rules, tried, view.outcome)),
        changed=sum(tried.get(code) != answers.get(code) for code in rules.indicators),
    )


def _view(
    sheet: Evaluation, stage: str, tried: dict[str, Any], changed: dict[str, dict[str, Any]]
) -> SheetView:
    """Return the view of the tried answers; one that the rules refuse counts as absent."""
    while True:
        rows = {code: Score(line=code, **fields_of(answer)) for code, answer in tried.items()}
        try:
            return sheet_view(sheet, stage, rows, changed=changed)
        except AnswerError as error:
            if error.line is None or error.line not in tried:
                raise
            del tried[error.line]
            changed.setdefault(error.line, {})["error"] = error.message


def _ways(rules: Criteria, answers: Mapping[str, Any], outcome: Outcome) -> list[WayView]:
    """Return the way to recognition, where points are in it, and to the next level."""
    goals = []
    if any(reason == "total_below" or reason.startswith("group_") for reason in outcome.reasons):
        goals.append(("Đủ điểm và sàn bốn nhóm", Goal(rules.recognition.total_gte, floors=True)))
    above = [level for level in rules.levels if level.gte > outcome.total]
    if above:
        goals.append((f"Lên mức {above[-1].title}", Goal(above[-1].gte)))
    ways = []
    for title, goal in goals:
        steps = shortest_way(rules, answers, goal)
        views = [StepView.of(step) for step in steps or ()]
        ways.append(WayView(title, views, steps is not None))
    return ways
