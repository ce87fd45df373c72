"""The column of a workbook in which a ward writes the class of the year of each cell."""

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from evaluations.reasons import class_name
from evaluations.reports.workbook_style import Lists, Style, complaint, prompt, write
from evaluations.rules.structure import Criteria
from evaluations.sheet_columns import CLASS

WIDTH = 26


def class_column(
    page: Worksheet, style: Style, place: int, head_row: int, values: Sequence[tuple[str, str]]
) -> None:
    """Write the column below `head_row`; each value is a class code and why it is locked, or ""."""
    page.set_column(place, place, WIDTH)
    write(page, head_row, place, CLASS[0], style.head())
    for row, (code, lock) in enumerate(values, start=head_row + 1):
        cell = style.fixed() if lock else style.entry()
        write(page, row, place, class_name(code), cell)


def class_validation(
    page: Worksheet, lists: Lists, rules: Criteria, place: int, rows: tuple[int, int]
) -> None:
    names = tuple(class_name(code) for code in reversed(rules.annual_classes))
    lowest = class_name(rules.recognition.annual_class_gte or "")
    rule = {
        "validate": "list",
        "source": lists.source(names),
        **complaint("Chọn một mức trong danh sách."),
        **prompt(CLASS[0], f"Cần từ “{lowest}” trở lên mới đủ điều kiện."),
    }
    page.data_validation(rows[0], place, rows[1], place, rule)
