"""The answers of the period before, of many sheets at once."""

from collections.abc import Iterable, Sequence

from cells.models import User
from evaluations.answers import answer_of
from evaluations.models import Evaluation, Score, Stage, State
from evaluations.reports.sheet import LastAnswers, answer_text, last_answers, lines_now
from evaluations.rules.engine import score_line


def last_answers_of(sheets: Sequence[Evaluation], user: User) -> dict[int, LastAnswers]:
    """Return by sheet what `last_answers` says of each; two queries, but for units new since."""
    before = _sheets_before(sheets)
    rows = _rows_of(before.values())
    found = {}
    for sheet in sheets:
        earlier = before.get((sheet.unit_id, sheet.period_id))
        if earlier is None:
            found[sheet.pk] = last_answers(sheet, user)
            continue
        last, lines = LastAnswers(), earlier.criteria.rules.indicators
        now = lines_now(sheet.criteria, earlier.criteria)
        for row in rows.get(earlier.pk, ()):
            if row.is_answered and row.line in now:
                line = lines[row.line]
                last[now[row.line]] = answer_text(score_line(line, answer_of(row, line)))
        found[sheet.pk] = last
    return found


def _sheets_before(sheets: Sequence[Evaluation]) -> dict[tuple[int, int], Evaluation]:
    """Return the latest earlier sheet of the same kind of period, by unit and period."""
    found: dict[tuple[int, int], Evaluation] = {}
    for period in {sheet.period for sheet in sheets}:
        units = {sheet.unit_id for sheet in sheets if sheet.period_id == period.pk}
        earlier = (
            Evaluation.objects.filter(
                unit__in=units, period__kind=period.kind, period__ends_on__lt=period.starts_on
            )
            .select_related("criteria")
            .defer("criteria__text")
            .order_by("-period__ends_on")
        )
        for sheet in earlier:
            found.setdefault((sheet.unit_id, period.pk), sheet)
    return found


def _rows_of(sheets: Iterable[Evaluation]) -> dict[int, list[Score]]:
    stages = {
        sheet.pk: Stage.FINAL if sheet.state == State.DECIDED else Stage.SELF for sheet in sheets
    }
    found: dict[int, list[Score]] = {}
    wanted = Score.objects.filter(evaluation__in=stages, stage__in=(Stage.FINAL, Stage.SELF))
    for row in wanted:
        if row.stage == stages[row.evaluation_id]:
            found.setdefault(row.evaluation_id, []).append(row)
    return found
