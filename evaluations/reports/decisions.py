"""What waits for a decision: the desk of one committee in one period."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cells import access
from cells.models import Unit, User
from evaluations.models import CriteriaSet, Evaluation, Period, State
from evaluations.reasons import in_words, verdict
from evaluations.services import locks

DECIDING = (access.DECIDE, access.DECIDE_COMMITTEE)


@dataclass(frozen=True)
class Row:
    """An appraised sheet as it would be decided."""

    sheet: Evaluation
    difference: int | None
    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """A committee within reach, with how its sheets stand."""

    committee: Unit
    expected: int
    unsubmitted: int
    submitted: int
    appraised: int
    decided: int


@dataclass(frozen=True)
class Desk:
    """The committees one may decide for, and the rows of the chosen one (None: of none)."""

    period: Period
    choices: tuple[Choice, ...]
    chosen: Choice | None
    queryset: QuerySet[Evaluation]
    rows: tuple[Row, ...]
    closed: str
    # What is appraised but waits for an explanation or its answer, each with why.
    held_up: tuple[tuple[Evaluation, str], ...] = ()

    @property
    def committee(self) -> Unit | None:
        return self.chosen.committee if self.chosen else None


def desk_of(user: User, period: Period, code: str) -> Desk:
    """Return the desk of the committee `code`; without it, of the one with most to decide."""
    choices = _choices(user, period)
    chosen = next((choice for choice in choices if choice.committee.code == code), None)
    chosen = chosen or max(choices, key=lambda choice: choice.appraised, default=None)
    waiting = Evaluation.objects.none()
    if chosen:
        waiting = (
            Evaluation.objects.allowed(user, access.DECIDE)
            .filter(period=period, period_unit__committee=chosen.committee, state=State.APPRAISED)
            .select_related("unit", "period_unit", "criteria")
            .order_by("path")
        )
    held_up = _held_up(waiting)
    waiting = waiting.exclude(pk__in=[sheet.pk for sheet, _ in held_up])
    # The text of a criteria set is long; it is read once, not with every sheet.
    sets = CriteriaSet.objects.in_bulk({sheet.criteria_id for sheet in waiting})
    rows = tuple(_row(sheet, period, sets[sheet.criteria_id]) for sheet in waiting)
    closed = locks.lock_status(rows[0].sheet, access.DECIDE, user=user) if rows else ""
    return Desk(period, choices, chosen, waiting, rows, closed, held_up)


def _held_up(waiting: QuerySet[Evaluation]) -> tuple[tuple[Evaluation, str], ...]:
    now = timezone.now()
    asked = waiting.filter(Q(explained_until__gt=now) | Q(explanations_waiting__gt=0))
    told = [(sheet, locks.explaining(sheet, now, deciding=True)) for sheet in asked]
    return tuple(told)


def _choices(user: User, period: Period) -> tuple[Choice, ...]:
    if not any(access.reach(user, action) for action in DECIDING):
        return ()
    counted = (
        Evaluation.objects.allowed(user, access.DECIDE)
        .filter(period=period, period_unit__committee__isnull=False)
        .order_by()
        .values("period_unit__committee")
        .annotate(
            expected=Count("pk"),
            unsubmitted=Count("pk", filter=Q(state__in=[State.DRAFT, State.RETURNED])),
            submitted=Count("pk", filter=Q(state=State.SUBMITTED)),
            appraised=Count("pk", filter=Q(state=State.APPRAISED)),
            decided=Count("pk", filter=Q(state=State.DECIDED)),
        )
    )
    rows = {row.pop("period_unit__committee"): row for row in counted}
    # Somebody who leads a branch below a committee does not decide in its name.
    units: Any = Unit.objects
    held = units.allowed(user, access.DECIDE) | units.allowed(user, access.DECIDE_COMMITTEE)
    committees = held.filter(pk__in=rows).order_by("path")
    return tuple(Choice(committee, **rows[committee.pk]) for committee in committees)


def _row(sheet: Evaluation, period: Period, criteria: CriteriaSet) -> Row:
    sheet.period = period
    total, own = sheet.appraised_total, sheet.self_total
    return Row(
        sheet=sheet,
        difference=None if total is None or own is None else total - own,
        verdict=verdict(period.kind, sheet.is_eligible),
        reasons=in_words(
            sheet.reasons, criteria.rules, total=total, annual_class=sheet.annual_class
        ),
    )
