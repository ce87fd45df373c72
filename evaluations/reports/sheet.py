"""What the pages of a sheet show: each line with its answer, its points and last quarter's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaluations.answers import answer_of, fields_of, score_of
from evaluations.models import (
    Evaluation,
    LineReturn,
    MemberSheet,
    Score,
    Stage,
)
from evaluations.reasons import class_name
from evaluations.reports.line_talk import NO_MARKS, Marks
from evaluations.rules.checks import Check
from evaluations.rules.engine import LineOutcome, Outcome, score_line
from evaluations.rules.explain import answer_words
from evaluations.rules.structure import Group, Indicator
from evaluations.services.last_answers import Last, LastAnswers
from evaluations.services.locks import line_lock, returned_lines
from evaluations.services.suggestions import NAMES, Suggestion


@dataclass(frozen=True)
class LineView:
    """One line as shown. `typed` is what the user sent, kept in the field when refused."""

    indicator: Indicator
    score: Score | None
    outcome: LineOutcome
    typed: Mapping[str, str] = field(default_factory=dict)
    last: Last | None = None
    error: str = ""
    state: str = "saved"
    suggestion: Suggestion | None = None
    own: "LineView | None" = None
    is_waiting: bool = False
    # What is open for mending, or was mended, and why; `lock` says why another line is closed.
    returned: LineReturn | None = None
    lock: str = ""
    marks: Marks = NO_MARKS
    # What an appraiser has marked to send back; what came back mended.
    to_return: LineReturn | None = None
    mended: LineReturn | None = None
    # What to look at here before handing in.
    checks: tuple[Check, ...] = ()

    @property
    def key(self) -> str:
        return self.indicator.code.replace(".", "-")

    @property
    def version(self) -> int:
        return self.score.version if self.score else 0

    @property
    def is_empty(self) -> bool:
        return self.outcome.absent

    @property
    def num(self) -> str | int:
        return self._shown("num")

    @property
    def den(self) -> str | int:
        return self._shown("den")

    @property
    def option(self) -> str:
        return str(self._shown("option"))

    @property
    def na(self) -> bool:
        return bool(self.typed.get("na")) if self.typed else bool(self.score and self.score.na)

    @property
    def note(self) -> str:
        if "note" in self.typed:
            return self.typed["note"]
        return self.score.note if self.score else ""

    @property
    def text(self) -> str:
        """Return the answer in words: "38/40 (95,00 %)", "Khá", "không áp dụng"."""
        return answer_words(self.outcome)

    @property
    def is_as_suggested(self) -> bool:
        if self.suggestion is None:
            return False
        return self.text == answer_words(score_line(self.indicator, self.suggestion.answer))

    @property
    def hint(self) -> Mapping[str, Any]:
        """Return the suggested answer as the fields hold it, to show grey while they are empty."""
        if self.suggestion is None or self.typed:
            return {}
        return {name: value for name, value in fields_of(self.suggestion.answer).items() if value}

    @property
    def shows_note(self) -> bool:
        """Tell whether the explanation shows from the start."""
        return bool(self.note) or self.na

    @property
    def taken_from(self) -> str:
        """Return the sheets that the answer was taken from: "các quý"; "" if it was entered."""
        return NAMES.get(self.score.source, "") if self.score else ""

    @property
    def was(self) -> str:
        """Return in words what a line said when it was sent back; "" if it was not."""
        if self.mended is None:
            return ""
        return answer_words(score_line(self.indicator, self.mended.was))

    @property
    def is_changed(self) -> bool:
        """Tell whether the appraised answer differs from the self-scored one."""
        return not self.is_empty and self.own is not None and self.text != self.own.text

    @property
    def is_open(self) -> bool:
        """Tell whether the fields of an appraised line show from the start."""
        return bool(self.error) or self.is_changed

    @property
    def typed_text(self) -> str:
        """Return what the user sent, in words."""
        if self.na:
            return "không áp dụng"
        if self.indicator.options:
            chosen = self.indicator.option(self.option)
            return chosen.title if chosen else "bỏ trống"
        parts = [str(part) for part in (self.num, self.den) if part != ""]
        return "/".join(parts) or "bỏ trống"

    def _shown(self, name: str) -> str | int:
        if self.typed:
            return self.typed.get(name, "")
        value = getattr(self.score, name) if self.score else None
        return "" if value is None else value


@dataclass(frozen=True)
class GroupView:
    group: Group
    number: int
    points: int | None
    lines: list[LineView]

    @property
    def is_below_floor(self) -> bool:
        return self.points is not None and self.points < self.group.floor

    @property
    def done(self) -> int:
        return sum(not line.is_empty for line in self.lines)


@dataclass(frozen=True)
class SheetView:
    """A sheet at one stage, scored by the engine from its stored rows."""

    sheet: Evaluation | MemberSheet
    stage: str
    outcome: Outcome
    groups: list[GroupView]

    @property
    def done(self) -> int:
        return self.sheet.lines_total - len(self.outcome.missing)

    @property
    def missing(self) -> list[LineView]:
        wanted = set(self.outcome.missing)
        return [line for line in self.lines if line.indicator.code in wanted]

    @property
    def classes(self) -> list[tuple[str, str]]:
        """Return the classes of the year by code and name, best first; none if not asked for."""
        rules = self.sheet.criteria.rules
        if rules.recognition.annual_class_gte is None:
            return []
        return [(code, class_name(code)) for code in reversed(rules.annual_classes)]

    @property
    def lowest_class(self) -> str:
        return class_name(self.sheet.criteria.rules.recognition.annual_class_gte or "")

    @property
    def waiting(self) -> int:
        """Return how many lines wait to be appraised."""
        return sum(line.is_waiting for line in self.lines)

    @property
    def lines(self) -> list[LineView]:
        return [line for group in self.groups for line in group.lines]

    @property
    def to_return(self) -> list[LineView]:
        """Return the lines that an appraiser has marked to send back."""
        return [line for line in self.lines if line.to_return]

    @property
    def returned(self) -> list[LineView]:
        """Return the lines that the sheet was sent back for."""
        return [line for line in self.lines if line.returned]

    def line(self, code: str) -> LineView:
        return next(line for line in self.lines if line.indicator.code == code)


def stored_rows(sheet: Evaluation, stage: str) -> dict[str, Score]:
    return {row.line: row for row in sheet.scores.filter(stage=stage).select_related("by")}


def sheet_view(
    sheet: Evaluation | MemberSheet,
    stage: str,
    rows: Mapping[str, Score],
    *,
    last: LastAnswers | None = None,
    changed: Mapping[str, dict[str, Any]] | None = None,
    marks: Mapping[str, Marks] | None = None,
) -> SheetView:
    """Build the view of one stage; `changed` replaces attributes of the views of some lines."""
    rules = sheet.criteria.rules
    answers = {line: answer_of(rows.get(line), rules.indicators[line]) for line in rules.indicators}
    outcome = score_of(sheet, answers)
    last = last if last is not None else LastAnswers()
    returned = _returned(sheet, stage)
    groups = []
    for number, group in enumerate(rules.groups, start=1):
        lines = [
            LineView(
                indicator=line,
                score=rows.get(line.code),
                outcome=score_line(line, answers[line.code], kind=sheet.kind_code),
                last=last.get(line.code),
                **{
                    "returned": returned.get(line.code),
                    "lock": line_lock(line.code, returned),
                    "marks": (marks or {}).get(line.code, NO_MARKS),
                    **(changed or {}).get(line.code, {}),
                },
            )
            for line in group.indicators
        ]
        groups.append(GroupView(group, number, outcome.groups[group.code], lines))
    return SheetView(sheet, stage, outcome, groups)


def _returned(sheet: Evaluation | MemberSheet, stage: str) -> dict[str, LineReturn]:
    if isinstance(sheet, Evaluation) and stage == Stage.SELF:
        return returned_lines(sheet)
    return {}
