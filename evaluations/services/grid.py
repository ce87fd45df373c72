"""Saving cells of a grid: lines of many sheets at once; each sheet whole or not at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.db import transaction

from cells import access
from cells.models import Door, User
from evaluations.models import Evaluation, Score
from evaluations.rules.engine import AnswerError, Outcome, score_line
from evaluations.services.errors import ConflictError, LockedError, RefusedError
from evaluations.services.lines import Change, Saved, lines_save
from evaluations.services.locks import line_lock, lock_status, returned_lines
from evaluations.sheet_columns import PartError, na_reason, ratio, read_cells

HELD = "Chưa lưu vì ô khác trên hàng này chưa lưu được."
NO_LINE = "Bộ tiêu chí của phiếu này không có dòng {line}."
UNKNOWN = "Không có phiếu của đơn vị này trong phạm vi nhập của đồng chí."


class Fate(StrEnum):
    """What became of the cells of one line; the words are those of `data-state`."""

    SAVED = "saved"
    ERROR = "error"
    CONFLICT = "conflict"
    LOCKED = "locked"
    # Nothing is wrong with it, but another line of the same sheet was refused.
    HELD = "held"


@dataclass(frozen=True)
class Entry:
    """What stands in the cells of one line, by part, and the version of the line that was seen."""

    unit: str
    line: str
    cells: Mapping[str, str]
    version: int


@dataclass(frozen=True)
class Result:
    entry: Entry
    fate: Fate
    message: str = ""
    part: str = ""
    # The row that stands now: what was saved, or in a conflict the other's.
    row: Score | None = None


@dataclass(frozen=True)
class SheetResult:
    """The results of one sheet; `sheet` and `outcome` where it was saved."""

    results: list[Result]
    sheet: Evaluation | None = None
    outcome: Outcome | None = field(default=None, repr=False)


def grid_save(
    *, entries: Iterable[Entry], sheets: Mapping[str, Evaluation], by: User
) -> list[SheetResult]:
    """Save entries into `sheets` (by the code of the unit), each sheet in its own transaction."""
    grouped: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        grouped[entry.unit][entry.line] = entry
    return [
        sheet_cells_save(sheet=sheets[unit], entries=[*lines.values()], by=by)
        if unit in sheets
        else _all([*lines.values()], Fate.LOCKED, UNKNOWN)
        for unit, lines in grouped.items()
    ]


def sheet_cells_save(*, sheet: Evaluation, entries: list[Entry], by: User) -> SheetResult:
    """Save all entries of one sheet, or none and say of each why."""
    if reason := lock_status(sheet, access.ENTER, user=by):
        return _all(entries, Fate.LOCKED, reason)
    changes, refused = _read(sheet, entries)
    refused |= _closed(sheet, entries)
    if refused:
        return _refused(entries, refused)
    try:
        saved, refused = _save(sheet, entries, changes, by)
    except LockedError as error:
        return _all(entries, Fate.LOCKED, error.message)
    except RefusedError as error:
        return _all(entries, Fate.ERROR, error.message)
    if saved is None:
        return _refused(entries, refused)
    results = [Result(entry, Fate.SAVED, row=saved.rows[entry.line]) for entry in entries]
    return SheetResult(results, saved.sheet, saved.outcome)


def _read(sheet: Evaluation, entries: list[Entry]) -> tuple[list[Change], dict[str, Result]]:
    """Return the changes the cells ask for, and by line what cannot be read."""
    changes, refused = [], {}
    for entry in entries:
        try:
            changes.append(_change(sheet, entry))
        except PartError as error:
            refused[entry.line] = Result(entry, Fate.ERROR, error.message, error.part)
        except AnswerError as error:
            refused[entry.line] = Result(entry, Fate.ERROR, error.message)
    return changes, refused


def _closed(sheet: Evaluation, entries: list[Entry]) -> dict[str, Result]:
    """Return by line what a return of single lines left closed."""
    returned = returned_lines(sheet)
    return {
        entry.line: Result(entry, Fate.LOCKED, reason)
        for entry in entries
        if (reason := line_lock(entry.line, returned))
    }


def _change(sheet: Evaluation, entry: Entry) -> Change:
    """Read the cells as the import reads those of a workbook; all blank takes the answer away."""
    indicator = sheet.criteria.rules.indicators.get(entry.line)
    if indicator is None:
        raise AnswerError(entry.line, NO_LINE.format(line=entry.line))
    parts = ("num", "den", "") if ratio(indicator) else ("",)
    cells = {part: entry.cells.get(part, "").strip() or None for part in parts}
    answer = read_cells(indicator, cells)
    score_line(indicator, answer, kind=sheet.kind_code)
    # "KAD: lý do" says why; what was said before stays where nothing is.
    reason = na_reason(cells) if answer.get("na") else ""
    return Change(entry.line, answer, entry.version, reason or None)


def _save(
    sheet: Evaluation, entries: list[Entry], changes: list[Change], by: User
) -> tuple[Saved | None, dict[str, Result]]:
    """Save the changes; where lines conflict, save none and return every conflict."""
    conflicts: dict[str, Result] = {}
    by_line = {entry.line: entry for entry in entries}
    left = list(changes)
    with transaction.atomic():
        saved = None
        while left and saved is None:
            try:
                saved = lines_save(sheet=sheet, changes=left, by=by, door=Door.WEB)
            except ConflictError as error:
                entry = by_line[error.line]
                conflicts[error.line] = Result(
                    entry, Fate.CONFLICT, error.message, row=error.theirs
                )
                left = [change for change in left if change.line != error.line]
        if conflicts:
            transaction.set_rollback(True)
    return (None if conflicts else saved), conflicts


def _refused(entries: list[Entry], refused: Mapping[str, Result]) -> SheetResult:
    held = Result(entries[0], Fate.HELD, HELD)
    return SheetResult([refused.get(entry.line) or replace(held, entry=entry) for entry in entries])


def _all(entries: list[Entry], fate: Fate, message: str) -> SheetResult:
    return SheetResult([Result(entry, fate, message) for entry in entries])
