"""Recognition by committee as a workbook: Bìa, Công nhận."""

from collections.abc import Sequence
from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

from cells.cover import COUNT, POINTS, SAFE, cover_write, table_write
from cells.models import User
from evaluations.models import Period
from evaluations.reports.recognition_overview import CommitteeRow, total_of
from evaluations.rules.numbers import spoken

# (header, width, format; "" for text)
COLUMNS = [
    ("Mã", 16, ""),
    ("Đảng ủy", 48, ""),
    ("Chi bộ", 12, COUNT),
    ("Đã quyết định kết quả", 16, COUNT),
    ("Đủ điều kiện", 14, COUNT),
    ("Trần", 10, COUNT),
    ("Được công nhận", 16, COUNT),
    ("Tỷ lệ (%)", 12, POINTS),
    ("Quyết định công nhận", 60, ""),
]


def recognition_workbook(
    target: IO[bytes], *, rows: Sequence[CommitteeRow], period: Period, q: str, user: User
) -> None:
    """Write what the overview shows, all pages of it."""
    with Workbook(target, SAFE) as book:
        cover_write(book, title=_title(period), facts=_facts(rows, q, user))
        table_write(book, "Công nhận", COLUMNS, map(_row, rows), len(rows))


def _title(period: Period) -> str:
    return f"Công nhận “Chi bộ bốn tốt”, {period.title.lower()}"


def _row(row: CommitteeRow) -> tuple[Any, ...]:
    return (
        row.committee.code,
        row.committee.name,
        row.units,
        row.decided,
        row.eligible,
        row.cap,
        row.recognised,
        None if row.share is None else row.share / 100,
        "; ".join(str(made) for made in row.decisions),
    )


def _facts(rows: Sequence[CommitteeRow], q: str, user: User) -> list[tuple[str, str | int]]:
    now, total = timezone.localtime(), total_of(rows)
    return [
        ("Tìm", q or "tất cả"),
        ("Số đảng ủy", len(rows)),
        ("Số chi bộ", total.units),
        ("Đủ điều kiện", total.eligible),
        ("Được công nhận", total.recognised),
        ("Tỷ lệ", "–" if total.share is None else f"{spoken(total.share)} %"),
        ("Cách tính", "Chi bộ được công nhận ÷ chi bộ trực thuộc vào ngày cuối năm."),
        ("Xuất tệp lúc", f"{now:%H:%M:%S ngày %d/%m/%Y}"),
        ("Người xuất tệp", str(user)),
    ]
