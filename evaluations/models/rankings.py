"""Rankings: snapshots that never change once they can be seen."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells import access
from cells.models import Unit
from cells.models.units import PathField
from cells.vietnamese import fold
from evaluations.models.periods import Period
from evaluations.models.sheets import Evaluation


class LineageBreak(models.TextChoices):
    """How the unit came about, what it took in, or by what it is judged since the last period."""

    SPLIT = "split", "chia tách"
    MERGE = "merge", "hợp nhất"
    ABSORB = "absorb", "nhận sáp nhập"
    NEW = "new", "thành lập mới"
    CRITERIA = "criteria", "đổi bộ tiêu chí"

    @classmethod
    def words(cls, kind: str, *, is_new: bool) -> str:
        """Say why a unit is not compared with the last period like with like; "" if it is."""
        if not kind:
            return ""
        if kind == cls.CRITERIA:
            return str(cls.CRITERIA.label)
        if is_new:
            return "đơn vị mới" if kind == cls.NEW else f"đơn vị mới ({cls(kind).label})"
        return f"sau {cls(kind).label}"


class Ranking(models.Model):
    """The ranking of a period below `scope`, as built at one moment."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="rankings")
    scope = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    built_at = models.DateTimeField(default=timezone.now)
    built_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ranked = models.PositiveIntegerField()
    incomplete = models.PositiveIntegerField()
    seconds = models.FloatField()
    sha256 = models.CharField(max_length=64)
    # Sheets whose stored total differs from what their answers give now: an alarm.
    differences = models.JSONField(default=list)
    # What a reader may choose from: criteria sets, committees with their counts, groups, kinds.
    summary = models.JSONField(default=dict)
    previous = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-built_at"]
        indexes = [models.Index(fields=["period", "scope", "-built_at"], name="ranking_latest")]

    def __str__(self):
        return f"{self.period} {self.built_at:%d/%m/%Y %H:%M}"


class RankingRowQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(access.reach(user, access.VIEW).condition("path"))

    def competing(self):
        return self.filter(rank__isnull=False)

    def apart(self):
        """Return the sheets that do not compete: incomplete, undetermined, not yet decided."""
        return self.filter(rank__isnull=True)

    def search(self, text):
        """Return the rows whose code or name holds every word of `text`, marks or no marks."""
        condition = Q()
        for word in fold(text).split():
            condition &= Q(search__contains=word)
        return self.filter(condition)


class RankingRow(models.Model):
    """One sheet in a ranking: competing (`rank` set), or listed apart as incomplete.

    Totals and the percentile are hundredths; a sheet without a decision has no total.
    """

    # No index of its own where another one serves, or nobody asks: rows are written by thousands.
    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="rows", db_index=False)
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    path = PathField(max_length=250)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    search = models.CharField(max_length=400)
    committee = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    committee_name = models.CharField(max_length=200, blank=True)
    kind_code = models.CharField(max_length=40, blank=True)
    kind_name = models.CharField(max_length=120, blank=True)
    group = models.CharField(max_length=160, blank=True)
    members = models.PositiveIntegerField(default=0)
    criteria_code = models.CharField(max_length=40)
    total = models.PositiveIntegerField(null=True)
    level = models.CharField(max_length=20, blank=True)
    is_eligible = models.BooleanField()
    reasons = models.JSONField(default=list)
    rank = models.PositiveIntegerField(null=True)
    # How many share the rank, itself included.
    tied = models.PositiveIntegerField(null=True)
    competitors = models.PositiveIntegerField(null=True)
    percentile = models.PositiveSmallIntegerField(null=True)
    committee_rank = models.PositiveIntegerField(null=True)
    committee_competitors = models.PositiveIntegerField(null=True)
    group_rank = models.PositiveIntegerField(null=True)
    group_competitors = models.PositiveIntegerField(null=True)
    previous_rank = models.PositiveIntegerField(null=True)
    previous_total = models.PositiveIntegerField(null=True)
    # What keeps the last period from being compared like with like; "" where nothing does.
    lineage_break = models.CharField(max_length=10, choices=LineageBreak, blank=True, db_default="")

    objects = RankingRowQuerySet.as_manager()

    class Meta:
        ordering = ["ranking", "rank", "code"]
        indexes = [
            models.Index(fields=["ranking", "rank", "code"], name="ranking_row_by_rank"),
            models.Index(fields=["ranking", "path"], name="ranking_row_by_path"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ranking", "unit"], name="one_row_per_unit"),
            models.CheckConstraint(
                condition=Q(rank__isnull=True)
                | Q(competitors__isnull=False, total__isnull=False, evaluation__isnull=False),
                name="a_rank_says_among_how_many",
            ),
        ]

    def __str__(self):
        return f"{self.rank} {self.name}"
