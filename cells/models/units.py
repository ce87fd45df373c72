"""The tree of organisations, true on every date."""

from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Now

from cells import access
from cells.vietnamese import fold, natural_key


class PathField(models.CharField):
    """Text compared byte by byte, so that a branch of the tree is one index range."""

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else "BINARY"
        return parameters


class NameKeyField(PathField):
    """The key that sorts the row by its `name` as people count; written with the row itself."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 400, "editable": False, "default": "", **options})

    def pre_save(self, instance, add):
        key = natural_key(instance.name)[: self.max_length]
        setattr(instance, self.attname, key)
        return key


class DatedName(models.Model):
    """A name that rules may replace: dated, never an enum (domain: four eras in 18 months)."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ["order", "code", "valid_from"]

    def __str__(self):
        return self.name


class Level(DatedName):
    """The kind of organisation a unit is: Đảng bộ phường, Chi bộ…."""

    is_cell = models.BooleanField(default=False)
    # A grassroots committee appraises and decides the sheets of the cells below it.
    is_grassroots = models.BooleanField(default=False)

    class Meta(DatedName.Meta):
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_level_row_per_date"),
        ]


class CellKind(DatedName):
    """The kind of a cell (loại hình): thôn, trường học, y tế… Ranked within its own kind."""

    class Meta(DatedName.Meta):
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="one_kind_row_per_date"),
        ]


class UnitQuerySet(models.QuerySet):
    def allowed(self, user, action, on=None):
        """Return the units on which `user` may do `action` on a day (today by default)."""
        return self.filter(access.reach(user, action, on).condition("path"))

    def visible_to(self, user):
        return self.allowed(user, access.VIEW)

    def editable_by(self, user):
        return self.allowed(user, access.ENTER)

    def cells(self):
        return self.filter(is_cell=True)

    def committees(self):
        return self.filter(is_cell=False)

    def active(self):
        """Return the units that exist today."""
        return self.filter(closed_on__isnull=True)

    def as_of(self, day):
        """Return the units that existed on `day`, with where and what each was then.

        `dated_name`, `dated_key` (by which names sort), `dated_parent_id`, `dated_level_id`,
        `dated_level`, `dated_kind_id`, `dated_kind` come from the placement in force; the fields
        of the unit itself are today's.
        """
        in_force = Q(placements__valid_from__lte=day) & (
            Q(placements__valid_to__isnull=True) | Q(placements__valid_to__gt=day)
        )
        return (
            self.alias(placed=FilteredRelation("placements", condition=in_force))
            .filter(placed__isnull=False)
            .filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day), founded_on__lte=day)
            .annotate(
                dated_name=F("placed__name"),
                dated_key=F("placed__name_key"),
                dated_parent_id=F("placed__parent_id"),
                dated_level_id=F("placed__level_id"),
                dated_level=F("placed__level__name"),
                dated_kind_id=F("placed__kind_id"),
                dated_kind=F("placed__kind__name"),
            )
        )

    def below(self, unit):
        """Return `unit` and all below it today."""
        return self.filter(access.branch(unit.path).condition("path"))

    def search(self, text):
        """Return the units whose code or name holds `text`, marks or no marks."""
        words = fold(text).split()
        condition = Q()
        for word in words:
            condition &= Q(search__contains=word)
        return self.filter(condition)


class Unit(models.Model):
    """A party organisation, committee or cell, under one code for life.

    `parent`, `name`, `level`, `kind` and `path` are a cache of the placement that is open today.
    """

    code = models.CharField(max_length=40, unique=True)
    # Codes from the root down, each closed by a slash, so "/a1/" is no prefix of "/a10/".
    path = PathField(max_length=250)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    is_cell = models.BooleanField()
    name = models.CharField(max_length=200)
    level = models.ForeignKey(Level, models.PROTECT, related_name="+")
    kind = models.ForeignKey(CellKind, models.PROTECT, null=True, blank=True, related_name="+")
    search = models.CharField(max_length=300, editable=False, default="")
    organisation_code = models.CharField(max_length=20, blank=True)
    founded_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        indexes = [models.Index(fields=["parent", "name"], name="unit_by_parent")]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="one_unit_per_path"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gt=F("founded_on")),
                name="unit_closes_after_it_was_founded",
            ),
            models.CheckConstraint(
                condition=Q(is_cell=True) | Q(kind__isnull=True),
                name="only_a_cell_has_a_kind",
            ),
        ]

    def __str__(self):
        return self.name

    @staticmethod
    def search_text(code: str, name: str) -> str:
        return fold(f"{code} {name}")[:300]


class PlacementQuerySet(models.QuerySet):
    def as_of(self, day):
        """Return the placements in force on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class Placement(models.Model):
    """Where a unit stood, and under which name, from one day until the day before another."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements")
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    level = models.ForeignKey(Level, models.PROTECT, related_name="+")
    kind = models.ForeignKey(CellKind, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    name_key = NameKeyField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=200, blank=True)
    # The events that began and ended it; imports and founding data have none.
    opened_by = models.ForeignKey(
        "cells.Reorganisation", models.PROTECT, null=True, related_name="placements_opened"
    )
    closed_by = models.ForeignKey(
        "cells.Reorganisation", models.PROTECT, null=True, related_name="placements_closed"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(valid_to__isnull=True),
                name="one_open_placement_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="placement_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.valid_from:%d/%m/%Y})"
