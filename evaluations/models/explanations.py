"""What a unit says to the appraised score, and what the appraiser makes of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from evaluations.models.sheets import Evaluation

USER = settings.AUTH_USER_MODEL


class ExplanationRound(models.Model):
    """The time in which a unit may explain itself on an appraised sheet.

    Closed when everything said is answered, when it was ended early, or by the next thing that
    happens to the sheet.
    """

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="explanation_rounds")
    note = models.TextField(blank=True)
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    submitted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["evaluation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(closed_at__isnull=True),
                name="one_open_explanation_round_per_sheet",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("opened_at")),
                name="explaining_ends_after_it_opens",
            ),
        ]

    def __str__(self):
        return f"{self.evaluation_id} {self.ends_at:%d/%m/%Y}"

    @property
    def takes_words(self) -> bool:
        """Tell whether the unit may still write."""
        return (
            self.closed_at is None and self.submitted_at is None and timezone.now() < self.ends_at
        )


class Explanation(models.Model):
    """What was said to one line. Rows are only added; the last one of a line stands."""

    round = models.ForeignKey(ExplanationRound, models.CASCADE, related_name="explanations")
    line = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    agrees = models.BooleanField(default=False)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agrees=False) | Q(text=""), name="who_agrees_explains_nothing"
            ),
        ]

    def __str__(self):
        return f"{self.line}: {self.text or self.agrees}"


class ExplanationAnswer(models.Model):
    """What the appraiser answers to the explanation of one line; never changed."""

    round = models.ForeignKey(ExplanationRound, models.CASCADE, related_name="answers")
    line = models.CharField(max_length=10)
    is_kept = models.BooleanField()
    text = models.TextField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "line"], name="one_answer_per_explained_line"),
            models.CheckConstraint(condition=~Q(text=""), name="answered_explanation_has_words"),
        ]

    def __str__(self):
        return f"{self.line}: {self.text}"
