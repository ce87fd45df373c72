"""Results of periods before Chibo, taken from paper: beside the sheets, never among them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cells import access
from cells.models import Unit
from evaluations.models.periods import Period, period_title


class PastResultQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(access.reach(user, access.VIEW).condition("unit__path"))


class PastResult(models.Model):
    """What one unit was given in a period that Chibo did not hold; hundredths of a point.

    It stays with the unit that earned it, closed or not, and competes in no ranking.
    """

    class Origin(models.TextChoices):
        PAPER = "paper", "Kết quả trên giấy"

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="past_results")
    period_code = models.CharField(max_length=10)
    period_kind = models.CharField(max_length=10, choices=Period.Kind)
    starts_on = models.DateField()
    ends_on = models.DateField()
    total = models.PositiveIntegerField()
    # Group code → hundredths; only those that the file gives.
    groups = models.JSONField(default=dict, blank=True)
    level = models.CharField(max_length=20, blank=True)
    decision_number = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    signer = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.PAPER)
    file_name = models.CharField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PastResultQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "period_kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "period_code"], name="one_past_result_per_period"
            ),
            models.CheckConstraint(
                condition=Q(total__lte=100_00), name="past_result_is_at_most_100"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="past_period_ends_after_it_starts"
            ),
        ]

    def __str__(self):
        return f"{self.unit} – {self.title}"

    @property
    def title(self) -> str:
        return period_title(self.period_code)
