"""Find the table in a clerk's workbook: somewhere below a title, above a total."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from cells.cell_values import is_legacy
from cells.vietnamese import fold, tidy
from cells.workbook import Grid, Line, WorkbookError

HEADER_WITHIN = 40
# The column in which a file is given back with its errors; read again, it says nothing.
ERROR_COLUMN, ERROR_KEY = "Lỗi", "loi"
_TOTAL = re.compile(
    r"(tổng cộng|tổng số)\b.*|(tổng|cộng|cộng dồn|tong cong|tong so)\s*[:.]?", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_PUNCTUATION = re.compile(r"[^a-z0-9.%]+")


@dataclass(frozen=True)
class Row:
    number: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The rows below a header. `headers` are as they stand in the file."""

    headers: dict[str, str]
    rows: list[Row]
    above: list[str] = field(default_factory=list)
    # Totals and signatures that were passed over: (row, text).
    skipped: list[tuple[int, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    # Where it stands: the sheet, the row of the header, the column of each key from 1.
    title: str = ""
    header_row: int = 0
    places: Mapping[str, int] = field(default_factory=dict)


Recognise = Callable[[str], str | None]


def header_key(text: str) -> str:
    """Return a header as it is compared: folded, without brackets and punctuation."""
    plain = _IN_BRACKETS.sub(" ", fold(text))
    return _PUNCTUATION.sub(" ", plain).strip(" .")


def recogniser(columns: Mapping[str, Collection[str]]) -> Recognise:
    """Return what tells the key of a column from any of its names."""
    known = {header_key(name): key for key, names in columns.items() for name in names}
    return lambda text: known.get(header_key(text))


def find_table(book: list[Grid], recognise: Recognise, needed: dict[str, str]) -> Table:
    """Return the one table whose header names all of `needed` (key → name for messages)."""
    found = []
    best: tuple[int, set[str]] = (0, set())
    for grid in book:
        if grid.hidden or fold(grid.title).startswith("huong dan"):
            continue
        place, columns = _header(grid, recognise)
        if len(columns) > best[0]:
            best = (len(columns), set(columns))
        if set(needed) <= set(columns):
            found.append((grid, place, columns))
    if len(found) > 1:
        names = "”, “".join(grid.title for grid, _, _ in found)
        raise WorkbookError(
            f"Có nhiều trang tính cùng chứa bảng: “{names}”. Giữ lại một trang cho mỗi lần nhập."
        )
    if found:
        return _table(*found[0], recognise, set(needed))
    raise WorkbookError(_why_no_table(book, needed, best[1]))


def _why_no_table(book: list[Grid], needed: dict[str, str], seen: set[str]) -> str:
    texts = (
        value
        for grid in book
        for line in grid.lines[:HEADER_WITHIN]
        for value in line.cells
        if isinstance(value, str)
    )
    if any(is_legacy(tidy(text)) for text in texts):
        return (
            "Chữ trong tệp đang ở bảng mã cũ (TCVN3/.VnTime hoặc VNI). Chuyển sang Unicode"
            " (ví dụ bằng UniKey, Ctrl+Shift+F6) rồi nhập lại."
        )
    missing = "”, “".join(name for key, name in needed.items() if key not in seen)
    return f"Không tìm thấy dòng tiêu đề có cột “{missing}”. Tải tệp mẫu để xem tên các cột."


def _labels(lines: tuple[Line, ...], place: int) -> dict[int, list[str]]:
    """Return the texts each column may be known by: its own, the one merged down, both joined."""
    line = lines[place]
    above = lines[place - 1] if place else None
    labels, spread = {}, ""
    for column in range(max(len(line.cells), len(above.cells) if above else 0)):
        own, over = line.text(column), above.text(column) if above else ""
        if header_key(own) == ERROR_KEY:
            # Not a part of what is merged above its neighbour.
            continue
        spread = over or spread
        options = [own] if own else [over]
        if own and spread:
            options.append(f"{spread} {own}")
        labels[column] = [text for text in options if text]
    return labels


def _header(grid: Grid, recognise: Recognise) -> tuple[int, dict[str, int]]:
    """Return where the header of the sheet stands, and the column of each key."""
    best: tuple[int, dict[str, int]] = (0, {})
    for place in range(min(HEADER_WITHIN, len(grid.lines))):
        columns: dict[str, int] = {}
        for column, options in _labels(grid.lines, place).items():
            key = next((key for text in options if (key := recognise(text))), None)
            if key:
                columns.setdefault(key, column)
        if len(columns) > len(best[1]):
            best = (place, columns)
    return best


def _table(
    grid: Grid, place: int, columns: dict[str, int], recognise: Recognise, needed: set[str]
) -> Table:
    line, above = grid.lines[place], grid.lines[place - 1] if place else None
    headers = {}
    for key, column in columns.items():
        own = line.cells[column] if column < len(line.cells) else None
        headers[key] = str(own if own is not None else above.cells[column] if above else "")
    ignored = [
        text
        for column in range(len(line.cells))
        if column not in columns.values()
        if (text := line.text(column)) and header_key(text) != ERROR_KEY
    ]
    _check_unique(line, columns, recognise)
    table = Table(
        headers, [], _texts(grid.lines[:place]), [], ignored, grid.title, line.number,
        {key: column + 1 for key, column in columns.items()},
    )  # fmt: skip
    body = list(grid.lines[place + 1 :])
    if body and _is_numbering(body[0]):
        body.pop(0)
    _fill(table, body, columns, needed)
    return table


def _texts(lines: tuple[Line, ...]) -> list[str]:
    return [tidy(str(value)) for line in lines for value in line.cells if value is not None]


def _check_unique(line: Line, columns: dict[str, int], recognise: Recognise) -> None:
    for column in range(len(line.cells)):
        text = line.text(column)
        key = recognise(text) if text else None
        if key and columns.get(key) != column:
            raise WorkbookError(
                f"Hai cột “{line.text(columns[key])}” và “{text}” cùng một nội dung. Bỏ một cột."
            )


def _is_numbering(line: Line) -> bool:
    """Tell whether the row only numbers the columns: (1) (2) (3), or A, B, 1, 2."""
    texts = [tidy(str(value)).strip("()") for value in line.cells if value is not None]
    numbers = [int(text) for text in texts if text.isdigit()]
    rest = [text for text in texts if not text.isdigit()]
    return (
        len(numbers) > 1
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and all(len(text) == 1 and text.isalpha() for text in rest)
    )


def _fill(table: Table, body: list[Line], columns: dict[str, int], needed: set[str]) -> None:
    previous, closed = 0, False
    for line in body:
        # Below a total or after a gap, one or two words are a date, an office, a signature.
        closed = closed or 0 < previous < line.number - 1
        previous = line.number
        texts = [line.text(n) for n in range(len(line.cells))]
        label = next((text for text in texts[:5] if text and _TOTAL.fullmatch(text)), "")
        values = {
            key: line.cells[n]
            for key, n in columns.items()
            if n < len(line.cells) and line.cells[n] is not None
        }
        if label:
            table.skipped.append((line.number, label))
            closed = True
        elif values and closed and len(values) <= 2 and not needed <= set(values):
            table.skipped.append((line.number, next((t for t in texts if t), "")))
        elif values:
            closed = False
            table.rows.append(Row(line.number, values))
