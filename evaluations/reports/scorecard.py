"""The scorecard of a sheet: its result, what each line lost, and how it stands in time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cells.models import User
from evaluations.answers import answer_of, answers_of, score_of
from evaluations.models import CellVote, Evaluation, Period, RankingRow, Score, Stage, State
from evaluations.reasons import class_name, in_words, verdict
from evaluations.reports.criteria_breaks import CriteriaBreak, criteria_breaks
from evaluations.reports.recomputations import Recomputed, recomputed_of
from evaluations.reports.trend import TrendRow, trend_of
from evaluations.rules.engine import Outcome, score_line
from evaluations.rules.explain import LineExplanation, explain, explain_line
from evaluations.rules.numbers import spoken
from evaluations.rules.structure import Criteria, Indicator, Veto
from evaluations.services.suggestions import NAMES

STAGE_OF_STATE = {State.DECIDED: Stage.FINAL, State.APPRAISED: Stage.APPRAISED}
SETTLED = (State.APPRAISED, State.DECIDED)


@dataclass(frozen=True)
class Change:
    """What the cell gave itself where the appraiser saw it differently, and why."""

    own: LineExplanation
    appraised: LineExplanation
    reason: str


@dataclass(frozen=True)
class Line:
    """One line with its explanation; `applied` names the band alone, "" for a chosen option."""

    indicator: Indicator
    explanation: LineExplanation
    applied: str
    is_na: bool
    is_absent: bool
    change: Change | None
    # What the cell wrote to it, and what its answer was taken over from.
    note: str = ""
    taken_from: str = ""


@dataclass(frozen=True)
class GroupResult:
    """One of the four goods; points in hundredths, None where undetermined."""

    number: int
    title: str
    points: int | None
    max: int
    floor: int
    floor_percent: int
    lines: tuple[Line, ...]

    @property
    def passes(self) -> bool:
        return self.points is not None and self.points >= self.floor


@dataclass(frozen=True)
class PastSheet:
    """A sheet of the same unit in a list of periods; no level before it is appraised."""

    period: Period
    state: str
    total: int | None
    level: str
    is_current: bool


@dataclass(frozen=True)
class Scorecard:
    """Everything the page of one sheet shows."""

    sheet: Evaluation
    stage: Stage
    total: int | None
    maximum: int
    level: str
    is_eligible: bool | None
    verdict: str
    reasons: tuple[str, ...]
    groups: tuple[GroupResult, ...]
    vetoes: tuple[Veto, ...]
    class_name: str
    vote: CellVote | None
    appraised_lines: int
    recent: tuple[TrendRow, ...]
    criteria_breaks: tuple[CriteriaBreak, ...]
    periods: tuple[PastSheet, ...]
    place: RankingRow | None
    # The stored total is not what the stored answers give: an alarm, never a silent change.
    stored_total_differs: bool
    # Signed recomputes of the decided result, newest first.
    recomputed: tuple[Recomputed, ...]

    @property
    def has_months(self) -> bool:
        return any(past.period.kind == Period.Kind.MONTH for past in self.periods)


def scorecard_of(*, user: User, period: str, code: str) -> Scorecard | None:
    """Return the scorecard that `user` may see, or None where there is no such sheet."""
    sheet = (
        Evaluation.objects.visible_to(user)
        .select_related(
            "period",
            "unit",
            "criteria",
            "period_unit__parent",
            "period_unit__committee",
            "period_unit__kind",
            "decision__committee",
            "submitted_by",
            "appraised_by",
        )
        .defer("criteria__text")
        .filter(period__code=period, unit__code=code)
        .first()
    )
    return None if sheet is None else _build(sheet, user)


def sheets_of_unit(*, user: User, code: str) -> list[Evaluation]:
    """Return the sheets of a unit that `user` may see, newest period first."""
    return list(
        Evaluation.objects.visible_to(user)
        .filter(unit__code=code)
        .select_related("period", "unit")
        .order_by("-period__ends_on", "period__kind")
    )


def _build(sheet: Evaluation, user: User) -> Scorecard:
    rules = sheet.criteria.rules
    by_stage: dict[str, dict[str, Score]] = {stage: {} for stage in Stage.values}
    for row in sheet.scores.all():
        by_stage[row.stage][row.line] = row
    stage = STAGE_OF_STATE.get(State(sheet.state), Stage.SELF)
    answers = answers_of(by_stage[stage].values(), rules)
    outcome = score_of(sheet, answers)
    begun = bool(answers)
    frozen = sheet.state == State.DECIDED
    total = (sheet.final_total if frozen else outcome.total) if begun or frozen else None
    level = (sheet.level if frozen else outcome.level) if begun or frozen else ""
    eligible = (sheet.is_eligible if frozen else outcome.eligible) if begun or frozen else None
    sheets = sheets_of_unit(user=user, code=sheet.unit.code)
    recent = trend_of(sheet, own=sheets, user=user, total=total, level=level)
    past = tuple(_past(other, sheet, total, level) for other in sheets)
    return Scorecard(
        sheet=sheet,
        stage=stage,
        total=total,
        maximum=sum(group.max for group in rules.groups),
        level=level,
        is_eligible=eligible,
        verdict=verdict(sheet.period.kind, eligible),
        reasons=in_words(
            sheet.reasons if frozen else outcome.reasons if begun else (),
            rules,
            total=total,
            groups=outcome.groups,
            missing=outcome.missing,
            annual_class=sheet.annual_class,
        ),
        groups=_groups(rules, explain(rules, answers, outcome), outcome, by_stage, stage),
        vetoes=tuple(veto for veto in rules.vetoes if veto.code in sheet.vetoes),
        class_name=class_name(sheet.annual_class),
        vote=CellVote.objects.standing_of(sheet),
        appraised_lines=sum(row.is_answered for row in by_stage[Stage.APPRAISED].values()),
        recent=recent,
        criteria_breaks=criteria_breaks(recent),
        periods=past,
        place=_place(sheet),
        stored_total_differs=frozen and sheet.final_total != outcome.total,
        recomputed=recomputed_of(sheet) if frozen else (),
    )


def _groups(
    rules: Criteria,
    explanations: Iterable[LineExplanation],
    outcome: Outcome,
    by_stage: Mapping[str, Mapping[str, Score]],
    stage: Stage,
) -> tuple[GroupResult, ...]:
    explained = {item.line: item for item in explanations}
    return tuple(
        GroupResult(
            number=number,
            title=group.title,
            points=outcome.groups[group.code],
            max=group.max,
            floor=group.floor,
            floor_percent=group.floor_percent,
            lines=tuple(
                _line(line, explained[line.code], by_stage, stage) for line in group.indicators
            ),
        )
        for number, group in enumerate(rules.groups, start=1)
    )


def _line(
    indicator: Indicator,
    explanation: LineExplanation,
    by_stage: Mapping[str, Mapping[str, Score]],
    stage: Stage,
) -> Line:
    scored = by_stage[stage].get(indicator.code)
    own = by_stage[Stage.SELF].get(indicator.code)
    absent = scored is None or not scored.is_answered
    return Line(
        indicator=indicator,
        explanation=explanation,
        applied=_applied(explanation),
        is_na=explanation.points is None and not absent,
        is_absent=absent,
        change=_change(
            indicator,
            own,
            by_stage[Stage.APPRAISED if stage == Stage.SELF else stage].get(indicator.code),
        ),
        note=own.note if own else "",
        taken_from=NAMES.get(own.source, "") if own else "",
    )


def _applied(explanation: LineExplanation) -> str:
    """Return the rule without the input and the points, which stand in their own columns."""
    if explanation.points is None:
        return ""
    points = f"{spoken(explanation.points)} điểm"
    rule = explanation.rule.removeprefix(f"{explanation.input}: ")
    return "" if rule == points else rule.removesuffix(f": {points}")


def _change(indicator: Indicator, own: Score | None, appraised: Score | None) -> Change | None:
    """Return the difference, unless the cell has answered anew since it was appraised."""
    if own is None or appraised is None or own.at > appraised.at or not appraised.is_answered:
        return None
    before, after = answer_of(own, indicator), answer_of(appraised, indicator)
    if before == after:
        return None
    return Change(_said(indicator, before), _said(indicator, after), appraised.note)


def _said(indicator: Indicator, answer: dict[str, Any]) -> LineExplanation:
    return explain_line(score_line(indicator, answer))


def _past(other: Evaluation, shown: Evaluation, total: int | None, level: str) -> PastSheet:
    if other.pk == shown.pk:
        return PastSheet(shown.period, shown.state, total, level, is_current=True)
    totals = {State.DECIDED: other.final_total, State.APPRAISED: other.appraised_total}
    return PastSheet(
        period=other.period,
        state=other.state,
        total=totals.get(State(other.state), other.self_total),
        level=other.level if other.state in SETTLED else "",
        is_current=False,
    )


def _place(sheet: Evaluation) -> RankingRow | None:
    """Return where the sheet stands in the newest ranking that holds it."""
    return (
        RankingRow.objects.filter(evaluation=sheet)
        .select_related("ranking__scope")
        .order_by("-ranking__built_at", "-pk")
        .first()
    )
