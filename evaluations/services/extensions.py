"""Letting single units enter for longer than the period: until a moment, for a reason."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cells.models import User
from evaluations.models import Evaluation, Period, State
from evaluations.services.errors import ReasonMissingError, RefusedError
from evaluations.services.period_changes import period_locked
from evaluations.services.sheets import sheet_record

STILL_ENTERED = (State.DRAFT, State.RETURNED, State.SUBMITTED)


def extendable(period: Period) -> QuerySet[Evaluation]:
    """Return the sheets of a period whose units could use more time: owed, not yet appraised."""
    return Evaluation.objects.owed().filter(period=period, state__in=STILL_ENTERED)


def extensions_of(period: Period) -> QuerySet[Evaluation]:
    """Return the sheets whose units were given more time, the longest first."""
    return (
        Evaluation.objects.filter(period=period, period_unit__extended_until__isnull=False)
        .select_related("unit", "period", "period_unit__committee", "period_unit__extended_by")
        .order_by("-period_unit__extended_until", "path")
    )


@transaction.atomic
def units_extend(
    *,
    period: Period,
    sheets: Iterable[Evaluation],
    until: datetime,
    reason: str,
    by: User,
    door: str,
) -> int:
    """Let the units of `sheets` enter until a moment; all of them or none. Return how many.

    A unit that has an extension gets the new one instead. Raises LockedError once the period is
    closed, RefusedError for a moment that gives no time and for a unit that needs none.
    """
    held = period_locked(period)
    if not reason.strip():
        raise ReasonMissingError("Cần ghi lý do gia hạn.")
    _check_moment(held, until)
    wanted = {sheet.pk for sheet in sheets}
    found = list(
        extendable(held)
        .filter(pk__in=wanted)
        .select_for_update(of=("self",))
        .select_related("unit", "period", "period_unit")
        .order_by("pk")
    )
    if not found or len(found) != len(wanted):
        raise RefusedError(
            "Chọn ít nhất một đơn vị còn phải nộp phiếu và chưa được thẩm định xong."
        )
    for sheet in found:
        _extend(sheet, until, reason.strip(), by, door)
    return len(found)


def _check_moment(period: Period, until: datetime) -> None:
    if until <= timezone.now():
        raise RefusedError("Thời điểm gia hạn phải ở sau lúc này. Hãy nhập lại.")
    if until <= period.locks_at:
        locks_at = timezone.localtime(period.locks_at)
        raise RefusedError(
            f"Kỳ khóa nhập lúc {locks_at:%H:%M ngày %d/%m/%Y}; thời điểm gia hạn phải ở sau đó."
        )


def _extend(sheet: Evaluation, until: datetime | None, reason: str, by: User, door: str) -> None:
    place = sheet.period_unit
    old, place.extended_until = place.extended_until, until
    place.extension_reason = reason if until else ""
    place.extended_by = by if until else None
    place.save(update_fields=["extended_until", "extension_reason", "extended_by"])
    sheet_record(
        sheet,
        by,
        door,
        "extended" if until else "extension_revoked",
        field="extended_until",
        old=old.isoformat() if old else None,
        new=until.isoformat() if until else None,
        reason=reason,
    )


@transaction.atomic
def extension_revoke(*, sheet: Evaluation, by: User, door: str) -> Evaluation:
    """End an extension that still runs; one that has ended stays in the list."""
    running = extensions_of(period_locked(sheet.period)).filter(
        pk=sheet.pk, period_unit__extended_until__gt=timezone.now()
    )
    held = running.select_for_update(of=("self",)).first()
    if held is None:
        raise RefusedError("Đơn vị này không còn được gia hạn nên không có gì để thu hồi.")
    _extend(held, None, "", by, door)
    return held
