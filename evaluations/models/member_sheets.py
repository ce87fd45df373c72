"""A member's own year: assessed in the cell, decided by the committee above it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells import access
from cells.models import Unit
from cells.models.units import PathField
from evaluations.models.criteria import CriteriaSet
from evaluations.models.decisions import Decision
from evaluations.models.periods import Period
from evaluations.models.reached import reached
from members.models import Member

USER = settings.AUTH_USER_MODEL


class MemberSheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.allowed(user, access.VIEW)

    def allowed(self, user, action):
        """Return the sheets whose cell lies in reach, today or where it stood then."""
        return reached(self, access.reach(user, action), today="cell__path")

    def with_context(self):
        # The text of the criteria is long and parsed once per process.
        return self.select_related("period", "member", "cell", "criteria", "decision").defer(
            "criteria__text"
        )


class MemberSheet(models.Model):
    """The sheet of one member for one year, made when the first answer is saved.

    `answers` holds, by line, {"value": as the rules read it, "version": n}; there are half a
    million members in a city, so the lines are no rows of their own. Points in hundredths.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Đang chấm"
        CLOSED = "submitted", "Chi bộ đã chốt"
        DECIDED = "decided", "Đã quyết định"

    period = models.ForeignKey(Period, models.PROTECT, related_name="member_sheets")
    member = models.ForeignKey(Member, models.PROTECT, related_name="year_sheets")
    cell = models.ForeignKey(Unit, models.PROTECT, related_name="member_sheets")
    path = PathField(max_length=250)
    criteria = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="member_sheets")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    answers = models.JSONField(default=dict)
    vetoes = models.JSONField(default=list, blank=True)
    annual_class = models.CharField(max_length=10, blank=True)
    lines_total = models.PositiveSmallIntegerField()
    lines_done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    level = models.CharField(max_length=20, blank=True)
    is_eligible = models.BooleanField(null=True)
    reasons = models.JSONField(default=list, blank=True)
    updated_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="member_sheets")

    # Lines for kinds of cell are no matter of members.
    kind_code = None

    objects = MemberSheetQuerySet.as_manager()

    class Meta:
        ordering = ["period", "path", "member__sort_key"]
        indexes = [
            models.Index(fields=["period", "cell"], name="member_sheet_by_cell"),
            models.Index(fields=["path"], name="member_sheet_by_branch"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "member"], name="one_member_sheet_per_period"
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | Q(decision__isnull=False, total__isnull=False),
                name="a_decided_member_sheet_has_its_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(closed_by__isnull=False),
                name="a_closed_member_sheet_says_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.member} – {self.period}"

    def answer(self, line: str) -> dict:
        """Return the answer to a line as the rules read it; {} where there is none."""
        return self.answers.get(line, {}).get("value", {})

    def version(self, line: str) -> int:
        return self.answers.get(line, {}).get("version", 0)
