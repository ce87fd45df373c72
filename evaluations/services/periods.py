"""Opening a period: who has to report is frozen once, as the tree stands on its last day."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from cells.models import Placement, User
from cells.services import audit
from evaluations.models import CriteriaSet, Evaluation, Period, PeriodUnit
from evaluations.services.criteria_choice import CriteriaChoice
from evaluations.services.errors import RefusedError
from members.counts import NOBODY, counts_on

CODE = re.compile(r"(20[0-9]{2})(?:-Q([1-4])|-M(0[1-9]|1[0-2]))?")
DUE_DAY, LOCK_DAY = 5, 15  # of the month after the period, unless the opener says otherwise
CHUNK = 2000
AHEAD = timedelta(days=100)  # the next quarter can be opened, no later one by mistake

NOT_A_CELL = "Không phải chi bộ"
NO_WHOLE_MONTH = "Mới thành lập, chưa đủ một tháng phải sinh hoạt"
NO_CRITERIA = "Chưa có bộ tiêu chí cho kỳ này"
NOBODY_ABOVE = "Không có cấp ủy cấp trên để thẩm định"


@dataclass(frozen=True)
class Opened:
    """A period after opening: sheets added this time, and how many units owe one or not."""

    period: Period
    created_sheets: int
    expected: int
    not_expected: int


class Place(NamedTuple):
    """Where and what a unit is on one day."""

    unit_id: int
    parent_id: int | None
    name: str
    level_id: int
    is_grassroots: bool
    kind_id: int | None
    code: str
    is_cell: bool
    founded_on: date


@transaction.atomic
def period_open(
    *,
    code: str,
    by: User | None,
    door: str,
    due_on: date | None = None,
    locks_at: datetime | None = None,
) -> Opened:
    """Freeze who must report in a period and give each its sheet.

    Running it again adds the units founded since, and gives their sheet to those that were
    waiting for criteria; it touches nothing else. Raises RefusedError for a malformed code and
    for a period that is closed.
    """
    period = period_prepare(code=code, due_on=due_on, locks_at=locks_at)
    known = set(period.units.values_list("unit_id", flat=True))
    added = _create(PeriodUnit, (row for row in snapshot(period) if row.unit_id not in known))
    _expect_those_without_criteria(period)
    owing = period.units.filter(is_expected=True, evaluation__isnull=True).order_by("path")
    # Not joined: each row would bring the whole text of its criteria.
    sets = CriteriaSet.objects.in_bulk()
    created = _create(Evaluation, (_sheet(row, sets[row.criteria_id]) for row in owing))
    counts = period.units.aggregate(
        expected=Count("pk", filter=Q(is_expected=True)),
        not_expected=Count("pk", filter=Q(is_expected=False)),
    )
    opened = Opened(period, created, **counts)
    if added or created:
        opening_record(opened, by=by, door=door)
    return opened


def period_prepare(
    *, code: str, due_on: date | None = None, locks_at: datetime | None = None
) -> Period:
    """Return the period of `code`, locked for this transaction, made if it is not there."""
    kind, starts_on, ends_on = period_bounds(code)
    if starts_on > timezone.localdate() + AHEAD:
        raise RefusedError(f"Kỳ {code} còn quá xa, chưa mở được. Kiểm tra lại mã kỳ.")
    usual_due_on, usual_locks_at = usual_dates(ends_on)
    Period.objects.get_or_create(
        code=code,
        defaults={
            "kind": kind,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "due_on": due_on or usual_due_on,
            "locks_at": locks_at or usual_locks_at,
        },
    )
    period = Period.objects.select_for_update().get(code=code)
    if period.closed_at is not None:
        raise RefusedError(f"{period.title} đã đóng nên không mở lại được.")
    if period.opened_at is None:
        period.opened_at = timezone.now()
        period.save(update_fields=["opened_at"])
    return period


def usual_dates(ends_on: date) -> tuple[date, datetime]:
    """Return when sheets are due and entering ends, where the opener does not say."""
    after = ends_on + timedelta(days=1)
    last_moment = datetime.combine(after.replace(day=LOCK_DAY), time(23, 59, 59))
    return (
        after.replace(day=DUE_DAY),
        timezone.make_aware(last_moment, timezone.get_default_timezone()),
    )


def period_bounds(code: str) -> tuple[Period.Kind, date, date]:
    """Return kind, first day and last day of the period "2026-Q4", "2026-M07" or "2026"."""
    match = CODE.fullmatch(code)
    if match is None:
        raise RefusedError(
            f"Mã kỳ “{code}” không đúng. Viết theo mẫu 2026-Q4 (quý), 2026-M07 (tháng) hoặc"
            " 2026 (năm)."
        )
    year = int(match[1])
    if match[2]:
        first = 3 * int(match[2]) - 2
        return Period.Kind.QUARTER, date(year, first, 1), _month_end(year, first + 2)
    if match[3]:
        return Period.Kind.MONTH, date(year, int(match[3]), 1), _month_end(year, int(match[3]))
    return Period.Kind.YEAR, date(year, 1, 1), date(year, 12, 31)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def snapshot(period: Period, *, with_members: bool = True) -> Iterator[PeriodUnit]:
    """Yield an unsaved row for every unit alive on the last day of the period, as it is then.

    Counting the members is most of the work; who must report does not depend on it.
    """
    day = period.ends_on
    places = _places(day)
    counts = counts_on(day) if with_members else {}
    choices = {is_cell: _choice(period, is_cell=is_cell) for is_cell in (True, False)}
    above: dict[int, tuple[str, int | None]] = {}
    for place in places.values():
        path, committee_id = _place_in_tree(place, places, above)
        criteria = choices[place.is_cell].at(path)
        reason = _why_not(place, day, criteria)
        if not place.is_cell and not reason:
            committee_id = place.parent_id
        count = counts.get(place.unit_id, NOBODY)
        yield PeriodUnit(
            period=period,
            unit_id=place.unit_id,
            path=path,
            name=place.name,
            is_cell=place.is_cell,
            parent_id=place.parent_id,
            committee_id=committee_id,
            level_id=place.level_id,
            kind_id=place.kind_id,
            members=count.official,
            attending=count.attending,
            criteria=None if reason else criteria,
            is_expected=not reason,
            reason=reason,
        )


def opening_record(opened: Opened, *, by: User | None, door: str) -> None:
    audit.record(
        by=by,
        door=door,
        action="period_opened",
        subject=opened.period,
        period=opened.period.code,
        new={
            "created_sheets": opened.created_sheets,
            "expected": opened.expected,
            "not_expected": opened.not_expected,
        },
    )


def _places(day: date) -> dict[int, Place]:
    alive = Q(unit__closed_on__isnull=True) | Q(unit__closed_on__gt=day)
    rows = (
        Placement.objects.as_of(day)
        .filter(alive, unit__founded_on__lte=day)
        .values_list(
            "unit_id",
            "parent_id",
            "name",
            "level_id",
            "level__is_grassroots",
            "kind_id",
            "unit__code",
            "unit__is_cell",
            "unit__founded_on",
        )
        .order_by("unit_id")
    )
    return {row[0]: Place(*row) for row in rows.iterator(chunk_size=CHUNK)}


def _place_in_tree(
    place: Place, places: dict[int, Place], above: dict[int, tuple[str, int | None]]
) -> tuple[str, int | None]:
    """Return the path of a unit and its grassroots committee, from the dated parents.

    `above` keeps what was found for each parent.
    """
    parent = places.get(place.parent_id) if place.parent_id is not None else None
    if parent is None:
        return f"/{place.code}/", None
    if parent.unit_id not in above:
        above[parent.unit_id] = _place_in_tree(parent, places, above)
    path, committee_id = above[parent.unit_id]
    return f"{path}{place.code}/", parent.unit_id if parent.is_grassroots else committee_id


def _why_not(place: Place, last_day: date, criteria: CriteriaSet | None) -> str:
    """Return why a unit owes no sheet; "" if it does.

    The months it owes begin with the first whole one, so one is left only if it was founded by
    the first day of the last month.
    """
    if not place.is_cell and not (place.is_grassroots and criteria):
        return NOT_A_CELL
    if not place.is_cell and place.parent_id is None:
        return NOBODY_ABOVE
    if place.founded_on > last_day.replace(day=1):
        return NO_WHOLE_MONTH
    return "" if criteria else NO_CRITERIA


def _choice(period: Period, *, is_cell: bool) -> CriteriaChoice:
    return CriteriaChoice("cell" if is_cell else "committee", period.kind, period.ends_on)


def _expect_those_without_criteria(period: Period) -> None:
    """Expect cells and grassroots committees for which there is a set by now."""
    waiting = period.units.filter(is_expected=False)
    cells = waiting.filter(is_cell=True, reason=NO_CRITERIA)
    _expect(cells, _choice(period, is_cell=True), committee=F("committee"))
    committees = waiting.filter(
        is_cell=False, reason=NOT_A_CELL, level__is_grassroots=True, parent__isnull=False
    )
    _expect(committees, _choice(period, is_cell=False), committee=F("parent"))


def _expect(waiting: QuerySet[PeriodUnit], choice: CriteriaChoice, *, committee: F) -> None:
    if not choice:
        return
    by_set: dict[int, list[int]] = {}
    for row in waiting.only("path"):
        criteria = choice.at(row.path)
        if criteria is not None:
            by_set.setdefault(criteria.pk, []).append(row.pk)
    for criteria_id, rows in by_set.items():
        for start in range(0, len(rows), CHUNK):
            PeriodUnit.objects.filter(pk__in=rows[start : start + CHUNK]).update(
                is_expected=True, reason="", criteria=criteria_id, committee=committee
            )


def _sheet(row: PeriodUnit, criteria: CriteriaSet) -> Evaluation:
    return Evaluation(
        period_id=row.period_id,
        unit_id=row.unit_id,
        period_unit=row,
        criteria=criteria,
        path=row.path,
        lines_total=len(criteria.rules.indicators),
    )


def _create(model: type[models.Model], rows: Iterable[Any]) -> int:
    """Write rows in chunks; return how many."""
    created = 0
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        model._default_manager.bulk_create(chunk)
        created += len(chunk)
    return created
