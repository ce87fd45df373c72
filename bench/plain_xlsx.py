"""The rival of the export: the same values in memory, written by a plain XlsxWriter loop."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook


def write(file: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    book = Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet("Xếp hạng")
    sheet.write_row(0, 0, header)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.close()
