"""What happened to organisations: founded, split, merged, moved; never what became of results."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cells import access
from cells.models.units import NameKeyField, Unit
from cells.vietnamese import fold

USER = settings.AUTH_USER_MODEL


class ReorganisationQuerySet(models.QuerySet):
    def standing(self):
        """Return those that were not taken back."""
        return self.filter(reverted_at__isnull=True)

    def of(self, unit):
        """Return the events in which `unit` ended, began or changed."""
        lineage = Q(lineage__predecessor=unit) | Q(lineage__successor=unit)
        return self.filter(lineage).distinct()


class Reorganisation(models.Model):
    """One event of the tree, with the decision it rests on.

    `plan` is what was asked for, `undo` what each part of Chibo needs to take it back.
    """

    class Kind(models.TextChoices):
        ESTABLISH = "establish", "Thành lập"
        SPLIT = "split", "Chia tách"
        ABSORB = "absorb", "Sáp nhập"
        MERGE = "merge", "Hợp nhất"
        DISSOLVE = "dissolve", "Giải thể"
        # A disciplinary act, not a form of dissolving.
        DISBAND = "disband", "Giải tán"
        TRANSFER = "transfer", "Chuyển giao"
        RENAME = "rename", "Đổi tên"

    kind = models.CharField(max_length=10, choices=Kind)
    effective_on = models.DateField()
    decision_number = models.CharField(max_length=60)
    decided_on = models.DateField()
    signer = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    # Events of one file share a batch and are applied together.
    batch = models.UUIDField(null=True, blank=True)
    plan = models.JSONField()
    undo = models.JSONField(default=dict)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reverted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    reverted_at = models.DateTimeField(null=True, blank=True)
    revert_reason = models.TextField(blank=True)

    objects = ReorganisationQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision_number=""), name="reorganisation_rests_on_a_decision"
            ),
            models.CheckConstraint(
                condition=Q(reverted_at__isnull=True) | ~Q(revert_reason=""),
                name="taking_back_has_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.effective_on:%d/%m/%Y}"


class Lineage(models.Model):
    """An edge from a unit to what came of it; the same unit on both sides where it goes on.

    A founded unit has no predecessor, a dissolved one no successor.
    """

    reorganisation = models.ForeignKey(Reorganisation, models.PROTECT, related_name="lineage")
    predecessor = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="successions")
    successor = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="origins")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(predecessor__isnull=False) | Q(successor__isnull=False),
                name="lineage_has_an_end",
            ),
        ]

    def __str__(self):
        return f"{self.predecessor_id} → {self.successor_id}"


class ResidentialAreaQuerySet(models.QuerySet):
    def allowed(self, user, action):
        """Return the areas of the committees on which `user` may do `action`."""
        return self.filter(access.reach(user, action).condition("committee__path"))

    def visible_to(self, user):
        """Return the areas of visible committees, and those in which a visible cell works."""
        reach = access.reach(user, access.VIEW)
        worked_in = AreaCell.objects.filter(reach.condition("cell__path")).values("area")
        return self.filter(reach.condition("committee__path") | Q(pk__in=worked_in))

    def as_of(self, day):
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def search(self, text):
        """Return the areas whose code or name holds every word of `text`, marks or no marks."""
        condition = Q()
        for word in fold(text).split():
            condition &= Q(search__contains=word)
        return self.filter(condition)


class ResidentialArea(models.Model):
    """A thôn or tổ dân phố: where people live, not a party organisation; it can split too."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_key = NameKeyField()
    search = models.CharField(max_length=200, editable=False, default="")
    committee = models.ForeignKey(Unit, models.PROTECT, related_name="areas")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    predecessors = models.ManyToManyField("self", symmetrical=False, related_name="successors")
    decision = models.CharField(max_length=200, blank=True)

    objects = ResidentialAreaQuerySet.as_manager()

    class Meta:
        ordering = ["name_key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="area_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return self.name


class AreaCellQuerySet(models.QuerySet):
    def as_of(self, day):
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class AreaCell(models.Model):
    """A cell that works in a residential area, while the dates hold; many to many."""

    area = models.ForeignKey(ResidentialArea, models.PROTECT, related_name="area_cells")
    cell = models.ForeignKey(Unit, models.PROTECT, related_name="area_cells")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = AreaCellQuerySet.as_manager()

    class Meta:
        ordering = ["area", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "cell"],
                condition=Q(valid_to__isnull=True),
                name="one_open_row_per_area_and_cell",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="area_cell_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.area} – {self.cell}"
