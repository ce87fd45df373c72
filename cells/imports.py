"""What an import of one file found and did, and how it reads a row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from cells.cell_values import CellError, day_of, masked, number_of, shown, text_of
from cells.models import AuditEntry, Door, User
from cells.tables import Row, Table
from cells.vietnamese import tidy

T = TypeVar("T")
# So many changes are kept word for word in a report.
DETAILS = 1000


@dataclass(frozen=True)
class RowError:
    """A cell that cannot be taken. `row` is the Excel row; None where the whole file is meant.

    `kind` names the sort of error, "" where the message alone tells; `place` is the column from 1.
    """

    row: int | None
    column: str | None
    value: str | None
    message: str
    kind: str = ""
    place: int | None = None


SHOWN = ("row", "column", "value", "message")


@dataclass(frozen=True)
class Detail:
    """What a row does, or leaves, in one place: of whom, where, what stood, what the file says."""

    row: int
    name: str
    where: str
    old: str
    new: str
    why: str = ""


@dataclass
class Report:
    """Counts of rows: each is created, updated, unchanged, or has errors; and the details."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # The sheet of the workbook that holds the table, and the row of its header.
    sheet: str = ""
    header_row: int = 0
    # What would be written; values newer on the web than in the file; what was passed over.
    changes: list[Detail] = field(default_factory=list)
    changes_total: int = 0
    kept: list[Detail] = field(default_factory=list)
    skipped: list[Detail] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return what `import_xlsx` prints: with any error nothing goes in, so nothing counts."""
        counts = ("created", "updated", "unchanged")
        return {
            "rows": self.rows,
            **{name: 0 if self.errors else getattr(self, name) for name in counts},
            "errors": [{name: getattr(error, name) for name in SHOWN} for error in self.errors],
        }

    def count(self, outcome: str) -> None:
        """Count one row as "created", "updated" or "unchanged"."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def change(self, detail: Detail) -> None:
        """Remember what is written, of the first ones in full."""
        self.changes_total += 1
        if len(self.changes) < DETAILS:
            self.changes.append(detail)


def refusal(message: str) -> Report:
    """Return the report of a file that was refused as a whole."""
    return Report(errors=[RowError(None, None, None, message)])


def report_of(table: Table) -> Report:
    report = Report(rows=len(table.rows), sheet=table.title, header_row=table.header_row)
    if table.skipped:
        rows = ", ".join(f"{number} (“{text}”)" for number, text in table.skipped[:10])
        report.notes.append(f"Đã bỏ qua {len(table.skipped)} dòng không phải dữ liệu: dòng {rows}.")
    if table.ignored:
        report.notes.append(f"Cột không dùng đến: {', '.join(table.ignored[:20])}.")
    return report


class RowReader:
    """Read the cells of one row by key; every complaint lands in the report."""

    def __init__(self, report: Report, table: Table, row: Row, *, private: bool = False):
        self.report, self.table, self.row, self.private = report, table, row, private
        self.failed = False

    def fail(self, key: str, message: str, kind: str = "") -> None:
        value = shown(self.row.values.get(key))
        header = self.table.headers.get(key)
        if self.private:
            value, message = masked(value), masked(message) or ""
        place = self.table.places.get(key)
        error = RowError(self.row.number, header, value, message, kind, place)
        self.report.errors.append(error)
        self.failed = True

    def has(self, key: str) -> bool:
        return key in self.row.values

    def _read(self, key: str, convert: Callable[[Any], T], default: T) -> T:
        try:
            return convert(self.row.values.get(key))
        except CellError as error:
            self.fail(key, error.message)
            return default

    def text(self, key: str, *, at_most: int, required: str = "") -> str:
        """Return the text of a cell; where it is blank and `required`, complain with that."""
        before = len(self.report.errors)
        text = self._read(key, text_of, "")
        if len(self.report.errors) > before:
            return ""
        if not text and required:
            self.fail(key, required)
        if len(text) > at_most:
            self.fail(key, f"Dài quá {at_most} ký tự. Viết gọn lại.")
        return text

    def day(self, key: str, *, not_after: date | None = None) -> date | None:
        day = self._read(key, day_of, None)
        if day and not_after and day > not_after:
            self.fail(key, f"Ngày {day:%d/%m/%Y} ở tương lai. Kiểm tra lại ngày.")
        return day

    def whole(self, key: str) -> int | None:
        number = self._read(key, number_of, None)
        if number is None:
            return None
        if number != number.to_integral_value():
            self.fail(key, "Cần một số nguyên, không có phần lẻ.")
            return None
        return int(number)


class CodeBook(Generic[T]):
    """Find rows by code as people write it: exactly, else whatever the case of letters."""

    def __init__(self, found: Iterable[tuple[str, T]]):
        self.exact = dict(found)
        self.loose = {code.casefold(): value for code, value in self.exact.items()}

    def get(self, code: str) -> T | None:
        return self.exact.get(code) or self.loose.get(tidy(code).casefold())


def file_record(*, by: User, kind: str, sha256: str, report: Report) -> AuditEntry:
    """Write down that a whole file went in."""
    counts = {name: getattr(report, name) for name in ("rows", "created", "updated", "unchanged")}
    return AuditEntry.objects.create(
        by=by,
        door=Door.IMPORT,
        action="file_imported",
        subject_type=by._meta.model_name or "user",
        subject_id=by.pk,
        field=kind,
        new={"sha256": sha256, **counts},
    )
