"""Decide the year sheets of a few cells of the demo, so that there is something to recognise."""

from django.utils import timezone

from evaluations.answers import answer_of
from evaluations.models import Decision, Evaluation, Period, Score, Stage, State
from evaluations.rules.engine import Scorer, Values, score_line
from tests.evaluations.decided import best

# What each cell loses, by line; the last one has a fact that bars it.
CELLS = {
    "P01-CB040": {},
    "P01-CB041": {"1.2": (19, 20)},
    "P01-CB042": {"1.2": (18, 20)},
    "P01-CB043": {"1.2": (16, 20)},
    "P01-CB044": {},
}
BARRED = "P01-CB044"


def decide() -> None:
    period = Period.objects.get(code="2026")
    sheets = Evaluation.objects.filter(period=period, unit__code__in=CELLS)
    for sheet in sheets.select_related("unit__parent", "criteria", "period_unit__kind"):
        _decide(sheet, CELLS[sheet.unit.code])


def _decide(sheet: Evaluation, lost: dict[str, tuple[int, int]]) -> None:
    rules = sheet.criteria.rules
    rows: list[Values] = [
        (code, "", *lost[code], False) if code in lost else best(line)
        for code, line in rules.indicators.items()
    ]
    vetoes = ["V2"] if sheet.unit.code == BARRED else []
    tally = Scorer(rules).score_values(
        rows, vetoes=vetoes, annual_class="HTTNV", kind=sheet.kind_code
    )
    sheet.decision, _ = Decision.objects.get_or_create(
        committee=sheet.unit.parent,
        period=sheet.period,
        number="01-QĐ/ĐU",
        signed_on=timezone.localdate(),
        defaults={"signer": "Phạm Văn Ký"},
    )
    sheet.state, sheet.submitted_at = State.DECIDED, timezone.now()
    sheet.final_total, sheet.level = tally.total, tally.level
    sheet.is_eligible, sheet.reasons = tally.eligible, list(tally.reasons)
    sheet.vetoes, sheet.annual_class = vetoes, "HTTNV"
    sheet.lines_done = sheet.lines_total
    sheet.save()
    Score.objects.bulk_create(_score(sheet, row) for row in rows)


def _score(sheet: Evaluation, row: Values) -> Score:
    code, option, num, den, na = row
    score = Score(
        evaluation=sheet, line=code, stage=Stage.FINAL, option=option or "", num=num, den=den, na=na
    )
    line = sheet.criteria.rules.indicators[code]
    score.points = score_line(line, answer_of(score, line)).points
    return score
