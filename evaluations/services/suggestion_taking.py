"""Answering lines of a sheet as other sheets suggest."""

from collections.abc import Collection

from django.db import transaction

from cells.models import User
from evaluations.models import Evaluation, Score, Stage
from evaluations.services.last_answers import last_answers
from evaluations.services.lines import Change, closed_lines, lines_save
from evaluations.services.suggestions import FEEDS, LAST, Suggestion, suggestions_of


@transaction.atomic
def suggestion_take(
    *, sheet: Evaluation, line: str, by: User, door: str, version: int | None = None
) -> int:
    """Answer one line as suggested; return how many were (0 where nothing is suggested any more).

    Raises LockedError, and ConflictError where the line is not as `version` saw it.
    """
    suggested = suggestions_of(sheet, last_answers(sheet, by)).lines
    if line not in suggested:
        return 0
    row = sheet.scores.filter(stage=Stage.SELF, line=line).first()
    one = suggested[line]
    changes = [_change(one, row, version)]
    lines_save(sheet=sheet, changes=changes, by=by, door=door, source=one.kind)
    return 1


@transaction.atomic
def suggestions_take(
    *,
    sheet: Evaluation,
    by: User,
    door: str,
    kinds: Collection[str] = tuple(FEEDS),
    only: Collection[str] | None = None,
) -> list[str]:
    """Answer as suggested what is open and not answered, of some kinds; return those lines.

    `only` names the lines that were shown to the person. Raises LockedError.
    """
    last = last_answers(sheet, by) if LAST in kinds else None
    suggested = suggestions_of(sheet, last).lines
    rows = {row.line: row for row in sheet.scores.filter(stage=Stage.SELF)}
    closed = closed_lines(sheet, by, appraising=False)
    wanted = [
        code
        for code, one in suggested.items()
        if one.kind in kinds
        and code not in closed
        and (only is None or code in only)
        and (code not in rows or not rows[code].is_answered)
    ]
    for kind in kinds:
        changes = [
            _of_row(suggested[code], rows.get(code))
            for code in wanted
            if suggested[code].kind == kind
        ]
        if changes:
            lines_save(sheet=sheet, changes=changes, by=by, door=door, source=kind)
    return wanted


def _of_row(suggestion: Suggestion, row: Score | None) -> Change:
    return _change(suggestion, row, row.version if row else 0)


def _change(suggestion: Suggestion, row: Score | None, version: int | None) -> Change:
    """Return the change; a reason comes along where the line has none of its own."""
    note = suggestion.note if suggestion.note and not (row and row.note) else None
    code, words = suggestion.indicator.code, suggestion.words
    return Change(code, suggestion.answer, version, note, origin=words)
