"""Exported workbooks: the first sheet that says what, for whom, when; and plain tables."""

from collections.abc import Iterable, Sequence
from typing import Any

from xlsxwriter import Workbook

SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
DAY, COUNT, POINTS = "dd/mm/yyyy", "#,##0", "#,##0.00"
WRITERS = {
    "": "write_string",
    DAY: "write_datetime",
    COUNT: "write_number",
    POINTS: "write_number",
}
FONT = {"font_name": "Times New Roman", "font_size": 12}


def cover_write(book: Workbook, *, title: str, facts: Sequence[tuple[str, str | int]]) -> None:
    """Write the sheet Bìa: a title, then one labelled fact a row."""
    sheet = book.add_worksheet("Bìa")
    head = book.add_format({**FONT, "bold": True, "font_size": 16})
    label = book.add_format({**FONT, "bold": True, "valign": "top"})
    text = book.add_format({**FONT, "text_wrap": True, "align": "left", "valign": "top"})
    number = book.add_format({**FONT, "num_format": "#,##0", "align": "left"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, title, head)
    for row, (name, value) in enumerate(facts, start=2):
        sheet.write_string(row, 0, name, label)
        if isinstance(value, int):
            sheet.write_number(row, 1, value, number)
        else:
            sheet.write_string(row, 1, value, text)


def table_write(
    book: Workbook,
    name: str,
    columns: Sequence[tuple[str, int, str]],
    rows: Iterable[tuple[Any, ...]],
    count: int,
) -> None:
    """Write a sheet of `count` rows under a frozen header with filters.

    A column is (header, width, format), the format one of those above, "" for text.
    """
    sheet = book.add_worksheet(name)
    head = book.add_format({**FONT, "bold": True, "bg_color": "#F5F0E7", "bottom": 2})
    looks = [book.add_format({**FONT, "num_format": look or "@"}) for _, _, look in columns]
    for number, (header, width, _) in enumerate(columns):
        sheet.set_column(number, number, width, looks[number])
        sheet.write_string(0, number, header, head)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    writers = [getattr(sheet, WRITERS[look]) for _, _, look in columns]
    for place, values in enumerate(rows, start=1):
        for number, value in enumerate(values):
            if value is not None and value != "":
                writers[number](place, number, value, looks[number])
