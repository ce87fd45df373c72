"""Open a clerk's XLSX file, which may be anything, and read its cells."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from cells.cell_values import Uncalculated
from cells.vietnamese import tidy

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 80 * 1024 * 1024
MAX_ROWS = 60_000
MAX_COLUMNS = 400
MAX_WIDE_ROWS = 2000
SAVE_AS = "Mở tệp bằng Excel hoặc LibreOffice, chọn “Lưu thành…” (Save As), loại “Excel (.xlsx)”."


class WorkbookError(Exception):
    """A file that cannot be read as a table; the message says what to do, in Vietnamese."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Line:
    """One row of a sheet that is not blank; `cells` ends with the last one filled."""

    number: int
    cells: tuple[Any, ...]

    def text(self, column: int) -> str:
        value = self.cells[column] if column < len(self.cells) else None
        return tidy(value) if isinstance(value, str) else ""


@dataclass(frozen=True)
class Grid:
    """One worksheet."""

    title: str
    hidden: bool
    lines: tuple[Line, ...]


def open_book(path: Path) -> list[Grid]:
    """Return the worksheets of an XLSX file. Raises WorkbookError."""
    _check_file(path)
    try:
        return _grids(path)
    except WorkbookError:
        raise
    # openpyxl meets broken files with errors of every kind.
    except Exception as error:
        raise WorkbookError(f"Không đọc được tệp này, có thể tệp bị hỏng. {SAVE_AS}") from error


def _check_file(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise WorkbookError(f"Không mở được tệp “{path.name}”: {error.strerror}.") from error
    if size > MAX_BYTES:
        raise WorkbookError("Tệp lớn hơn 10 MB. Xóa hình ảnh, trang tính thừa hoặc chia nhỏ tệp.")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise WorkbookError(f"Đây là tệp Excel đời cũ (.xls) hoặc có mật khẩu. {SAVE_AS}")
    if not start.startswith(b"PK\x03\x04"):
        raise WorkbookError(f"Đây không phải là tệp .xlsx (có thể là .csv hoặc .pdf). {SAVE_AS}")
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
    except zipfile.BadZipFile as error:
        raise WorkbookError(f"Tệp bị hỏng. {SAVE_AS}") from error
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED or len(entries) > 2000:
        raise WorkbookError("Tệp chứa quá nhiều dữ liệu. Xóa các dòng, cột trống thừa rồi lưu lại.")
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise WorkbookError(f"Đây không phải là tệp Excel .xlsx. {SAVE_AS}")


def _grids(path: Path) -> list[Grid]:
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True)
        grids = [_grid(sheet) for sheet in book.worksheets]
    if not any(_has_formula(line) for grid in grids for line in grid.lines):
        return grids
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True)
        return [
            _calculated(grid, _grid(sheet))
            for grid, sheet in zip(grids, book.worksheets, strict=True)
        ]


def _grid(sheet: Any) -> Grid:
    lines: list[Line] = []
    wide = 0
    sheet.reset_dimensions()
    for cells in sheet.iter_rows():
        wide += len(cells) > MAX_COLUMNS
        if wide > MAX_WIDE_ROWS or len(lines) > MAX_ROWS:
            raise WorkbookError(
                f"Trang “{sheet.title}” quá lớn. Xóa các dòng, cột thừa hoặc chia nhỏ tệp."
            )
        cells = cells[:MAX_COLUMNS]
        values = [_Formula() if cell.data_type == "f" else _clean(cell.value) for cell in cells]
        while values and values[-1] is None:
            values.pop()
        if values:
            number = next(cell.row for cell in cells if cell.value is not None)
            lines.append(Line(number, tuple(values)))
    return Grid(tidy(sheet.title), sheet.sheet_state != "visible", tuple(lines))


class _Formula(Uncalculated):
    pass


def _clean(value: Any) -> Any:
    return None if isinstance(value, str) and not tidy(value) else value


def _has_formula(line: Line) -> bool:
    return any(isinstance(value, _Formula) for value in line.cells)


def _calculated(grid: Grid, results: Grid) -> Grid:
    """Put the stored results in the place of the formulas; what has none stays marked."""
    found = {line.number: line.cells for line in results.lines}

    def result(line: Line, column: int, value: Any) -> Any:
        if not isinstance(value, _Formula):
            return value
        cells = found.get(line.number, ())
        # An empty text is a result (=IF(…;"")); nothing at all is none.
        stored = cells[column] if column < len(cells) else None
        return value if stored is None else stored

    lines = tuple(
        Line(line.number, tuple(result(line, n, value) for n, value in enumerate(line.cells)))
        for line in grid.lines
    )
    return Grid(grid.title, grid.hidden, lines)
