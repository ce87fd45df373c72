"""Periods, and who had to report in each: the denominators."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from cells.models import CellKind, Level, Unit
from cells.models.units import PathField
from evaluations.models.criteria import CriteriaSet

QUARTERS = ("I", "II", "III", "IV")


def period_title(code: str) -> str:
    """Return "Quý IV/2026" for "2026-Q4", "Tháng 7/2026" for "2026-M07", "Năm 2026" for "2026"."""
    year, _, part = code.partition("-")
    if part.startswith("Q"):
        return f"Quý {QUARTERS[int(part[1:]) - 1]}/{year}"
    return f"Tháng {int(part[1:])}/{year}" if part else f"Năm {year}"


class PeriodQuerySet(models.QuerySet):
    def opened(self):
        return self.filter(opened_at__isnull=False)

    def current(self):
        """Return the period that is worked on: the newest opened one that has begun, or None."""
        return self.opened().filter(starts_on__lte=timezone.localdate()).foremost().first()

    def foremost(self):
        """Return first what people work on: the shorter period, but a month before no quarter."""
        quarter = Period.objects.opened().filter(
            kind=Period.Kind.QUARTER,
            starts_on__lte=OuterRef("starts_on"),
            ends_on__gte=OuterRef("ends_on"),
        )
        beside = Q(kind=Period.Kind.MONTH) & Exists(quarter)
        # A year and its first quarter begin together; "quarter" sorts before "year".
        return self.annotate(
            is_beside=models.Case(models.When(beside, then=1), default=0)
        ).order_by("is_beside", "-starts_on", "kind")


class Period(models.Model):
    """A month, quarter or year that is evaluated. `locks_at` ends entering; `due_on` is on time."""

    class Kind(models.TextChoices):
        MONTH = "month", "Tháng"
        QUARTER = "quarter", "Quý"
        YEAR = "year", "Năm"

    code = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_on = models.DateField()
    locks_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="period_ends_after_it_starts"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self) -> str:
        return period_title(self.code)

    @property
    def is_locked(self) -> bool:
        return self.closed_at is not None or timezone.now() >= self.locks_at

    def previous(self) -> "Period | None":
        return (
            Period.objects.filter(kind=self.kind, ends_on__lt=self.starts_on)
            .order_by("-ends_on")
            .first()
        )


class PeriodUnit(models.Model):
    """A unit as it was on the last day of a period: place, name, kind, size, duty to report."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="period_units")
    path = PathField(max_length=250)
    name = models.CharField(max_length=200)
    is_cell = models.BooleanField()
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    # Who appraises and decides: the grassroots committee above a cell; whoever is above another.
    committee = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    level = models.ForeignKey(Level, models.PROTECT, related_name="+")
    kind = models.ForeignKey(CellKind, models.PROTECT, null=True, related_name="+")
    # Who belongs to the cell: its size among others, the exempt and those away included.
    members = models.PositiveIntegerField(default=0)
    # Who takes part in meetings and work: nobody exempt or away, and who is there for a time.
    # Null where the period was opened before this was counted.
    attending = models.PositiveIntegerField(null=True)
    criteria = models.ForeignKey(CriteriaSet, models.PROTECT, null=True, related_name="+")
    is_expected = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    # Entering goes on for this unit after the period has locked, until then.
    extended_until = models.DateTimeField(null=True)
    extension_reason = models.CharField(max_length=500, blank=True, db_default="")
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["period", "path"]
        indexes = [
            models.Index(fields=["period", "path"], name="period_unit_by_path"),
            # The few that were extended, out of the many that were not.
            models.Index(
                fields=["period", "extended_until"],
                name="period_unit_extended",
                condition=Q(extended_until__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["period", "unit"], name="one_period_unit"),
            models.CheckConstraint(
                condition=Q(is_expected=False) | Q(criteria__isnull=False),
                name="an_expected_unit_has_criteria",
            ),
            models.CheckConstraint(
                condition=Q(extended_until__isnull=True, extended_by=None, extension_reason="")
                | Q(extended_until__isnull=False, extended_by__isnull=False)
                & ~Q(extension_reason=""),
                name="an_extension_says_who_and_why",
            ),
        ]

    def __str__(self):
        return f"{self.name} {self.period_id}"
