"""Checking a sheet before it is handed in: the facts from the database, the rules from `rules`."""

from collections.abc import Collection, Mapping, Sequence

from cells.models import User
from evaluations.answers import answers_of
from evaluations.models import Evaluation, Period, Score, Stage
from evaluations.rules.check_rules import RULES
from evaluations.rules.checks import Advice, Check, Facts, Size, run
from evaluations.rules.engine import Outcome
from evaluations.services.last_answers import LastAnswers, last_answers
from evaluations.services.locks import line_lock, returned_lines
from evaluations.services.suggestions import FEEDS, LAST, Suggestions, suggestions_of

MONTHS = {Period.Kind.MONTH: 1, Period.Kind.QUARTER: 3, Period.Kind.YEAR: 12}


def sheet_checks(sheet: Evaluation, outcome: Outcome, by: User) -> list[Check]:
    """Return what to look at on a sheet, all of it read anew."""
    rows = {row.line: row for row in sheet.scores.filter(stage=Stage.SELF)}
    last = last_answers(sheet, by)
    return checks_of(sheet, outcome, rows, last=last, suggested=suggestions_of(sheet, last))


def checks_of(
    sheet: Evaluation,
    outcome: Outcome,
    rows: Mapping[str, Score],
    *,
    last: LastAnswers,
    suggested: Suggestions,
) -> list[Check]:
    """Return what to look at on a sheet with its self-scored `rows`."""
    facts = Facts(
        criteria=sheet.criteria.rules,
        outcome=outcome,
        answers=answers_of(rows.values(), sheet.criteria.rules),
        kind=sheet.kind_code,
        vetoes=tuple(sheet.vetoes),
        notes={line: row.note for line, row in rows.items() if row.note},
        fed=frozenset(line for line, row in rows.items() if row.source in FEEDS),
        advice={
            line: Advice(one.answer, one.words, one.is_whole)
            for line, one in suggested.lines.items()
            if one.kind != LAST
        },
        before=last.place,
        last={line: one.answer for line, one in last.items() if one.holds},
        size=_size(sheet),
        evidence=frozenset(sheet.evidence_counts),
        closed=_closed(sheet),
    )
    return run(facts, RULES)


def _closed(sheet: Evaluation) -> frozenset[str]:
    returned = returned_lines(sheet)
    lines = sheet.criteria.rules.indicators if returned else ()
    return frozenset(line for line in lines if line_lock(line, returned))


def _size(sheet: Evaluation) -> Size | None:
    """Return the size of a cell; a committee counts what the register of a cell does not."""
    frozen = sheet.period_unit
    if not sheet.unit.is_cell:
        return None
    months = MONTHS[Period.Kind(sheet.period.kind)]
    return Size(frozen.members, frozen.attending, months)


def why_blocked(checks: Sequence[Check]) -> str:
    """Return what stands in the way of handing in, "" if nothing does."""
    blocking = [check for check in checks if check.priority == "high"]
    missing = [check.line for check in blocking if check.rule == "missing"]
    words = [f"Còn {len(missing)} dòng chưa chấm: {', '.join(missing)}."] if missing else []
    words += [
        f"{f'Dòng {check.line}: ' if check.line else ''}{check.text}"
        for check in blocking
        if check.rule != "missing"
    ]
    return " ".join(words)


def unseen(checks: Sequence[Check], seen: Collection[str]) -> list[Check]:
    """Return what is to be looked at before handing in and was not."""
    return [check for check in checks if check.priority == "medium" and check.key not in seen]
