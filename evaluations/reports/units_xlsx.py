"""A list of units as a workbook: Bìa, Đơn vị, exactly what the filter shows."""

from collections.abc import Iterable
from datetime import date
from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

from cells.cover import FONT, SAFE, cover_write
from cells.models import Unit, User
from cells.services.dated_branch import standing
from cells.unit_filter import UnitFilter

CHUNK = 2_000
DAY, COUNT = "dd/mm/yyyy", "#,##0"
# (header, width, format; "" for text)
COLUMNS = [
    ("Mã", 16, ""),
    ("Tên", 48, ""),
    ("Cấp", 28, ""),
    ("Loại hình", 28, ""),
    ("Mã cấp trên", 16, ""),
    ("Trực thuộc", 48, ""),
    ("Mã tổ chức đảng", 22, ""),
    ("Thành lập", 14, DAY),
    ("Kết thúc", 14, DAY),
    ("Đảng viên", 12, COUNT),
    ("Chính thức", 12, COUNT),
]
FIELDS = (
    "code",
    "dated_name",
    "dated_level",
    "dated_kind",
    "dated_parent",
    "dated_parent_id",
    "organisation_code",
    "founded_on",
    "closed_on",
    "is_cell",
    "pk",
)
WRITERS = {"": "write_string", DAY: "write_datetime", COUNT: "write_number"}


def units_workbook(
    target: IO[bytes], *, shown: UnitFilter, user: User, members: dict[int, Any]
) -> int:
    """Write the units a filter shows; `members` holds the count of each cell."""
    units = shown.units(user)
    count: int = units.count()
    with Workbook(target, SAFE) as book:
        cover_write(book, title="Danh sách đơn vị", facts=_facts(shown, user, count))
        names = _names(shown.asked.day)
        rows = units.values_list(*FIELDS).iterator(chunk_size=CHUNK)
        _write(book, (_row(row, names, members) for row in rows), count)
    return count


def _names(day: date) -> dict[int, str]:
    """Return the names of committees on a day; of those that had ended, the last one."""
    then = standing(day).filter(unit__is_cell=False).values_list("unit", "name")
    return dict(Unit.objects.filter(is_cell=False).values_list("pk", "name")) | dict(then)


def _row(row: tuple[Any, ...], names: dict[int, str], members: dict[int, Any]) -> tuple[Any, ...]:
    code, name, level, kind, parent, parent_id, organisation, founded, closed, is_cell, pk = row
    counted = members.get(pk)
    return (
        code,
        name,
        level,
        kind,
        parent,
        names.get(parent_id, ""),
        organisation,
        founded,
        closed,
        (counted.official if counted else 0) if is_cell else None,
        (counted.full if counted else 0) if is_cell else None,
    )


def _write(book: Workbook, rows: Iterable[tuple[Any, ...]], count: int) -> None:
    sheet = book.add_worksheet("Đơn vị")
    head = book.add_format({**FONT, "bold": True, "bg_color": "#F5F0E7", "bottom": 2})
    looks = [book.add_format({**FONT, "num_format": look or "@"}) for _, _, look in COLUMNS]
    for number, (header, width, _) in enumerate(COLUMNS):
        sheet.set_column(number, number, width, looks[number])
        sheet.write_string(0, number, header, head)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(count, 1), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    writers = [getattr(sheet, WRITERS[look]) for _, _, look in COLUMNS]
    for place, values in enumerate(rows, start=1):
        for number, value in enumerate(values):
            if value is not None and value != "":
                writers[number](place, number, value, looks[number])


def _facts(shown: UnitFilter, user: User, count: int) -> list[tuple[str, str | int]]:
    now = timezone.localtime()
    return [
        ("Theo ngày", shown.asked.text),
        ("Bộ lọc", shown.in_words()),
        ("Số đơn vị", count),
        ("Xuất tệp lúc", f"{now:%H:%M:%S ngày %d/%m/%Y}"),
        ("Người xuất tệp", str(user)),
    ]
