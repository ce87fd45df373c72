"""The written decisions of committees on sheets."""

from django.conf import settings
from django.db import models
from django.db.models import functions
from django.utils import timezone

from cells.models import Unit
from evaluations.models.periods import Period
from evaluations.models.reopening import ReopenedResult
from evaluations.models.sheets import Evaluation

USER = settings.AUTH_USER_MODEL


def _counted(rows):
    """Return how many `rows` a decision has, for each decision of a query."""
    counted = rows.order_by().values("decision").annotate(n=models.Count("pk")).values("n")
    return functions.Coalesce(models.Subquery(counted), 0)


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the decisions on sheets `user` may see.

        `seen` counts those sheets, `reopened` those that were opened again since.
        """
        # Correlated: a city asks for the few decisions of a page, not for all their sheets.
        visible = Evaluation.objects.visible_to(user)
        sheets = visible.filter(decision=models.OuterRef("pk"))
        reopened = ReopenedResult.objects.visible_to(user).filter(decision=models.OuterRef("pk"))
        return (
            self.filter(models.Exists(sheets) | models.Exists(reopened))
            .annotate(seen=_counted(sheets), reopened=_counted(reopened))
            .order_by("-signed_on", "-pk")
        )


class Decision(models.Model):
    """A written decision of a committee on the sheets of many units."""

    committee = models.ForeignKey(Unit, models.PROTECT, related_name="decisions")
    period = models.ForeignKey(Period, models.PROTECT, related_name="decisions")
    number = models.CharField(max_length=40)
    signed_on = models.DateField()
    signer = models.CharField(max_length=120)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "number", "signed_on"], name="one_decision_per_number_and_day"
            ),
        ]

    def __str__(self):
        return f"Số {self.number}, ngày {self.signed_on:%d/%m/%Y}"
