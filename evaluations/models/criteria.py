"""Criteria sets as they were published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells import access
from cells.models import Unit
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
    """The text of a criteria set, frozen. Never edited: a change is a new row.

    It holds for the branch of `owner`, or everywhere; of the sets in force for a unit, that of
    the nearest owner applies.
    """

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=20)
    period_kind = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    succeeds = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors"
    )
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


class CriteriaDraftQuerySet(models.QuerySet):
    def open(self):
        return self.filter(published=None, discarded_at=None)

    def visible_to(self, user):
        """Return the drafts within reach of who may write criteria, also those that ended."""
        reach = access.reach(user, access.CRITERIA)
        return self.filter(reach.condition("owner__path"))

    def editable_by(self, user):
        """Return the drafts that `user` may work on: not published, not discarded."""
        return self.visible_to(user).open()


class CriteriaDraft(models.Model):
    """A criteria set being written: any well-formed text, complete or not.

    `version` counts its savings, so that two authors do not overwrite each other. A draft that
    became a set, or was given up, is kept.
    """

    owner = models.ForeignKey(Unit, models.PROTECT, related_name="criteria_drafts")
    base = models.ForeignKey(CriteriaSet, models.PROTECT, null=True, related_name="drafts")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)
    published = models.OneToOneField(CriteriaSet, models.PROTECT, null=True, related_name="draft")
    discarded_at = models.DateTimeField(null=True)

    objects = CriteriaDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published__isnull=True) | Q(discarded_at__isnull=True),
                name="a_published_draft_is_not_discarded",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(published__isnull=True, discarded_at__isnull=True),
                name="one_open_draft_per_code",
            ),
        ]

    def __str__(self):
        return self.title or self.code

    @property
    def is_open(self) -> bool:
        return self.published_id is None and self.discarded_at is None


_PARSED: dict[str, Criteria] = {}
