"""What an exported workbook of sheets remembers of its making: period, criteria, values."""

import json
import re
from dataclasses import dataclass, field

from django.utils import timezone

from cells import access
from cells.models import User
from cells.vietnamese import tidy
from cells.workbook import Grid, WorkbookError
from evaluations.models import Evaluation, Period
from evaluations.sheet_columns import DATA_SHEET, FORMAT

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER = re.compile(
    r"\bqu[ýy]\s+(iv|i{1,3}|[1-4])\s*(?:[/,-]|n[ăa]m)?\s*(?:n[ăa]m\s*)?(\d{4})", re.I
)
_MONTH = re.compile(
    r"\bth[áa]ng\s+(1[0-2]|0?[1-9])\s*(?:[/,-]|n[ăa]m)?\s*(?:n[ăa]m\s*)?(20\d{2})\b", re.I
)
_YEAR = re.compile(r"\bn[ăa]m\s+(20\d{2})\b", re.I)
_CODE = re.compile(r"\b(20\d{2}-(?:Q[1-4]|M(?:0[1-9]|1[0-2])))\b")
UNREADABLE = "Phần dữ liệu ẩn của tệp bị hỏng. Xuất lại phiếu rồi điền."


@dataclass
class Basis:
    """The hidden sheet of an export: each value as it stood, with its version."""

    period: str = ""
    criteria: str = ""
    sha256: str = ""
    values: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)


def basis_rows(
    *, period: str, criteria: str, sha256: str, values: dict[str, dict[str, tuple[int, str]]]
) -> list[list[str]]:
    """Return the rows of the hidden sheet. `values`: unit code → line → (version, answer)."""
    return [
        [FORMAT, period, criteria, sha256],
        *([code, json.dumps(lines, separators=(",", ":"))] for code, lines in values.items()),
    ]


def basis_of(book: list[Grid]) -> Basis | None:
    """Return what the hidden sheet of a workbook says; None where it has none."""
    grid = next((grid for grid in book if grid.title == DATA_SHEET), None)
    if grid is None:
        return None
    try:
        head, *rows = (line.cells for line in grid.lines)
        form, period, criteria, sha256 = head
        values = {
            (str(code), line): (int(version), str(answer))
            for code, text in rows
            for line, (version, answer) in json.loads(text).items()
        }
    except (ValueError, TypeError, AttributeError) as error:
        raise WorkbookError(UNREADABLE) from error
    if form != FORMAT:
        raise WorkbookError(UNREADABLE)
    return Basis(str(period), str(criteria), str(sha256), values)


def period_of(book: list[Grid], basis: Basis | None, by: User) -> Period:
    """Return the period a workbook is about: hidden sheet, title rows, or the only open one."""
    code = basis.period if basis else _named(book)
    if code:
        period: Period | None = Period.objects.opened().filter(code=code).first()
        # A title may speak of the year without being about the sheets of the year.
        if period is None and ("-" in code or basis):
            raise WorkbookError(f"Kỳ {code} chưa được mở trong hệ thống.")
        if period:
            return period
    sheets = Evaluation.objects.allowed(by, access.ENTER)
    now = timezone.now()
    periods: list[Period] = list(
        Period.objects.opened().filter(
            closed_at__isnull=True, locks_at__gt=now, pk__in=sheets.values("period")
        )
    )
    if len(periods) != 1:
        raise WorkbookError(
            "Không rõ tệp này của kỳ nào. Ghi tên kỳ, ví dụ “Quý IV/2026” hoặc “Năm 2026”, ở dòng"
            " đầu trang tính."
        )
    return periods[0]


def _named(book: list[Grid]) -> str:
    """Return the period that the first rows of the visible sheets name, "" for none."""
    texts = [
        str(value)
        for grid in book
        if not grid.hidden
        for line in grid.lines[:10]
        for value in line.cells
        if value is not None
    ]
    # "Quý IV năm 2026" names a year too: the longest period is looked for last.
    for read in (_part_of_year, _year):
        for text in [*(grid.title for grid in book), *texts]:
            if code := read(tidy(text)):
                return code
    return ""


def _part_of_year(text: str) -> str:
    if found := _CODE.search(text):
        return found[1]
    if found := _QUARTER.search(text):
        number = _ROMAN.get(found[1].lower()) or int(found[1])
        return f"{found[2]}-Q{number}"
    found = _MONTH.search(text)
    return f"{found[2]}-M{int(found[1]):02}" if found else ""


def _year(text: str) -> str:
    found = _YEAR.search(text)
    return found[1] if found else ""
