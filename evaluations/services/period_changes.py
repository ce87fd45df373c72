"""Moving the dates of a period, and closing it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cells.models import User
from cells.services import audit
from evaluations.models import Period
from evaluations.services.errors import LockedError


def period_locked(period: Period) -> Period:
    """Return the period, locked for this transaction. Raises LockedError once it is closed."""
    held = Period.objects.select_for_update().get(pk=period.pk)
    if held.closed_at is not None:
        raise LockedError(f"{held.title} đã đóng nên không sửa được nữa.")
    return held


@transaction.atomic
def period_reschedule(
    *, period: Period, due_on: date, locks_at: datetime, by: User, door: str
) -> Period:
    """Set the due date and the moment that ends entering; record each that changes."""
    held = period_locked(period)
    for field, new in (("due_on", due_on), ("locks_at", locks_at)):
        old = getattr(held, field)
        if old == new:
            continue
        setattr(held, field, new)
        audit.record(
            by=by,
            door=door,
            action="period_rescheduled",
            subject=held,
            period=held.code,
            field=field,
            old=old.isoformat(),
            new=new.isoformat(),
        )
    held.save(update_fields=["due_on", "locks_at"])
    return held


@transaction.atomic
def period_close(*, period: Period, by: User, door: str) -> Period:
    """End all work on a period: nothing is entered, appraised or decided in it any more."""
    held = period_locked(period)
    held.closed_at = timezone.now()
    held.save(update_fields=["closed_at"])
    audit.record(
        by=by,
        door=door,
        action="period_closed",
        subject=held,
        period=held.code,
        field="closed_at",
        new=held.closed_at.isoformat(),
    )
    return held
