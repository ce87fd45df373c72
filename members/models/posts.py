"""Offices, and the committee members in charge of cells."""

from django.db import models
from django.db.models import F, Q

from cells.models import Unit
from members.models.people import Member


class PostQuerySet(models.QuerySet):
    def held_on(self, day):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class Post(models.Model):
    """An office in a cell or a committee, for a term or until another takes it."""

    class Kind(models.TextChoices):
        SECRETARY = "secretary", "Bí thư"
        DEPUTY = "deputy_secretary", "Phó bí thư"
        COMMITTEE = "cell_committee", "Chi ủy viên"
        STANDING_MEMBER = "standing_member", "Ủy viên ban thường vụ"
        COMMITTEE_MEMBER = "committee_member", "Đảng ủy viên"

    member = models.ForeignKey(Member, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=20, choices=Kind)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    term = models.CharField(max_length=20, blank=True, default="", db_default="")
    decision = models.CharField(max_length=200, blank=True, default="", db_default="")

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "kind", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(kind="secretary", ends_on__isnull=True),
                name="one_secretary_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="post_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.member}"


class Supervision(models.Model):
    """A committee member in charge of a cell (cấp ủy viên phụ trách chi bộ)."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="supervisions")
    cell = models.ForeignKey(Unit, models.PROTECT, related_name="supervisions")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=200, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["cell", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "cell"],
                condition=Q(ends_on__isnull=True),
                name="one_open_supervision_per_member_and_cell",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="supervision_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.member} – {self.cell}"
