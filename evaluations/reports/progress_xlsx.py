"""Progress as a workbook: Bìa, Theo đảng ủy, Từng đơn vị. No scores."""

from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

from cells.cover import COUNT, DAY, POINTS, SAFE, cover_write, table_write
from cells.models import User
from evaluations.models import Evaluation, State
from evaluations.reports.progress import Counts, Progress, Row, rows_shown, sheets_shown

CHUNK = 2_000
# (header, width, format; "" for text)
COMMITTEES = [
    ("Mã", 16, ""),
    ("Đảng ủy", 48, ""),
    ("Phải nộp", 12, COUNT),
    ("Đã bắt đầu", 12, COUNT),
    ("Đã nộp", 12, COUNT),
    ("Tỷ lệ nộp (%)", 14, POINTS),
    ("Chưa nộp", 12, COUNT),
    ("Bị trả lại", 12, COUNT),
    ("Đã thẩm định", 14, COUNT),
    ("Đã quyết định", 14, COUNT),
    ("Nộp đúng hạn", 14, COUNT),
    ("Nộp muộn", 12, COUNT),
]
UNITS = [
    ("Mã", 16, ""),
    ("Đơn vị", 44, ""),
    ("Đảng ủy", 40, ""),
    ("Trạng thái", 18, ""),
    ("Số dòng đã chấm", 16, COUNT),
    ("Số dòng", 10, COUNT),
    ("Nộp lần đầu", 14, DAY),
    ("Đúng hạn", 20, ""),
]


def progress_workbook(target: IO[bytes], progress: Progress, *, q: str, user: User) -> None:
    """Write the committees that the page shows, and every single sheet of the scope."""
    rows = rows_shown(progress.rows, q=q, sort="name")
    sheets = sheets_shown(progress.scope.sheets, q="" if rows else q, stage="", sort="name")
    with Workbook(target, SAFE) as book:
        cover_write(book, title=_title(progress), facts=_facts(progress, q, user))
        if rows:
            table_write(book, "Theo đảng ủy", COMMITTEES, map(_committee, rows), len(rows))
        lines = map(_unit, sheets.iterator(chunk_size=CHUNK))
        table_write(book, "Từng đơn vị", UNITS, lines, sheets.count())


def _title(progress: Progress) -> str:
    return f"Tiến độ {progress.scope.period.title}"


def _committee(row: Row) -> tuple[Any, ...]:
    counts = row.counts
    return (
        row.code,
        row.name,
        counts.expected,
        counts.started,
        counts.submitted,
        None if counts.share is None else counts.share / 100,
        counts.left,
        counts.returned,
        counts.appraised,
        counts.decided,
        counts.on_time,
        counts.late,
    )


def _unit(sheet: Evaluation) -> tuple[Any, ...]:
    parent = sheet.period_unit.parent
    return (
        sheet.unit.code,
        sheet.period_unit.name,
        parent.name if parent else "",
        State(sheet.state).label,
        sheet.lines_done,
        sheet.lines_total,
        sheet.handed_in_on,
        punctuality(sheet),
    )


def punctuality(sheet: Evaluation) -> str:
    if sheet.handed_in_on is None:
        return "Quá hạn, chưa nộp" if sheet.is_late else "Chưa nộp"
    return "Đúng hạn" if sheet.is_on_time else "Nộp muộn"


def _facts(progress: Progress, q: str, user: User) -> list[tuple[str, str | int]]:
    now, total, period = timezone.localtime(), progress.total, progress.scope.period
    return [
        ("Phạm vi", progress.name or "Các đơn vị trong phạm vi phụ trách"),
        ("Tìm", q or "tất cả"),
        ("Hạn nộp đúng hạn", f"{period.due_on:%d/%m/%Y}"),
        *_counted(total),
        ("Cách tính", "Chỉ tính đơn vị phải nộp; bước sau tính cả vào bước trước."),
        ("Xuất tệp lúc", f"{now:%H:%M:%S ngày %d/%m/%Y}"),
        ("Người xuất tệp", str(user)),
    ]


def _counted(total: Counts) -> list[tuple[str, str | int]]:
    return [
        ("Phải nộp", total.expected),
        ("Đã nộp", total.submitted),
        ("Chưa nộp", total.left),
        ("Đã thẩm định", total.appraised),
        ("Đã quyết định", total.decided),
        ("Nộp đúng hạn", total.on_time),
        ("Nộp muộn", total.late),
    ]
