"""What happened on sheets after they were written, told in order of time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from cells.models import AuditEntry, Door, Notice, User
from evaluations.models import Evaluation

READ_AFTER = timedelta(days=1)
# Who is told of something so long before today has read it since.
OLD = timedelta(days=14)


@dataclass(frozen=True)
class Event:
    """One step at its moment; `tell` writes its rows and tells people, as the services do."""

    at: datetime
    tell: Callable[[datetime], object]


def happen(events: Iterable[Event], *, today: date) -> None:
    """Let everything happen, the earliest first: lists of notices and trails are in that order."""
    for event in sorted(events, key=lambda one: one.at):
        last = Notice.objects.aggregate(last=Max("pk"))["last"] or 0
        event.tell(event.at)
        told = Notice.objects.filter(pk__gt=last)
        told.update(created_at=event.at)
        if event.at < moment(today, 0) - OLD:
            told.update(read_at=event.at + READ_AFTER)


def moment(day: date, days: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return a time of day, some days after `day`."""
    there = datetime.combine(day + timedelta(days=days), time(hour, minute))
    return timezone.make_aware(there, timezone.get_default_timezone())


def remember(sheet: Evaluation, by: User, at: datetime, action: str, **change: Any) -> None:
    """Write the entry that a step leaves in the trail of a sheet."""
    AuditEntry.objects.create(
        by=by,
        at=at,
        door=Door.DEMO,
        action=action,
        subject_type="evaluation",
        subject_id=sheet.pk,
        unit=sheet.unit,
        period=sheet.period.code,
        **change,
    )
