"""A clerk's own workbook given back with its errors: a column in words, the wrong cells in red."""

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cells.imports import Report, RowError
from cells.tables import ERROR_COLUMN, ERROR_KEY, header_key
from cells.vietnamese import tidy

AUTHOR = "Chibo"
RED, PALE = PatternFill("solid", fgColor="FFFF9999"), PatternFill("solid", fgColor="FFFDE8E8")
WORDS = Font(name="Times New Roman", size=12, color="FF9C0006")
WIDTH, LINE_HEIGHT = 90, 17
# What the marked cells looked like, so that a file marked twice shows only the errors left.
MEMORY = "_ChiboLoi"
# Such a file takes a few seconds; a larger one is to be split.
LARGEST = 3 * 1024 * 1024


def can_be_marked(path: Path, report: Report) -> bool:
    """Tell whether there are rows to mark, in a file that is still there and not too large."""
    rows = any(error.row is not None for error in report.errors)
    return rows and bool(report.sheet) and path.exists() and path.stat().st_size <= LARGEST


def marked_workbook(path: Path, report: Report) -> bytes:
    """Return the workbook as it was uploaded, with its errors marked; nothing else changes."""
    with path.open("rb") as file:
        book = load_workbook(file, rich_text=True)
    _size_comments(book)
    page = next(sheet for sheet in book.worksheets if tidy(sheet.title) == report.sheet)
    _unmark(book)
    by_row: dict[int, list[RowError]] = defaultdict(list)
    for error in report.errors:
        if error.row is not None:
            by_row[error.row].append(error)
    column = _column(page, report.header_row)
    memory = _memory(book)
    for row, errors in by_row.items():
        _say(page.cell(row, column), errors)
        for error in errors:
            if error.place:
                _mark(page.cell(row, error.place), error.message, memory)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _column(page: Worksheet, header_row: int) -> int:
    """Return the column of errors, behind all others; one of an earlier time is emptied."""
    heads = {cell.column: str(cell.value or "") for cell in page[header_row]}
    known = [number for number, text in heads.items() if header_key(text) == ERROR_KEY]
    column = known[0] if known else _last_column(page) + 1
    for row in range(header_row + 1, page.max_row + 1 if known else 0):
        page.cell(row, column).value = None
    head = page.cell(header_row, column, ERROR_COLUMN)
    head._style = copy(page.cell(header_row, column - 1)._style)
    page.column_dimensions[get_column_letter(column)].width = WIDTH
    return column


def _last_column(page: Worksheet) -> int:
    return max(
        (cell.column for row in page.iter_rows() for cell in row if cell.value is not None),
        default=1,
    )


def _say(cell: Any, errors: Sequence[RowError]) -> None:
    cell.value = "\n".join(_words(error) for error in errors)
    # A text stays a text, whatever it begins with.
    cell.data_type = "s"
    cell.font, cell.fill = WORDS, PALE
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    cell.protection = Protection(locked=False)
    lines = sum(1 + len(line) // WIDTH for line in cell.value.split("\n"))
    shape = cell.parent.row_dimensions[cell.row]
    # No program fits the height of a row to a text that another program wrote.
    shape.height = max(shape.height or 0, LINE_HEIGHT * lines)


def _words(error: RowError) -> str:
    # The first line of a header names the column; the message may name it too.
    column = tidy((error.column or "").split("\n")[0])
    is_named = not column or error.message.startswith(f"Dòng {column.split(' ')[0]}:")
    return error.message if is_named else f"{column}: {error.message}"


def _mark(cell: Any, message: str, memory: Worksheet) -> None:
    row = memory.max_row + 1
    memory.cell(row, 1, cell.parent.title)
    memory.cell(row, 2, cell.coordinate)
    memory.cell(row, 3)._style = copy(cell._style)
    cell.fill = RED
    if cell.comment is None:
        cell.comment = _sized(Comment(message, AUTHOR))


def _memory(book: Workbook) -> Worksheet:
    memory = book.create_sheet(MEMORY)
    memory.sheet_state = "hidden"
    memory.cell(1, 1, AUTHOR)
    return memory


def _unmark(book: Workbook) -> None:
    """Give the cells that were marked before their own look back."""
    if MEMORY not in book.sheetnames:
        return
    memory = book[MEMORY]
    for row in range(2, memory.max_row + 1):
        title, place = memory.cell(row, 1).value, memory.cell(row, 2).value
        if title in book.sheetnames and place:
            cell = book[title][place]
            cell._style = copy(memory.cell(row, 3)._style)
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
    del book[MEMORY]


def _size_comments(book: Workbook) -> None:
    """Make each comment as large as its text: its own size is not read."""
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.comment is not None:
                    _sized(cell.comment)


def _sized(comment: Comment) -> Comment:
    comment.width = 360
    comment.height = 24 + 20 * (1 + len(comment.text) // 45 + comment.text.count("\n"))
    return comment
