"""The first sheet of every exported workbook: what it shows, for whom, when."""

from collections.abc import Sequence

from xlsxwriter import Workbook

SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
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
