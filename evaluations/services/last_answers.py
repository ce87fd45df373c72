"""What a unit answered in the period before, and whether that still holds as an answer now."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from cells.models import User
from evaluations.answers import Answer, answer_of
from evaluations.models import CriteriaSet, Evaluation, Score, Stage, State
from evaluations.rules.check_limits import measured_in_members
from evaluations.rules.engine import AnswerError, score_line
from evaluations.rules.explain import answer_words
from evaluations.services.lineage import parents_of

KEPT = ("same", "rescaled")
CHANGED = "cách chấm dòng này đã đổi"
NO_REASON = "kỳ trước không áp dụng mà không ghi lý do"


@dataclass(frozen=True)
class Last:
    """The answer of the period before, in the words of then; `why_not` if it is not offered.

    `origin` says whose answer it is, "" for the unit's own. `holds` tells whether the engine
    takes it for the line as it is now.
    """

    text: str
    answer: Answer
    note: str = ""
    origin: str = ""
    holds: bool = True
    why_not: str = ""

    def __str__(self) -> str:
        return self.text


class LastAnswers(dict[str, Last]):
    """The last answers by line; `place` is the period they are of: "Quý III/2026"."""

    place = ""


def last_answers(sheet: Evaluation, user: User, *, judged: bool = False) -> LastAnswers:
    """Return the answers of the period before, by line; `judged`: as appraised by then.

    Without one of its own a unit takes those of the one unit it came of, marked as such, where
    `user` may see them. Those of several are another thing than its own: none.
    """
    before, origin = _sheet_before(sheet, user)
    if before is None:
        return LastAnswers()
    stage = before.stage_shown if judged else stage_before(before)
    rows = list(before.scores.filter(stage__in=[stage, Stage.SELF]))
    return answers_before(sheet, before, rows, stage=stage, origin=origin)


def stage_before(before: Evaluation) -> Stage:
    """Return the stage whose answers are carried over: what was decided, else what was entered."""
    return Stage.FINAL if before.state == State.DECIDED else Stage.SELF


def answers_before(
    sheet: Evaluation, before: Evaluation, rows: Iterable[Score], *, stage: str, origin: str = ""
) -> LastAnswers:
    """Return what the rows of an earlier sheet say for `sheet`; those of its own stage explain."""
    last = LastAnswers()
    last.place = before.period.title
    rows = list(rows)
    notes = {row.line: row.note for row in rows if row.stage == Stage.SELF}
    now = lines_now(sheet.criteria, before.criteria)
    for row in rows:
        if row.stage == stage and row.is_answered and row.line in now:
            code = now[row.line]
            last[code] = _last(sheet, before, code, row, notes.get(row.line, ""), origin)
    return last


def _last(
    sheet: Evaluation, before: Evaluation, code: str, row: Score, note: str, origin: str
) -> Last:
    then, line = before.criteria.rules.indicators[row.line], sheet.criteria.rules.indicators[code]
    answer = answer_of(row, then)
    text = answer_words(score_line(then, answer))
    holds, why_not = True, ""
    try:
        score_line(line, answer, kind=sheet.kind_code)
    except AnswerError:
        holds, why_not = False, CHANGED
    if not why_not and row.na and not note:
        why_not = NO_REASON
    if not why_not and line.input == "ratio" and measured_in_members(line.slug):
        why_not = _resized(before, sheet)
    # A reason belongs to what does not apply; another explanation belongs to its period.
    return Last(text, answer, note if row.na else "", origin, holds, why_not)


def _resized(before: Evaluation, sheet: Evaluation) -> str:
    """Return how the number of members has changed since, "" if it has not."""
    then, now = before.period_unit, sheet.period_unit
    if then.members != now.members:
        return f"số đảng viên nay là {now.members}, kỳ trước {then.members}"
    if None not in (then.attending, now.attending) and then.attending != now.attending:
        return f"số đảng viên tham gia nay là {now.attending}, kỳ trước {then.attending}"
    return ""


def _sheet_before(sheet: Evaluation, user: User) -> tuple[Evaluation | None, str]:
    """Return the sheet of the period before, and whose it is if not the unit's own."""
    own = _sheets_before(sheet).filter(unit=sheet.unit_id).first()
    if own:
        return own, ""
    parents = parents_of(sheet.unit, sheet.period.ends_on)
    if len(parents) != 1:
        return None, ""
    parent = parents[0]
    found = (
        _sheets_before(sheet)
        .filter(unit=parent.unit.pk, period__ends_on__lt=parent.effective_on)
        .filter(pk__in=Evaluation.objects.visible_to(user).values("pk"))
        .first()
    )
    return found, parent.words


def lines_now(criteria: CriteriaSet, before: CriteriaSet) -> dict[str, str]:
    """Return what the lines of the set before are called now, as far as they ask the same."""
    if criteria.pk == before.pk:
        return {code: code for code in criteria.rules.indicators}
    if criteria.succeeds_id != before.pk:
        return {}
    return {row.was: row.code for row in criteria.rules.relations if row.relation in KEPT}


def _sheets_before(sheet: Evaluation) -> QuerySet[Evaluation]:
    return (
        Evaluation.objects.filter(
            period__kind=sheet.period.kind, period__ends_on__lt=sheet.period.starts_on
        )
        .select_related("criteria", "period", "period_unit")
        .defer("criteria__text")
        .order_by("-period__ends_on")
    )
