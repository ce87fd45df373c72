"""How a unit came to its class of the year: numbers, conditions, and who chose."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from evaluations.models.sheets import Evaluation


class ClassReview(models.Model):
    """The numbers behind the class on a year sheet, the class they propose, the one chosen.

    Points in hundredths by part; measures as [number, whole]; facts yes or no.
    """

    evaluation = models.OneToOneField(Evaluation, models.PROTECT, related_name="class_review")
    rules = models.CharField(max_length=40)
    points = models.JSONField()
    measures = models.JSONField()
    facts = models.JSONField()
    total = models.PositiveIntegerField()
    proposed = models.CharField(max_length=10, blank=True)
    chosen = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(chosen=F("proposed")) | ~Q(reason=""),
                name="another_class_than_proposed_has_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.evaluation}: {self.chosen}"
