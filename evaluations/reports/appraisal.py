"""The appraisal of a sheet: each line as the unit scored it, beside what is made of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cells.models import User
from evaluations.models import Evaluation, LineReturn, Score, Stage
from evaluations.reports.line_talk import marks_of
from evaluations.reports.sheet import (
    GroupView,
    LineView,
    SheetView,
    sheet_view,
    stored_rows,
)
from evaluations.services.last_answers import LastAnswers
from evaluations.services.lines import closed_lines
from evaluations.services.waiting import lines_waiting


def _differs(line: LineView) -> bool:
    return line.is_changed


def _waits(line: LineView) -> bool:
    return line.is_waiting


def _returned(line: LineView) -> bool:
    return bool(line.to_return or line.mended)


def _flagged(line: LineView) -> bool:
    return bool(line.marks.flag)


def _differs_from_last(line: LineView) -> bool:
    return bool(line.own and line.own.last and line.own.last.text != line.own.text)


@dataclass(frozen=True)
class Filter:
    """One way to look at the lines of a sheet, with how many it shows."""

    code: str
    label: str
    holds: Callable[[LineView], bool]


FILTERS = (
    Filter("khac", "Khác tự chấm", _differs),
    Filter("cho", "Còn chờ", _waits),
    Filter("tra-lai", "Bị trả lại", _returned),
    Filter("danh-dau", "Có đánh dấu", _flagged),
    Filter("ky-truoc", "Khác kỳ trước", _differs_from_last),
)


@dataclass(frozen=True)
class Tab:
    code: str
    label: str
    count: int
    is_current: bool


def appraisal_view(
    sheet: Evaluation,
    user: User,
    *,
    last: LastAnswers | None = None,
    changed: Mapping[str, dict[str, Any]] | None = None,
    rows: Mapping[str, Score] | None = None,
) -> SheetView:
    """Return the appraised stage, each line with the self-scored one beside it.

    `rows` are those of the appraised stage where the caller has them.
    """
    own = sheet_view(sheet, Stage.SELF, stored_rows(sheet, Stage.SELF), last=last)
    waiting = set(lines_waiting(sheet))
    locks = closed_lines(sheet, user, appraising=True)
    marks, mended = _returns(sheet)
    beside = {
        line.indicator.code: {
            "own": line,
            "is_waiting": line.indicator.code in waiting,
            "lock": locks.get(line.indicator.code, ""),
            "to_return": marks.get(line.indicator.code),
            "mended": mended.get(line.indicator.code),
            **(changed or {}).get(line.indicator.code, {}),
        }
        for line in own.lines
    }
    rows = stored_rows(sheet, Stage.APPRAISED) if rows is None else rows
    told = marks_of(sheet)
    return sheet_view(sheet, Stage.APPRAISED, rows, last=last, changed=beside, marks=told)


def _returns(sheet: Evaluation) -> tuple[dict[str, LineReturn], dict[str, LineReturn]]:
    """Return what is marked, and what was sent back in the last round and came in again."""
    rows = list(sheet.line_returns.all())
    newest = max((row.round or 0 for row in rows), default=0)
    marks = {row.line: row for row in rows if row.round is None}
    mended = {row.line: row for row in rows if row.settled_at and row.round == newest}
    return marks, mended


def tabs_of(view: SheetView, chosen: str) -> list[Tab]:
    """Return the ways to look at the lines, and the whole sheet last."""
    found = [
        Tab(one.code, one.label, sum(map(one.holds, view.lines)), one.code == chosen)
        for one in FILTERS
    ]
    return [*found, Tab("", "Tất cả", len(view.lines), not any(tab.is_current for tab in found))]


def groups_shown(view: SheetView, chosen: str) -> list[GroupView]:
    """Return the groups with the lines to show: those that differ first."""
    holds = next((one.holds for one in FILTERS if one.code == chosen), None)
    shown = []
    for group in view.groups:
        lines = [line for line in group.lines if holds is None or holds(line)]
        if lines:
            lines.sort(key=lambda line: not line.is_changed)
            shown.append(replace(group, lines=lines))
    return shown
