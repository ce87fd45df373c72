"""Who has not handed in, as plain text: to be sent by Zalo or read out on the telephone."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from cells.models import Unit
from cells.services.recipients import secretaries
from evaluations.models import Evaluation, State
from evaluations.reports.progress import STAGES, Progress, by_committee, rows_shown
from evaluations.services.reminders import WEEKDAYS
from members.models import Post

# Beyond this nobody telephones one by one: committees are named with how many they lack.
LISTED = 300


def overdue_text(progress: Progress) -> str:
    """Return the list of one scope: no scores, only what exists of names."""
    total = progress.total
    if not total.left:
        return "\n".join([*_head(progress), "", "Tất cả đã nộp."])
    left = progress.scope.sheets.filter(STAGES["left"][1])
    lines = _by_cell(left) if total.left <= LISTED else _by_committee(progress)
    return "\n".join([*_head(progress), *lines])


def _head(progress: Progress) -> list[str]:
    period, total = progress.scope.period, progress.total
    day, now = period.due_on, timezone.localtime()
    where = f", {progress.name}" if progress.name else ""
    past = " (đã quá hạn)" if timezone.localdate() > day else ""
    return [
        f"CHƯA NỘP PHIẾU {period.title.upper()}{where}",
        f"Hạn nộp: {WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}{past}.",
        f"Còn {total.left}/{total.expected} phiếu, tính đến {now:%H:%M ngày %d/%m/%Y}.",
    ]


def _by_committee(progress: Progress) -> list[str]:
    rows = [row for row in rows_shown(progress.rows, q="", sort="name") if row.counts.left]
    lines = [
        f"{place}. {row.name}: còn {row.counts.left}/{row.counts.expected}"
        for place, row in enumerate(rows, start=1)
    ]
    if progress.direct.left:
        lines.append(f"{len(rows) + 1}. Trực thuộc: còn {progress.direct.left}")
    return ["", *lines]


def _by_cell(left: QuerySet[Evaluation]) -> list[str]:
    sheets = list(left.select_related("unit", "period", "period_unit__parent").order_by("path"))
    names = secretary_names(sheet.unit for sheet in sheets)
    groups = by_committee(sheets)
    lines: list[str] = []
    for committee, own in groups.items():
        lines += ["", f"{committee}:"] if len(groups) > 1 else [""]
        lines += [
            f"{place}. {_line(sheet, names.get(sheet.unit_id, ''))}"
            for place, sheet in enumerate(own, start=1)
        ]
    return lines


def _line(sheet: Evaluation, secretary: str) -> str:
    parts = [sheet.period_unit.name]
    if secretary:
        parts.append(f"Bí thư {secretary}")
    if sheet.state == State.RETURNED:
        parts.append("bị trả lại để sửa")
    if until := sheet.period_unit.extended_until:
        parts.append(f"được gia hạn đến {timezone.localtime(until):%H:%M %d/%m/%Y}")
    return "; ".join(parts)


def secretary_names(units: Iterable[Unit]) -> dict[int, str]:
    """Return the secretary of each unit: by the office held, else by the account."""
    held = list(units)
    accounts = {pk: people[0].full_name for pk, people in secretaries(held).items() if people}
    posts = (
        Post.objects.held_on(timezone.localdate())
        .filter(unit__in=[unit.pk for unit in held], kind=Post.Kind.SECRETARY)
        .values_list("unit_id", "member__full_name")
    )
    return accounts | dict(posts)
