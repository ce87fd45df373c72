"""Reminding those who still owe a sheet, seven days, two days and on the day it is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from cells.models import NoticeKind, Unit, User
from cells.services.mails import digest_moment
from cells.services.notices import Message, notices_send
from cells.services.recipients import officers_above, officers_at, secretaries
from evaluations.models import Evaluation, Period, State

DAYS_BEFORE = (7, 2, 0)
AFTER_OPENING = timedelta(days=1)
STILL_DUE = (State.DRAFT, State.RETURNED)
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


@dataclass
class Owed:
    """The sheets that one person has to see to: as secretary, as staff, of the own committee."""

    cells: list[Unit] = field(default_factory=list)
    below: list[Unit] = field(default_factory=list)
    committees: list[Unit] = field(default_factory=list)

    def units(self) -> list[Unit]:
        return [*self.cells, *self.below, *self.committees]


def reminders_send(*, now: datetime) -> int:
    """Remind people of what is due; return how many lines were new. Safe to run again.

    From the hour of the digests on, so that both are one mail; never within a day of the opening
    of the period.
    """
    moment = digest_moment(now)
    if now < moment:
        return 0
    periods = Period.objects.opened().filter(
        closed_at__isnull=True, opened_at__lte=moment - AFTER_OPENING
    )
    today = timezone.localdate(now)
    return sum(
        _remind(period, today + timedelta(days=days), days)
        for period in periods
        for days in DAYS_BEFORE
    )


def due_on(day: date) -> Q:
    """Return the condition that a sheet is due on `day`: an extension puts it off."""
    put_off = Q(period_unit__extended_until__date__gt=F("period__due_on"))
    extended = put_off & Q(period_unit__extended_until__date=day)
    usual = Q(period_unit__extended_until__isnull=True) | Q(
        period_unit__extended_until__date__lte=F("period__due_on")
    )
    return extended | usual & Q(period__due_on=day)


def _remind(period: Period, day: date, days: int) -> int:
    sheets = (
        Evaluation.objects.owed()
        .filter(due_on(day), period=period, state__in=STILL_DUE)
        .select_related("unit")
        .order_by("path")
    )
    owed = _by_person(sheet.unit for sheet in sheets)
    return notices_send(_message(person, one, period, day, days) for person, one in owed.items())


def _by_person(units: Iterable[Unit]) -> dict[User, Owed]:
    found: dict[User, Owed] = defaultdict(Owed)
    held = list(units)
    if not held:
        return found
    cells = [unit for unit in held if unit.is_cell]
    committees = [unit for unit in held if not unit.is_cell]
    own, above, at = secretaries(cells), officers_above(cells), officers_at(committees)
    for unit in cells:
        for person in own[unit.pk]:
            found[person].cells.append(unit)
        for person in above[unit.pk]:
            found[person].below.append(unit)
    for unit in committees:
        for person in at[unit.pk]:
            found[person].committees.append(unit)
    return found


def _message(person: User, owed: Owed, period: Period, day: date, days: int) -> Message:
    units = owed.units()
    only = units[0] if len(units) == 1 and not owed.below else None
    return Message(
        kind=NoticeKind.REMINDER,
        to=person,
        text=f"{_what(owed, only, period)} {_until(day, days)}",
        url=_where(owed, only, period),
        unit=only,
        period=period.code,
        key=f"reminder:{period.code}:{day:%Y%m%d}:{days}",
    )


def _where(owed: Owed, only: Unit | None, period: Period) -> str:
    if only:
        return reverse("evaluations:sheet", args=[period.code, only.code])
    page = "progress" if owed.below or owed.committees else "queue"
    return reverse(f"evaluations:{page}", args=[period.code])


def _what(owed: Owed, only: Unit | None, period: Period) -> str:
    if only:
        return f"{only.name}: chưa nộp phiếu {period.title}."
    cells = len({unit.pk for unit in (*owed.cells, *owed.below)})
    parts = [f"{cells} chi bộ"] if cells else []
    if owed.committees:
        parts.append(f"{len(owed.committees)} đảng bộ")
    return f"Còn {' và '.join(parts)} chưa nộp phiếu {period.title}."


def _until(day: date, days: int) -> str:
    named = f"{WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"
    return f"Hạn nộp {named}, {f'còn {days} ngày' if days else 'là hôm nay'}."
