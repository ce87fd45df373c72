"""What the import pages say: an import in one sentence, and the workbooks on offer."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from cells import access
from cells.imports import Report
from cells.models import Unit, User
from evaluations.models import CriteriaSet, Evaluation, Period


@dataclass(frozen=True)
class Export:
    """One workbook on offer: the sheets of a period below a unit, under one criteria set."""

    period: Period
    unit: Unit
    criteria: CriteriaSet
    sheets: int


def summary(report: Report, *, noun: str, applied: bool, waits: bool) -> tuple[str, str]:
    """Return level and text: a test speaks of the future, an import of the past.

    `waits` tells whether the file is still kept for "Nhập thật".
    """
    if applied:
        return (
            "success",
            f"Đã thêm {report.created}, đã sửa {report.updated}, giữ nguyên {report.unchanged}"
            f" {noun}.",
        )
    if report.errors:
        return (
            "error",
            f"Chưa nhập được: tệp có {len(report.errors)} lỗi. Chưa có gì được ghi. Sửa các ô dưới"
            " đây trong tệp rồi chọn lại tệp.",
        )
    if not report.rows:
        return "warning", "Bảng trong tệp chưa có dòng dữ liệu nào. Điền rồi chọn lại tệp."
    if not report.created and not report.updated:
        return (
            "info",
            f"Không có gì để nhập: cả {report.unchanged} {noun} trong tệp đã giống như đang lưu.",
        )
    if not waits:
        return "warning", "Tệp chờ quá 24 giờ nên đã bị xóa. Hãy chọn lại tệp."
    return (
        "info",
        f"Sẽ thêm {report.created}, sửa {report.updated}, giữ nguyên {report.unchanged} {noun}."
        " Chưa có gì được ghi; bấm “Nhập thật” để ghi.",
    )


def exports_for(user: User) -> list[Export]:
    """Return the workbooks of the periods that are open for entering, newest first."""
    reach = access.reach(user, access.ENTER)
    if not reach:
        return []
    held = list(Unit.objects.filter(path__in=reach.paths))
    found = []
    periods = Period.objects.opened().filter(closed_at__isnull=True, locks_at__gt=timezone.now())
    for period in periods:
        for unit in held:
            found.extend(_exports(user, period, unit))
    return found


def _exports(user: User, period: Period, unit: Unit) -> list[Export]:
    within = access.branch(unit.path)
    counted = (
        Evaluation.objects.allowed(user, access.ENTER)
        .filter(within.condition("path") | within.condition("unit__path"), period=period)
        .order_by()
        .values_list("criteria")
        .annotate(sheets=Count("pk"))
    )
    counts = dict(counted)
    sets = CriteriaSet.objects.defer("text").in_bulk(list(counts))
    return [Export(period, unit, sets[pk], count) for pk, count in sorted(counts.items())]
