"""A list of units as a workbook: Bìa, Đơn vị, exactly what the filter shows."""

from datetime import date
from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

from cells.cover import COUNT, DAY, SAFE, cover_write, table_write
from cells.models import Unit, User
from cells.services.dated_branch import standing
from cells.unit_filter import UnitFilter

CHUNK = 2_000
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
        units_of = (_row(row, names, members) for row in rows)
        table_write(book, "Đơn vị", COLUMNS, units_of, count)
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


def _facts(shown: UnitFilter, user: User, count: int) -> list[tuple[str, str | int]]:
    now = timezone.localtime()
    return [
        ("Theo ngày", shown.asked.text),
        ("Bộ lọc", shown.in_words()),
        ("Số đơn vị", count),
        ("Xuất tệp lúc", f"{now:%H:%M:%S ngày %d/%m/%Y}"),
        ("Người xuất tệp", str(user)),
    ]
