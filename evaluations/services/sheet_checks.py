"""Checking a sheet before it is handed in: the facts from the database, the rules from `rules`."""

from collections.abc import Mapping, Sequence

from evaluations.answers import answers_of
from evaluations.models import Evaluation, Score, Stage
from evaluations.rules.checks import Check, Facts, run
from evaluations.rules.engine import Outcome


def checks_of(
    sheet: Evaluation, outcome: Outcome, rows: Mapping[str, Score] | None = None
) -> list[Check]:
    """Return what to look at on a sheet; `rows` are its self-scored lines, if already read."""
    if rows is None:
        rows = {row.line: row for row in sheet.scores.filter(stage=Stage.SELF)}
    answers = answers_of(rows.values(), sheet.criteria.rules)
    return run(Facts(sheet.criteria.rules, outcome, answers))


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
