"""What the meeting of a cell voted on its own sheet."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cells.vietnamese import number_text
from evaluations.models.sheets import Evaluation


class CellVoteQuerySet(models.QuerySet):
    def standing(self):
        """Return the newest record of each sheet, unless it takes the vote back."""
        newest = (
            CellVote.objects.filter(evaluation=models.OuterRef("evaluation"))
            .order_by("-version")
            .values("version")[:1]
        )
        return self.filter(version=models.Subquery(newest), is_withdrawn=False)

    def standing_of(self, sheet):
        return self.filter(evaluation=sheet).standing().select_related("by").first()


class CellVote(models.Model):
    """One record of the vote on a sheet. A correction is a new row; earlier ones stay as they were.

    The row of the highest version stands. `points` (hundredths) is the total that the minutes say
    was voted on; null where they say none.
    """

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="votes")
    version = models.PositiveSmallIntegerField()
    held_on = models.DateField()
    entitled = models.PositiveSmallIntegerField()
    present = models.PositiveSmallIntegerField()
    in_favour = models.PositiveSmallIntegerField()
    against = models.PositiveSmallIntegerField(default=0)
    other = models.PositiveSmallIntegerField(default=0)
    points = models.PositiveIntegerField(null=True)
    chaired_by = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    is_withdrawn = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = CellVoteQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "version"], name="one_vote_per_sheet_and_version"
            ),
            models.CheckConstraint(
                condition=Q(present__gte=F("in_favour") + F("against") + F("other")),
                name="votes_do_not_exceed_those_present",
            ),
            models.CheckConstraint(
                condition=Q(entitled__gte=F("present"), present__gte=1),
                name="those_present_are_among_those_entitled",
            ),
        ]

    def __str__(self):
        return f"{self.evaluation}: {self.in_favour}/{self.present}"

    @property
    def share(self) -> str:
        """Return the share of those present who voted in favour: "93,33 %"."""
        part = Decimal(self.in_favour) * 100 / self.present
        return f"{number_text(part.quantize(Decimal('0.01'), ROUND_HALF_UP), places=2)} %"

    @property
    def words(self) -> str:
        """Return the count in one sentence."""
        said = f"{self.in_favour}/{self.present} đảng viên có mặt tán thành ({self.share})"
        said += f", {self.against} không tán thành" if self.against else ""
        said += f", {self.other} ý kiến khác" if self.other else ""
        return said

    @property
    def silent(self) -> int:
        """Return how many of those present did not vote."""
        return self.present - self.in_favour - self.against - self.other
