"""Criteria sets as they were published."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluations.rules.criteria import parse_criteria
from evaluations.rules.structure import Criteria


class CriteriaSetQuerySet(models.QuerySet):
    def in_force(self, subject, period_kind, day):
        """Return the sets for `subject` and kind of period that hold on `day`, newest first."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            subject=subject,
            period_kind=period_kind,
            valid_from__lte=day,
        ).order_by("-valid_from", "-pk")


class CriteriaSet(models.Model):
    """The text of a criteria set, frozen. Never edited: a change is a new row."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=20)
    period_kind = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = CriteriaSetQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.title

    @property
    def rules(self) -> Criteria:
        """Return the parsed set; the text is read once per process, since it never changes."""
        if self.sha256 not in _PARSED:
            _PARSED[self.sha256] = parse_criteria(self.text)
        return _PARSED[self.sha256]


_PARSED: dict[str, Criteria] = {}
