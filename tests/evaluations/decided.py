"""Decided sheets with stored answers, for rankings."""

from datetime import date

from cells.models import Unit
from evaluations.answers import answer_of
from evaluations.models import Decision, Evaluation, Period, Score, Stage, State
from evaluations.rules.engine import Scorer, Values, score_line
from evaluations.rules.structure import Indicator
from tests import factories

NO = {"option": "no", "num": None, "den": None, "na": False}


def quarter(code: str = "2026-Q3") -> Period:
    number = int(code[-1])
    return factories.PeriodFactory(
        code=code,
        starts_on=date(2026, 3 * number - 2, 1),
        ends_on=date(2026, 3 * number, 28),
        due_on=date(2026, 3 * number, 28),
    )


def best(line: Indicator) -> Values:
    if line.options:
        option = max(line.options, key=lambda option: option.points)
        return (line.code, option.code, None, None, False)
    if line.input == "count":
        return (line.code, "", line.bands[0].threshold // 100, None, False)
    return (line.code, "", 10, 10, False)


def decided(
    unit: Unit, period: Period, *, without=(), vetoes=(), members=20, criteria=None, **answers
):
    """Return a decided sheet, all best but for `answers` by line ("l1_1" is line 1.1).

    An answer is an option, (num, den), or "na"; lines in `without` are not answered.
    """
    given = {key[1:].replace("_", "."): value for key, value in answers.items()}
    criteria = criteria or factories.quarter_criteria()
    rules = criteria.rules
    rows = [
        _values(code, given[code]) if code in given else best(line)
        for code, line in rules.indicators.items()
        if code not in without
    ]
    kind = unit.kind.code if unit.kind else None
    tally = Scorer(rules).score_values(rows, vetoes=vetoes, kind=kind)
    decision, _ = Decision.objects.get_or_create(
        committee=unit.parent,
        period=period,
        number="1-QĐ/ĐU",
        signed_on=period.ends_on,
        defaults={"signer": "Người ký"},
    )
    sheet = factories.sheet(
        unit,
        period,
        members=members,
        criteria=criteria,
        state=State.DECIDED,
        final_total=tally.total,
        level=tally.level,
        is_eligible=tally.eligible,
        reasons=list(tally.reasons),
        vetoes=list(vetoes),
        decision=decision,
        submitted_at=factories.moment("2026-09-30"),
    )
    Score.objects.bulk_create(_final(sheet, row) for row in rows)
    return sheet


def _final(sheet: Evaluation, row: Values) -> Score:
    code, option, num, den, na = row
    score = Score(
        evaluation=sheet,
        line=code,
        stage=Stage.FINAL,
        option=option or "",
        num=num,
        den=den,
        na=na,
    )
    line = sheet.criteria.rules.indicators[code]
    score.points = score_line(line, answer_of(score, line)).points
    return score


def _values(code: str, answer) -> Values:
    if answer == "na":
        return (code, "", None, None, True)
    if isinstance(answer, tuple):
        return (code, "", *answer, False)
    return (code, answer, None, None, False)


def cells(parent: Unit, count: int) -> list[Unit]:
    return [factories.UnitFactory(parent=parent) for _ in range(count)]


def total_of(sheet: Evaluation) -> int:
    sheet.refresh_from_db()
    return sheet.final_total
