"""Recognition: the decision of people, on the year, which cells hold the title."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells import access
from cells.models import Unit
from evaluations.models.periods import Period
from evaluations.models.sheets import Evaluation

USER = settings.AUTH_USER_MODEL


class RecognitionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(access.reach(user, access.VIEW).condition("committee__path"))

    def drafts(self):
        return self.filter(state=Recognition.State.DRAFT)

    def issued(self):
        """Return the decisions that were made, also those that another one has replaced."""
        return self.exclude(state=Recognition.State.DRAFT).order_by("-signed_on", "-pk")


class Recognition(models.Model):
    """A committee's decision on which of its cells hold the title for a year; first a draft.

    Once issued it never changes: a correction is another decision that `revokes` it, and says
    why. `quota` holds, for each pool of cells, the cap as it was worked out on that day.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Dự thảo"
        ISSUED = "issued", "Có hiệu lực"
        REVOKED = "revoked", "Đã bị thay thế"

    class Post(models.TextChoices):
        SECRETARY = "secretary", "Bí thư"
        DEPUTY = "deputy", "Phó Bí thư"

    committee = models.ForeignKey(Unit, models.PROTECT, related_name="recognitions")
    period = models.ForeignKey(Period, models.PROTECT, related_name="recognitions")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    revokes = models.OneToOneField("self", models.PROTECT, null=True, related_name="revoked_by")
    revoke_reason = models.TextField(blank=True)
    has_exception = models.BooleanField(default=False)
    exception_reason = models.TextField(blank=True)
    number = models.CharField(max_length=40, blank=True)
    signed_on = models.DateField(null=True)
    signer = models.CharField(max_length=120, blank=True)
    signer_post = models.CharField(max_length=10, choices=Post, default=Post.SECRETARY)
    quota = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    updated_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "period"],
                condition=Q(state="draft"),
                name="one_recognition_draft_per_committee_and_year",
            ),
            models.UniqueConstraint(
                fields=["committee", "number", "signed_on"],
                condition=~Q(state="draft"),
                name="one_recognition_per_number_and_day",
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(signed_on__isnull=False, issued_at__isnull=False)
                & ~Q(number="")
                & ~Q(signer=""),
                name="an_issued_recognition_has_number_date_and_signer",
            ),
            models.CheckConstraint(
                condition=Q(revokes__isnull=True) | ~Q(revoke_reason=""),
                name="a_recognition_says_why_it_revokes",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(has_exception=False) | ~Q(exception_reason=""),
                name="an_exception_to_the_quota_has_a_reason",
            ),
        ]

    def __str__(self):
        if self.state == self.State.DRAFT:
            return f"Dự thảo công nhận {self.period}"
        return f"Số {self.number}, ngày {self.signed_on:%d/%m/%Y}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class RecognitionChoiceQuerySet(models.QuerySet):
    def open(self):
        """Return what holds today: chosen by a decision that none has replaced."""
        return self.filter(is_open=True)


class RecognitionChoice(models.Model):
    """An eligible cell before a decision: chosen or passed over, and why.

    A draft has rows only where somebody chose or wrote something; a decision has one for every
    eligible cell, with the points of that day in hundredths.
    """

    recognition = models.ForeignKey(Recognition, models.CASCADE, related_name="choices")
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="recognitions")
    is_chosen = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    total = models.PositiveIntegerField(null=True)
    is_open = models.BooleanField(default=False)

    objects = RecognitionChoiceQuerySet.as_manager()

    class Meta:
        ordering = ["recognition", "-total", "evaluation__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["recognition", "evaluation"], name="one_choice_per_recognition_and_sheet"
            ),
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(is_open=True),
                name="one_open_recognition_per_cell_and_year",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(is_chosen=True, total__isnull=False),
                name="only_a_chosen_cell_is_recognised",
            ),
        ]

    def __str__(self):
        return f"{self.evaluation_id} {self.recognition_id}"
