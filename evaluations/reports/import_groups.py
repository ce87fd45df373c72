"""The errors of a file by their kind, each with how often and in which rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cells.imports import RowError

TITLES = {
    "unknown": "Mã không có hoặc ngoài phạm vi",
    "twice": "Một chi bộ có hai dòng trong tệp",
    "other_set": "Phiếu chấm theo bộ tiêu chí khác",
    "choice": "Giá trị không có trong danh sách chọn",
    "number": "Số ghi chưa đúng",
    "missing": "Còn thiếu tử số hoặc mẫu số",
    "rule": "Trái quy tắc chấm điểm",
    "locked": "Phiếu hoặc dòng đang khóa",
    "conflict": "Đã có người sửa trên trang phiếu sau khi xuất tệp",
}
ROWS_NAMED = 20
# What differs between two messages of one sort: what stands in quotes, and numbers.
_PARTICULARS = re.compile(r"“[^”]*”|\d[\d./,:]*")


@dataclass(frozen=True)
class ErrorGroup:
    """Errors of one kind, as far as they are shown; `count` is of all."""

    title: str
    count: int
    rows: str
    errors: tuple[RowError, ...]

    @property
    def hidden(self) -> int:
        return self.count - len(self.errors)


def error_groups(errors: Sequence[RowError], *, shown: int) -> list[ErrorGroup]:
    """Return the errors by kind, the most frequent first; at most `shown` of each in full."""
    by_kind: dict[str, list[RowError]] = {}
    for error in errors:
        key = error.kind or _PARTICULARS.sub("…", error.message)
        by_kind.setdefault(key, []).append(error)
    groups = [
        ErrorGroup(_title(key, found), len(found), _rows(found), tuple(found[:shown]))
        for key, found in by_kind.items()
    ]
    return sorted(groups, key=lambda group: -group.count)


def _title(key: str, errors: Sequence[RowError]) -> str:
    if key in TITLES:
        return TITLES[key]
    messages = {error.message for error in errors}
    return messages.pop() if len(messages) == 1 else key


def _rows(errors: Sequence[RowError]) -> str:
    """Name the rows: "dòng 6, 8, 12 … và 5 dòng nữa"; "" where the whole file is meant."""
    rows = sorted({error.row for error in errors if error.row is not None})
    if not rows:
        return ""
    more = len(rows) - ROWS_NAMED
    named = ", ".join(str(row) for row in rows[:ROWS_NAMED])
    return f"dòng {named}" + (f" … và {more} dòng nữa" if more > 0 else "")
