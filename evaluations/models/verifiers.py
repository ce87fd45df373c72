"""Who of a committee's staff verifies which group of criteria."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cells import access
from cells.models import Unit

USER = settings.AUTH_USER_MODEL


class GroupVerifierQuerySet(models.QuerySet):
    def current(self, on=None):
        """Return what holds on a day (today by default); on `ends_on` it holds no more."""
        day = on or timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)

    def visible_to(self, user):
        """Return who is named for the committees whose verifiers `user` may name."""
        return self.filter(access.reach(user, access.VERIFIERS).condition("committee__path"))


class GroupVerifier(models.Model):
    """One person who verifies one group of criteria for a committee, from a day on."""

    committee = models.ForeignKey(Unit, models.PROTECT, related_name="verifiers")
    group = models.CharField(max_length=40)
    user = models.ForeignKey(USER, models.PROTECT, related_name="verifies")
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    named_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    named_at = models.DateTimeField(default=timezone.now)

    objects = GroupVerifierQuerySet.as_manager()

    class Meta:
        ordering = ["committee", "group", "starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "group", "user"],
                condition=Q(ends_on__isnull=True),
                name="one_open_naming_per_verifier_and_group",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="naming_of_a_verifier_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.group}"

    @property
    def is_current(self) -> bool:
        today = timezone.localdate()
        return self.starts_on <= today and (self.ends_on is None or self.ends_on > today)
