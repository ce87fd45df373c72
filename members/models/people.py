"""The minimal record of a member (domain §7.2) and the time line of memberships."""

import uuid

from django.db import models
from django.db.models import F, Q

from cells import access
from cells.models import Unit
from cells.vietnamese import fold


class MemberQuerySet(models.QuerySet):
    def visible_to(self, user, on=None):
        """Return the members who belong to a cell within the reach of `user`, today or on a day.

        The double of another record is nobody's member.
        """
        open_ones = Membership.objects.filter(left_on__isnull=True)
        there = open_ones if on is None else Membership.objects.active_on(on)
        return self._belonging(there, access.reach(user, access.VIEW))

    def count_visible_to(self, user):
        """Count whom `visible_to` returns today, by the memberships alone.

        Nobody belongs to two cells at once, so only guests and doubles need a second look.
        """
        reach = access.reach(user, access.VIEW).condition("cell__path")
        doubles = Member.objects.filter(merged_into__isnull=False)
        there = Membership.objects.filter(reach, left_on__isnull=True).exclude(member__in=doubles)
        at_home = Membership.objects.filter(
            reach, member=models.OuterRef("member"), left_on__isnull=True, is_temporary=False
        )
        guests = Q(is_temporary=True) & ~Q(models.Exists(at_home))
        counted = there.aggregate(
            own=models.Count("pk", filter=Q(is_temporary=False)),
            guests=models.Count("member", filter=guests, distinct=True),
        )
        return counted["own"] + counted["guests"]

    def known_to(self, user, action=access.VIEW):
        """Return the members in reach, and those who left the Party or the city from there."""
        current = Membership.objects.filter(
            member=models.OuterRef("member"), left_on__isnull=True, is_temporary=False
        )
        last = Membership.objects.filter(
            Q(left_on__isnull=True) | Q(~models.Exists(current), is_temporary=False)
        )
        return self._belonging(last, access.reach(user, action))

    def editable_by(self, user):
        """Return the members whose record `user` may change."""
        return self.known_to(user, access.MEMBERS)

    def _belonging(self, memberships, reach):
        # A semi-join over the cells of the branch: one index range, whatever the size of the city.
        within = memberships.filter(reach.condition("cell__path"))
        if reach.holds_a_root:
            # PostgreSQL takes both for the same; SQLite would first list the members of a city.
            there = models.Q(models.Exists(within.filter(member=models.OuterRef("pk"))))
        else:
            there = models.Q(pk__in=within.values("member"))
        return self.filter(there, merged_into__isnull=True)

    def active_on(self, day):
        """Return those who officially belong to a cell on `day`."""
        there = Membership.objects.active_on(day).filter(is_temporary=False)
        return self.filter(pk__in=there.values("member"), merged_into__isnull=True)

    def not_exempt_on(self, day):
        exempt = Exemption.objects.filter(member=models.OuterRef("pk")).in_force_on(day)
        return self.filter(~models.Exists(exempt))

    def full_on(self, day):
        """Return the full members of `day`; those without a date are probationary."""
        return self.filter(full_on__lte=day)

    def search(self, text):
        condition = Q()
        for word in fold(text).split():
            condition &= Q(search__contains=word)
        return self.filter(condition)


class Member(models.Model):
    """A person in the Party. The card number is kept as keyed hash and last four digits only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    full_name = models.CharField(max_length=120)
    search = models.CharField(max_length=150, editable=False, default="")
    sort_key = models.CharField(max_length=255, editable=False, default="")
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    card_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    admitted_on = models.DateField(null=True, blank=True)
    full_on = models.DateField(null=True, blank=True)
    # A record that was found to be another's double points to the one that was kept.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="doubles", db_index=False
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        indexes = [
            models.Index(fields=["sort_key"], name="member_by_name"),
            # Of the few: "no double" holds for nearly everybody, and SQLite took an index of all.
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="double_by_record_kept",
            ),
            # Who may be the same person.
            models.Index(fields=["search", "birth_year"], name="member_by_name_and_birth_year"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(full_on__isnull=True)
                | Q(admitted_on__isnull=True)
                | Q(full_on__gte=F("admitted_on")),
                name="member_is_full_no_earlier_than_admitted",
            ),
        ]

    def __str__(self):
        return self.full_name

    def is_full_on(self, day):
        return self.full_on is not None and self.full_on <= day


class MembershipQuerySet(models.QuerySet):
    def active_on(self, day):
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gt=day), joined_on__lte=day)

    def not_exempt_on(self, day):
        """Return the memberships of people not exempt from work and meetings on `day`."""
        exempt = Exemption.objects.filter(member=models.OuterRef("member")).in_force_on(day)
        return self.filter(~models.Exists(exempt))

    def full_on(self, day):
        """Return the memberships of those who are full members on `day`."""
        return self.filter(member__full_on__lte=day)


class Joined(models.TextChoices):
    ADMITTED = "admitted", "Kết nạp"
    TRANSFERRED = "transferred", "Chuyển sinh hoạt đến"
    REORGANISED = "reorganised", "Do sắp xếp tổ chức"
    RECORDED = "recorded", "Có sẵn khi lập danh sách"


class Left(models.TextChoices):
    TRANSFERRED = "transferred", "Chuyển sinh hoạt đi"
    REORGANISED = "reorganised", "Do sắp xếp tổ chức"
    RETURNED = "returned", "Hết thời gian sinh hoạt tạm thời"
    RESIGNED = "resigned", "Xin ra khỏi Đảng"
    DIED = "died", "Từ trần"
    REMOVED = "removed", "Xóa tên"
    EXPELLED = "expelled", "Khai trừ"


class Membership(models.Model):
    """A member's time in one cell; `left_on` is the first day no longer there."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="memberships")
    cell = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    is_temporary = models.BooleanField(default=False)
    joined_by = models.CharField(
        max_length=15, choices=Joined, default=Joined.RECORDED, db_default=Joined.RECORDED
    )
    left_by = models.CharField(max_length=15, choices=Left, blank=True, default="", db_default="")
    decision = models.CharField(max_length=200, blank=True, default="", db_default="")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["cell", "joined_on"]
        indexes = [
            # Who is where today: the question of every list and of the access root. Read alone,
            # without the table, once that is vacuumed: with years of ended memberships beside the
            # open ones, half the time and a thirtieth of the pages.
            models.Index(
                fields=["cell", "member"],
                condition=Q(left_on__isnull=True),
                name="open_membership_by_cell",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(left_on__isnull=True, is_temporary=False),
                name="one_open_membership_per_member",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gt=F("joined_on")),
                name="membership_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.member} – {self.cell}"


class ExemptionQuerySet(models.QuerySet):
    def in_force_on(self, day):
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class Exemption(models.Model):
    """Miễn công tác và sinh hoạt: never in a denominator while it holds."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="exemptions")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=120, blank=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        ordering = ["member", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="exemption_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.starts_on:%d/%m/%Y}"
