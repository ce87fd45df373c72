"""The sheet of one unit in one period, and its scores."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from cells import access
from cells.models import Door, Unit
from cells.models.units import PathField
from evaluations.models.criteria import CriteriaSet
from evaluations.models.periods import Period, PeriodUnit
from evaluations.models.punctuality import Punctual, PunctualQuerySet
from evaluations.models.reached import reached
from evaluations.models.states import Stage, State

USER = settings.AUTH_USER_MODEL


class EvaluationQuerySet(PunctualQuerySet):
    def visible_to(self, user):
        return self.allowed(user, access.VIEW)

    def allowed(self, user, action):
        """Return the sheets on which `user` may do `action`.

        A stored sheet is reached through its unit's place today or through its frozen one: a
        committee keeps what it appraised after the cell has moved away. It is judged from above.
        """
        if action not in access.OF_COMMITTEES:
            return reached(self, access.reach(user, action), today="unit__path")
        return self.filter(within(user, action))

    def owed(self):
        """Return the sheets of units that have to report in the period, or have done so."""
        return self.filter(period_unit__is_expected=True)

    def within(self, unit):
        """Return the sheets of `unit` and of all that stood, or stands, below it."""
        below = access.branch(unit.path)
        return self.filter(below.condition("path") | below.condition("unit__path"))

    def of(self, period, code):
        """Return the sheet of the unit `code` in the period `period`, with what pages show."""
        return self.filter(period__code=period, unit__code=code).with_context()

    def of_pk(self, pk):
        return self.with_context().get(pk=pk)

    def with_context(self):
        # The text of the criteria is long and parsed once per process.
        return self.select_related(
            "period",
            "unit",
            "criteria",
            "period_unit__committee",
            "period_unit__kind",
            "submitted_by",
        ).defer("criteria__text")

    def in_order_of_work(self):
        """Return first what still needs work, each by name."""
        rank = models.Case(
            *(
                models.When(state=state, then=models.Value(place))
                for place, state in enumerate(
                    [State.RETURNED, State.DRAFT, State.SUBMITTED, State.APPRAISED, State.DECIDED]
                )
            )
        )
        # A committee sums up its cells, so its own sheet comes after theirs.
        return self.order_by(rank, "-unit__is_cell", "path")


def within(user, action: str, sheet: str = "") -> Q:
    """Return what `allowed` asks, of rows that hold a sheet under the name `sheet`, as "sheet__".

    For the few rows beside sheets: no list of all the sheets within reach is made.
    """
    if action not in access.OF_COMMITTEES:
        reach = access.reach(user, action)
        return reach.condition(f"{sheet}path") | reach.condition(f"{sheet}unit__path")
    either = Q(pk__in=[])
    for is_cell in (True, False):
        reach = access.reach(user, judging(action, is_cell=is_cell))
        above = reach.above(f"{sheet}path") | reach.above(f"{sheet}unit__path")
        either |= Q(**{f"{sheet}unit__is_cell": is_cell}) & above
    return either


def judging(action: str, *, is_cell: bool) -> str:
    """Return the action by which a sheet is appraised or decided."""
    return action if is_cell else access.OF_COMMITTEES[action]


class Evaluation(Punctual, models.Model):
    """One unit's sheet in one period under one published criteria set.

    Totals are hundredths of a point, one per stage; null until the stage has a scored line.
    `level`, `is_eligible`, `reasons` belong to the stage shown and freeze with the decision.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="evaluations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="evaluations")
    period_unit = models.OneToOneField(PeriodUnit, models.PROTECT, related_name="evaluation")
    criteria = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="evaluations")
    path = PathField(max_length=250)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    vetoes = models.JSONField(default=list, blank=True)
    annual_class = models.CharField(max_length=10, blank=True)
    lines_total = models.PositiveSmallIntegerField()
    lines_done = models.PositiveSmallIntegerField(default=0)
    self_total = models.PositiveIntegerField(null=True)
    appraised_total = models.PositiveIntegerField(null=True)
    final_total = models.PositiveIntegerField(null=True)
    level = models.CharField(max_length=20, blank=True)
    is_eligible = models.BooleanField(null=True)
    reasons = models.JSONField(default=list, blank=True)
    return_reason = models.TextField(blank=True)
    submitted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    # Stays when the sheet is returned and handed in again: by it the sheet is on time or late.
    first_submitted_at = models.DateTimeField(null=True)
    is_submitted_for = models.BooleanField(default=False)
    appraised_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    appraised_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(
        "evaluations.Decision", models.PROTECT, null=True, related_name="evaluations"
    )
    # Until when the unit may explain itself (null: nobody asked), and what waits for an answer.
    explained_until = models.DateTimeField(null=True, editable=False)
    explanations_waiting = models.PositiveSmallIntegerField(default=0, db_default=0)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["period", "path"]
        indexes = [
            models.Index(fields=["period", "path"], name="evaluation_by_path"),
            # The branch of a ward in all periods.
            models.Index(fields=["path"], name="evaluation_by_branch"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["period", "unit"], name="one_evaluation_per_period"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "returned"]) | Q(submitted_at__isnull=False),
                name="a_submitted_sheet_says_when",
            ),
            models.CheckConstraint(
                condition=Q(first_submitted_at__lte=F("submitted_at")),
                name="a_sheet_is_first_submitted_before_again",
            ),
            models.CheckConstraint(
                condition=Q(state="decided", final_total__isnull=False, decision__isnull=False)
                | ~Q(state="decided"),
                name="a_decided_sheet_has_its_decision_and_total",
            ),
            models.CheckConstraint(
                condition=Q(appraised_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(appraised_by=F("submitted_by")),
                name="who_submitted_does_not_appraise",
            ),
        ]

    def __str__(self):
        return f"{self.unit} – {self.period}"

    @property
    def whose(self) -> str:
        """Return what the unit of the sheet is called in a sentence."""
        return "chi bộ" if self.unit.is_cell else "đảng bộ"

    @property
    def places(self) -> tuple[str, str]:
        """Return the paths through which the sheet is reached: frozen, and the unit's today."""
        return self.path, self.unit.path

    def allows(self, user, action: str) -> bool:
        """Tell of the sheet at hand what `allowed` tells of many."""
        if action in access.OF_COMMITTEES:
            reach = access.reach(user, judging(action, is_cell=self.unit.is_cell))
            return reach.is_above_any(self.places)
        return access.reach(user, action).covers_any(self.places)

    @property
    def locks_at(self) -> datetime:
        """Return when entering ends: with the period, or with an extension of the unit."""
        return max(self.period.locks_at, self.period_unit.extended_until or self.period.locks_at)

    @property
    def kind_code(self) -> str | None:
        """Return the kind of cell it was then: lines for other kinds do not apply to it."""
        kind = self.period_unit.kind
        return kind.code if kind else None

    @property
    def stage_shown(self) -> Stage:
        """Return the stage whose result stands: an appraisal only once it is finished."""
        return {State.DECIDED: Stage.FINAL, State.APPRAISED: Stage.APPRAISED}.get(
            State(self.state), Stage.SELF
        )

    @property
    def total(self) -> int | None:
        totals = {
            Stage.FINAL: self.final_total,
            Stage.APPRAISED: self.appraised_total,
            Stage.SELF: self.self_total,
        }
        return totals[self.stage_shown]

    @cached_property
    def evidence_counts(self) -> dict[str, int]:
        """Return how many pieces of evidence each line holds; "" is the whole sheet."""
        held = self.evidence_uses.filter(detached_at__isnull=True)
        return dict(held.order_by().values_list("line").annotate(n=models.Count("pk")))

    @property
    def is_complete(self) -> bool:
        return self.lines_done == self.lines_total


class Score(models.Model):
    """The answer to one line at one stage. No row, or nothing in it: not yet scored, never zero.

    `option` holds the choice or grade, `num` also the count. `points` is null where the line
    does not apply.
    """

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="scores")
    line = models.CharField(max_length=10)
    stage = models.CharField(max_length=10, choices=Stage)
    option = models.CharField(max_length=40, blank=True)
    num = models.PositiveIntegerField(null=True)
    den = models.PositiveIntegerField(null=True)
    na = models.BooleanField(default=False)
    points = models.PositiveSmallIntegerField(null=True)
    note = models.TextField(blank=True)
    source = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    door = models.CharField(max_length=10, choices=Door, default=Door.WEB)

    class Meta:
        ordering = ["evaluation", "stage", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "stage", "line"], name="one_score_per_line_and_stage"
            ),
            models.CheckConstraint(
                condition=Q(na=False) | Q(points__isnull=True, option="", num__isnull=True),
                name="a_line_that_does_not_apply_has_no_value",
            ),
            models.CheckConstraint(
                condition=Q(den__isnull=True) | Q(num__isnull=False),
                name="a_denominator_has_a_numerator",
            ),
        ]

    def __str__(self):
        return f"{self.line} {self.stage}"

    @property
    def is_answered(self) -> bool:
        return self.na or bool(self.option) or self.num is not None
