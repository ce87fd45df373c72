"""Members on their way from one cell to another, and the days on which offices are closed."""

from django.db import models
from django.db.models import F, Q

from cells.models import Unit
from members.models.people import Member


class Holiday(models.Model):
    """A day that is no working day besides Saturdays and Sundays. Set by the state each year."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.day:%d/%m/%Y} {self.name}"


class TransferQuerySet(models.QuerySet):
    def under_way(self):
        return self.filter(presented_on__isnull=True, cancelled_on__isnull=True)

    def touching(self, reach):
        """Return those that begin or end within reach."""
        ends = reach.condition("origin__path") | reach.condition("target__path")
        return self.filter(ends)

    def temporarily_outside_on(self, day):
        """Return the temporary transfers out of the system that hold on `day`."""
        return self.filter(
            Q(returns_on__isnull=True) | Q(returns_on__gt=day),
            is_temporary=True,
            target__isnull=True,
            presented_on__lte=day,
            cancelled_on__isnull=True,
        )


class Transfer(models.Model):
    """Chuyển sinh hoạt đảng, official or temporary, out, in or within.

    Started within 60 working days of the decision or move, presented at the new cell within 30
    working days of the letter (Hanoi HD 02-HD/BTCTU, pt 6.3.1).
    """

    member = models.ForeignKey(Member, models.PROTECT, related_name="transfers")
    origin = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="transfers_out")
    target = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="transfers_in")
    # The place outside, where one end is not in this system.
    outside = models.CharField(max_length=200, blank=True)
    is_temporary = models.BooleanField(default=False)
    moved_on = models.DateField()
    letter_on = models.DateField(null=True, blank=True)
    presented_on = models.DateField(null=True, blank=True)
    returns_on = models.DateField(null=True, blank=True)
    cancelled_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=200, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-moved_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__isnull=False) | Q(target__isnull=False),
                name="transfer_has_an_end_here",
            ),
            models.CheckConstraint(
                condition=Q(letter_on__isnull=True) | Q(letter_on__gte=F("moved_on")),
                name="letter_follows_the_move",
            ),
            models.CheckConstraint(
                condition=Q(presented_on__isnull=True)
                | Q(letter_on__isnull=False, presented_on__gte=F("letter_on")),
                name="presenting_follows_the_letter",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.moved_on:%d/%m/%Y}"
