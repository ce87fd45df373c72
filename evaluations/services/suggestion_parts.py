"""The sheets that another one is fed by: its months or quarters, the cells below it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Q

from evaluations.answers import Answer, answer_of
from evaluations.models import (
    Evaluation,
    Period,
    PeriodUnit,
    Recognition,
    RecognitionChoice,
    Score,
    Stage,
    State,
)
from evaluations.models.periods import QUARTERS
from evaluations.services.lineage import Origin, origins_of
from evaluations.services.periods import period_bounds

Kind = Literal["months", "quarters", "cells"]
# The stage that counts, by state; what is not handed in does not count.
STAGES = {
    State.SUBMITTED: Stage.SELF,
    State.APPRAISED: Stage.APPRAISED,
    State.DECIDED: Stage.FINAL,
}
NOT_HANDED_IN = "chưa nộp"
NOT_OPENED = "chưa mở kỳ"
NO_SHEET = "không có phiếu"


@dataclass
class Part:
    """One sheet that is looked at, or the place of one that is missing; `answers` by line."""

    label: str
    sheet: Evaluation | None = None
    why_not: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        return not self.why_not


def parts_of(sheet: Evaluation, kind: Kind, lines: Collection[str]) -> list[Part]:
    """Return what feeds `sheet`, in order of time or of the tree, with its answers to `lines`."""
    parts = _cells(sheet) if kind == "cells" else _periods(sheet, shorter(sheet.period, kind))
    _read_answers(parts, lines)
    return parts


def origins_within(sheet: Evaluation) -> tuple[Origin, ...]:
    """Return what the unit came of during the period: results of theirs are never added."""
    origins = origins_of(sheet.unit, sheet.period.ends_on)
    return tuple(one for one in origins if one.effective_on > sheet.period.starts_on)


def recognised_among(sheet: Evaluation, parts: Iterable[Part]) -> frozenset[int] | None:
    """Return the sheets whose cells hold the title by decision of the unit of `sheet`.

    None where it has not decided yet.
    """
    decisions = Recognition.objects.filter(committee=sheet.unit_id, period=sheet.period_id)
    if not decisions.filter(state=Recognition.State.ISSUED).exists():
        return None
    held = RecognitionChoice.objects.open().filter(
        evaluation__in=[part.sheet.pk for part in parts if part.sheet]
    )
    return frozenset(held.values_list("evaluation_id", flat=True))


def shorter(period: Period, kind: Kind) -> dict[str, str]:
    """Return the codes of the quarters or months within a period, each with its label."""
    year = period.starts_on.year
    if kind == "quarters":
        known = {f"{year}-Q{n}": f"Quý {QUARTERS[n - 1]}" for n in range(1, 5)}
    else:
        known = {f"{year}-M{n:02}": f"Tháng {n}" for n in range(1, 13)}
    return {
        code: label
        for code, label in known.items()
        if period.starts_on <= period_bounds(code)[1] <= period.ends_on
    }


def _cells(sheet: Evaluation) -> list[Part]:
    found = (
        Evaluation.objects.owed()
        .filter(period=sheet.period_id, period_unit__committee=sheet.unit_id, unit__is_cell=True)
        .select_related("unit", "period", "criteria", "period_unit")
        .defer("criteria__text")
        .order_by("path")
    )
    return [Part(one.period_unit.name, one, _why_not(one)) for one in found]


def _periods(sheet: Evaluation, labels: Mapping[str, str]) -> list[Part]:
    """Return the sheets of the same unit in each shorter period; none where none was opened."""
    opened = set(Period.objects.opened().filter(code__in=labels).values_list("code", flat=True))
    if not opened:
        return []
    own = Evaluation.objects.filter(unit=sheet.unit_id, period__code__in=opened)
    own = own.select_related("unit", "period", "criteria").defer("criteria__text")
    sheets = {one.period.code: one for one in own}
    frozen = PeriodUnit.objects.filter(unit=sheet.unit_id, period__code__in=opened)
    reasons = dict(frozen.values_list("period__code", "reason"))
    parts = []
    for code, label in labels.items():
        if code in sheets:
            parts.append(Part(label, sheets[code], _why_not(sheets[code])))
        else:
            missing = reasons.get(code) or NO_SHEET
            parts.append(Part(label, None, missing if code in opened else NOT_OPENED))
    return parts


def _why_not(sheet: Evaluation) -> str:
    return "" if sheet.state in STAGES else NOT_HANDED_IN


def _read_answers(parts: Iterable[Part], lines: Collection[str]) -> None:
    """Put the answers of the stage that counts on each part: one query."""
    by_sheet = {part.sheet.pk: part for part in parts if part.sheet and part.counts}
    if not by_sheet:
        return
    stage = Q(pk__in=[])
    for state, read in STAGES.items():
        stage |= Q(evaluation__state=state, stage=read)
    for row in Score.objects.filter(stage, evaluation__in=by_sheet, line__in=lines):
        part = by_sheet[row.evaluation_id]
        assert part.sheet  # noqa: S101 - only those with one are read
        indicator = part.sheet.criteria.rules.indicators.get(row.line)
        if indicator and (answer := answer_of(row, indicator)):
            part.answers[row.line] = answer
