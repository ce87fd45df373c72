"""Whether a sheet came in time: by the day it first came, not by the moment of locking."""

from datetime import date, datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from evaluations.models.periods import Period

# To count with, as in Count("pk", filter=ON_TIME); an extension moves the lock, not the due date.
ON_TIME = Q(first_submitted_at__date__lte=F("period__due_on"))
LATE = Q(first_submitted_at__date__gt=F("period__due_on"))


class PunctualQuerySet(QuerySet):
    def on_time(self):
        """Return the sheets that were handed in by the due date."""
        return self.filter(ON_TIME)

    def late(self):
        """Return the sheets that were handed in after the due date."""
        return self.filter(LATE)

    def overdue(self, today: date):
        """Return the sheets that should have been handed in before `today` and were not."""
        return self.filter(first_submitted_at__isnull=True, period__due_on__lt=today)


class Punctual:
    """What a sheet says of its punctuality. A return makes it no later: the first day counts."""

    first_submitted_at: datetime | None
    period: Period

    @property
    def handed_in_on(self) -> date | None:
        first = self.first_submitted_at
        return timezone.localdate(first) if first else None

    @property
    def is_on_time(self) -> bool:
        """Tell whether it was handed in by the due date; not so while it is being entered."""
        return self.handed_in_on is not None and self.handed_in_on <= self.period.due_on

    @property
    def is_late(self) -> bool:
        """Tell whether it was handed in after the due date, or is not yet though that is past."""
        return (self.handed_in_on or timezone.localdate()) > self.period.due_on
