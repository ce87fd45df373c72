"""What recomputing decided sheets has shown, and what a signed recompute put in place of what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaluations.models.periods import Period
from evaluations.models.sheets import Evaluation


class Recomputation(models.Model):
    """A check of the decided sheets of a period; with a reason, a signed recompute of them.

    A check changes no sheet. Written once: the database refuses to change or delete a row.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="recomputations")
    # Null: the check of the night.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)
    checked = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    # Sheets whose stored result a signed recompute writes anew; in a signed one, wrote anew.
    sheets = models.PositiveIntegerField()
    # The first ones only: {unit, what, line, stored, computed}.
    differences = models.JSONField(default=list)
    seconds = models.FloatField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["period", "-at"], name="recomputation_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason="") | Q(by__isnull=False, sheets__gt=0),
                name="a_signed_recompute_says_who_and_changes_something",
            ),
        ]

    def __str__(self):
        return f"{self.period} {self.at:%d/%m/%Y %H:%M}"

    @property
    def is_signed(self) -> bool:
        return bool(self.reason)


class RecomputedSheet(models.Model):
    """Both results of one sheet: as it stood, and as a signed recompute left it.

    A result: {total, level, eligible, reasons, lines}; points in hundredths.
    """

    recomputation = models.ForeignKey(Recomputation, models.PROTECT, related_name="results")
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="recomputed")
    old = models.JSONField()
    new = models.JSONField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recomputation", "evaluation"], name="one_result_per_recomputed_sheet"
            ),
        ]

    def __str__(self):
        return f"{self.evaluation_id} {self.recomputation_id}"
