"""What the pages of entering show beside the sheet itself: what is suggested, what to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cells.models import User
from evaluations.models import Evaluation, Score, Stage
from evaluations.reports.line_talk import Marks
from evaluations.reports.sheet import LineView, SheetView, sheet_view, stored_rows
from evaluations.rules.checks import Check
from evaluations.services.last_answers import last_answers
from evaluations.services.sheet_checks import checks_of
from evaluations.services.suggestions import Suggestions, suggestions_of

# What is said at the line itself: that it is empty shows anyhow.
AT_THE_LINE = ("high", "medium")


@dataclass(frozen=True)
class Found:
    """Checks by weight, with the lines not yet scored as one."""

    missing: list[LineView]
    high: list[Check]
    medium: list[Check]
    low: list[Check]

    @property
    def blocking(self) -> int:
        return len(self.missing) + len(self.high)

    @property
    def alike(self) -> list[tuple[str, list[list[Check]]]]:
        """Return the checks by priority; those that say the same of several lines are one."""
        weights = (("high", self.high), ("medium", self.medium), ("low", self.low))
        return [(weight, _alike(checks)) for weight, checks in weights if checks]

    @property
    def is_clear(self) -> bool:
        return not (self.blocking or self.medium or self.low)


@dataclass(frozen=True)
class Entry:
    """A sheet while it is entered."""

    view: SheetView
    suggested: Suggestions
    checks: list[Check]

    @property
    def found(self) -> Found:
        rest = [check for check in self.checks if check.rule != "missing"]
        high, medium, low = (
            [check for check in rest if check.priority == priority]
            for priority in ("high", "medium", "low")
        )
        return Found(self.view.missing, high, medium, low)

    @property
    def to_take(self) -> int:
        """Return how many open lines without an answer have one from the sheets that feed them."""
        return len(self._offered(is_last=False))

    @property
    def carried(self) -> list[LineView]:
        """Return the open lines without an answer that could be answered as the period before."""
        return self._offered(is_last=True)

    @property
    def withheld(self) -> list[LineView]:
        """Return the open lines without an answer whose last one is not offered."""
        return [
            line for line in self.view.lines if _is_open(line) and line.last and line.last.why_not
        ]

    def _offered(self, *, is_last: bool) -> list[LineView]:
        lines = [line for line in self.view.lines if _is_open(line)]
        return [line for line in lines if line.suggestion and line.suggestion.is_last == is_last]


def entry_of(
    sheet: Evaluation,
    user: User,
    *,
    rows: Mapping[str, Score] | None = None,
    changed: Mapping[str, dict[str, Any]] | None = None,
    marks: Mapping[str, Marks] | None = None,
) -> Entry:
    """Return a sheet as `user` enters it; `changed` replaces attributes of some lines."""
    rows = stored_rows(sheet, Stage.SELF) if rows is None else rows
    last = last_answers(sheet, user)
    suggested = suggestions_of(sheet, last)
    merged: dict[str, dict[str, Any]] = {
        code: {"suggestion": one} for code, one in suggested.lines.items()
    }
    for code, more in (changed or {}).items():
        merged.setdefault(code, {}).update(more)
    view = sheet_view(sheet, Stage.SELF, rows, last=last, changed=merged, marks=marks)
    checks = checks_of(sheet, view.outcome, rows, last=last, suggested=suggested)
    for group in view.groups:
        group.lines[:] = [_with_checks(line, checks) for line in group.lines]
    return Entry(view, suggested, checks)


def _alike(checks: list[Check]) -> list[list[Check]]:
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.rule, check.text), []).append(check)
    return list(groups.values())


def _is_open(line: LineView) -> bool:
    return line.is_empty and not line.lock


def _with_checks(line: LineView, checks: list[Check]) -> LineView:
    code = line.indicator.code
    found = [check for check in checks if check.line == code and check.rule != "missing"]
    told = tuple(check for check in found if check.priority in AT_THE_LINE)
    return replace(line, checks=told) if told else line
