"""What people say about a line of a sheet beside its value: comments, a flag to follow it up."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaluations.models.sheets import Evaluation

USER = settings.AUTH_USER_MODEL


class LineComment(models.Model):
    """One word in the talk about a line. Written once, never edited or deleted."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="comments")
    line = models.CharField(max_length=10)
    text = models.TextField()
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["evaluation", "line"], name="comments_of_a_line")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_comment_says_something"),
        ]

    def __str__(self):
        return f"{self.line}: {self.text[:40]}"


class LineFlagQuerySet(models.QuerySet):
    def open(self):
        return self.filter(cleared_at__isnull=True)


class LineFlag(models.Model):
    """A mark that a line has to be followed up, until somebody clears it."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="flags")
    line = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    cleared_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)

    objects = LineFlagQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "line"],
                condition=Q(cleared_at__isnull=True),
                name="one_open_flag_per_line",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_flag_says_why"),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
                name="a_cleared_flag_says_who_and_when",
            ),
        ]

    def __str__(self):
        return f"{self.line}: {self.reason}"
