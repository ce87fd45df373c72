"""The single lines for which a sheet goes back to the cell."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaluations.models.sheets import Evaluation

USER = settings.AUTH_USER_MODEL


class LineReturnQuerySet(models.QuerySet):
    def marked(self):
        """Return what an appraiser has marked and not yet sent back."""
        return self.filter(round__isnull=True)

    def open(self):
        """Return what was sent back and not yet submitted again."""
        return self.filter(round__isnull=False, settled_at__isnull=True)

    def settled(self):
        return self.filter(settled_at__isnull=False)


class LineReturn(models.Model):
    """A line that is to be mended, and why.

    First only marked (`round` is null); then sent back with the others of its round; settled when
    the sheet is submitted again. `was` is the answer of the cell as it was sent back.
    """

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="line_returns")
    line = models.CharField(max_length=10)
    reason = models.TextField()
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    round = models.PositiveSmallIntegerField(null=True)
    was = models.JSONField(default=dict, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = LineReturnQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation", "round", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "line"],
                condition=Q(settled_at__isnull=True),
                name="one_unsettled_return_per_line",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_returned_line_has_a_reason"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(round__isnull=False),
                name="only_a_line_sent_back_is_settled",
            ),
        ]

    def __str__(self):
        return f"{self.line}: {self.reason}"
