"""What the checks said when a sheet was handed in."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from evaluations.models.sheets import Evaluation


class Checkup(models.Model):
    """What was found on a sheet as it was handed in, and what the person said to it.

    `checks` are objects with priority, rule, line, text; `is_seen` says that the person was shown
    them and ticked so. Written once with the submission, never edited.
    """

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="checkups")
    checks = models.JSONField()
    is_seen = models.BooleanField()
    note = models.TextField(blank=True)
    # How many lines stood as taken over from the period before.
    carried_over = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.evaluation}: {len(self.checks)}"
