"""Asking to open a closed sheet again, and what stood before a decided one was."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells import access
from evaluations.models.sheets import Evaluation, within
from evaluations.models.states import State

SHEET = "evaluation__"
USER = settings.AUTH_USER_MODEL
# What an unanswered or granted request says of its answer is all there or not at all.
NO_ANSWER = Q(answered_by__isnull=True, answered_at__isnull=True, is_granted__isnull=True)
AN_ANSWER = Q(answered_by__isnull=False, answered_at__isnull=False, is_granted__isnull=False)


class ReopenRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(answered_at__isnull=True)

    def visible_to(self, user):
        """Return the requests on the sheets that `user` may see."""
        return self.filter(within(user, access.VIEW, SHEET))

    def waiting_for(self, user, now: datetime):
        """Return the open requests that `user` can answer as the sheets stand now.

        The answers of services.reopening.way_back, asked of many.
        """
        locked = Q(
            within(user, access.ADMINISTER, SHEET),
            evaluation__state__in=[State.DRAFT, State.RETURNED],
            evaluation__period_unit__is_expected=True,
            evaluation__period__locks_at__lte=now,
        ) & (
            Q(evaluation__period_unit__extended_until__isnull=True)
            | Q(evaluation__period_unit__extended_until__lte=now)
        )
        handed_in = Q(
            within(user, access.APPRAISE, SHEET),
            ~Q(evaluation__submitted_by=user),
            ~Q(evaluation__explained_until__gt=now),
            evaluation__state__in=[State.SUBMITTED, State.APPRAISED],
        )
        decided = Q(within(user, access.DECIDE, SHEET), evaluation__state=State.DECIDED)
        return (
            self.open()
            .filter(locked | handed_in | decided, evaluation__period__closed_at__isnull=True)
            .exclude(by=user)
        )

    def with_context(self):
        return self.select_related(
            "by",
            "answered_by",
            "evaluation__period",
            "evaluation__unit",
            "evaluation__decision",
            "evaluation__period_unit__committee",
        )


class ReopenRequest(models.Model):
    """Somebody who enters a closed sheet asks, with a reason, to have it opened again."""

    class Way(models.TextChoices):
        """What granting does: who closed the sheet opens it."""

        EXTENSION = "extension", "Gia hạn nhập"
        RETURN = "return", "Trả lại phiếu"
        DECISION = "decision", "Mở lại kết quả đã quyết định"

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="reopen_requests")
    # As the sheet stood when it was asked; once answered, what was asked of who answered.
    way = models.CharField(max_length=10, choices=Way)
    by = models.ForeignKey(USER, models.PROTECT, related_name="reopen_requests")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    is_granted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    granted_until = models.DateTimeField(null=True)

    objects = ReopenRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation"],
                condition=Q(answered_at__isnull=True),
                name="one_open_reopen_request_per_sheet",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_reopen_request_says_why"),
            models.CheckConstraint(
                condition=NO_ANSWER | AN_ANSWER, name="a_reopen_answer_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(is_granted__isnull=True) | Q(is_granted=True) | ~Q(answer=""),
                name="a_refused_reopen_request_says_why",
            ),
            models.CheckConstraint(
                condition=Q(granted_until__isnull=True) | Q(is_granted=True, way="extension"),
                name="only_a_granted_extension_has_an_end",
            ),
        ]

    def __str__(self):
        return f"{self.evaluation_id} {self.at:%d/%m/%Y %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def is_withdrawn(self) -> bool:
        return self.answered_at is not None and self.answered_by_id == self.by_id


class ReopenedResultQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(within(user, access.VIEW, SHEET))


class ReopenedResult(models.Model):
    """The decided result of a sheet as it stood when it was opened again; points in hundredths.

    Written once: the database refuses to change or delete a row. `answers` holds the final answer
    to each line: {line: {option, num, den, na, points, note}}.
    """

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="reopened_results")
    request = models.OneToOneField(ReopenRequest, models.PROTECT, related_name="result")
    decision = models.ForeignKey(
        "evaluations.Decision", models.PROTECT, related_name="reopened_results"
    )
    self_total = models.PositiveIntegerField(null=True)
    appraised_total = models.PositiveIntegerField(null=True)
    final_total = models.PositiveIntegerField()
    level = models.CharField(max_length=20, blank=True)
    is_eligible = models.BooleanField(null=True)
    reasons = models.JSONField(default=list)
    vetoes = models.JSONField(default=list)
    annual_class = models.CharField(max_length=10, blank=True)
    answers = models.JSONField()
    submitted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    appraised_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ReopenedResultQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.evaluation_id} {self.decision_id}"
