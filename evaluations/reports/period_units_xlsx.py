"""Who must report in an opened period, who not and why, as a workbook."""

from collections.abc import Iterator
from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

from cells.cover import COUNT, SAFE, cover_write, table_write
from cells.models import User
from evaluations.models import Period, PeriodUnit
from evaluations.reports.period_units import Listing
from evaluations.services.periods import NOT_A_CELL

CHUNK = 2_000
COLUMNS = [
    ("Mã", 16, ""),
    ("Tên", 48, ""),
    ("Cấp ủy thẩm định", 48, ""),
    ("Loại hình", 28, ""),
    ("Đảng viên", 12, COUNT),
    ("Phải nộp", 12, ""),
    ("Không phải nộp vì", 48, ""),
    ("Gia hạn đến", 20, ""),
]


def period_units_workbook(
    target: IO[bytes], *, period: Period, listing: Listing, user: User
) -> None:
    count = listing.expected + listing.not_expected
    with Workbook(target, SAFE) as book:
        cover_write(
            book, title=f"Đơn vị phải nộp phiếu {period.title}", facts=_facts(period, listing, user)
        )
        table_write(book, "Đơn vị", COLUMNS, _rows(period), count)


def _rows(period: Period) -> Iterator[tuple[Any, ...]]:
    rows = (
        PeriodUnit.objects.filter(period=period)
        .exclude(reason=NOT_A_CELL)
        .order_by("path")
        .values_list(
            "unit__code",
            "name",
            "committee__name",
            "kind__name",
            "members",
            "is_expected",
            "reason",
            "extended_until",
        )
    )
    for *start, is_expected, reason, until in rows.iterator(chunk_size=CHUNK):
        said = f"{timezone.localtime(until):%H:%M %d/%m/%Y}" if until else ""
        yield (*start, "Có" if is_expected else "Không", reason, said)


def _facts(period: Period, listing: Listing, user: User) -> list[tuple[str, str | int]]:
    return [
        ("Kỳ", period.title),
        ("Theo cây tổ chức ngày", f"{period.ends_on:%d/%m/%Y}"),
        ("Phải nộp", listing.expected),
        ("Không phải nộp", listing.not_expected),
        ("Hạn nộp đúng hạn", f"{period.due_on:%d/%m/%Y}"),
        ("Khóa nhập lúc", f"{timezone.localtime(period.locks_at):%H:%M %d/%m/%Y}"),
        ("Xuất tệp lúc", f"{timezone.localtime():%H:%M:%S ngày %d/%m/%Y}"),
        ("Người xuất tệp", str(user)),
    ]
