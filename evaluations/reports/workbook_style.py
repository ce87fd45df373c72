"""The look that the workbooks for clerks share, and the one safe way to write a text."""

from io import BytesIO
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

GOODS = ("#1d4e9e", "#00796b", "#b25000", "#5b2a5e")
TINTS = ("#eaf0f9", "#e4f3f0", "#fbeee2", "#f3ebf4")
GUIDE = "Hướng dẫn"
LISTS = "_DanhMuc"
FONT = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter", "text_wrap": True}
# What Excel shows beside a cell is cut off behind these.
PROMPT_TITLE, PROMPT_TEXT, ERROR_TEXT = 32, 255, 225


def new_workbook(target: BytesIO) -> Workbook:
    """Return a workbook in which no text ever becomes a formula, a link or a number."""
    return Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )


class Style:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook):
        self.book = book
        self.made: dict[tuple, Format] = {}

    def __call__(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({**FONT, **properties})
        return self.made[key]

    @property
    def title(self) -> Format:
        return self(bold=True, font_size=16, text_wrap=False)

    @property
    def hint(self) -> Format:
        return self(text_wrap=False, font_color="#333333")

    def head(self, fill: str = "#333333") -> Format:
        return self(bold=True, border=1, bg_color=fill, font_color="#ffffff", align="center")

    def entry(self, **properties: Any) -> Format:
        return self(border=1, border_color="#8a8a8a", locked=False, **properties)

    def fixed(self, **properties: Any) -> Format:
        return self(border=1, border_color="#8a8a8a", bg_color="#ececec", **properties)


def write(sheet: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
    """Write a value; a text stays a text whatever it begins with."""
    if isinstance(value, str) and value:
        sheet.write_string(row, column, value, style)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_blank(row, column, None, style)


def prompt(title: str, text: str) -> dict[str, str]:
    """Return what a validation shows while its cell is selected."""
    cut = text if len(text) <= PROMPT_TEXT else text[: PROMPT_TEXT - 1] + "…"
    return {"input_title": title[:PROMPT_TITLE], "input_message": cut}


def complaint(text: str) -> dict[str, str]:
    return {"error_title": "Giá trị chưa đúng", "error_message": text[:ERROR_TEXT]}


class Lists:
    """A hidden sheet that holds the choices of drop-downs: titles may contain commas.

    Each list has a name: what refers to another sheet by its address Excel saves in a way that
    other programs drop.
    """

    def __init__(self, book: Workbook):
        self.book = book
        self.sheet = book.add_worksheet(LISTS)
        self.sheet.hide()
        self.columns: dict[tuple[str, ...], str] = {}

    def source(self, choices: tuple[str, ...]) -> str:
        """Return the reference to a column that holds `choices`."""
        if choices not in self.columns:
            number = len(self.columns)
            for row, choice in enumerate(choices):
                self.sheet.write_string(row, number, choice)
            letter = _letters(number)
            name = f"DanhMuc_{number + 1}"
            self.book.define_name(name, f"={LISTS}!${letter}$1:${letter}${len(choices)}")
            self.columns[choices] = f"={name}"
        return self.columns[choices]


def _letters(number: int) -> str:
    """Return the name of a column counted from 0: 27 is AB."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def protect(sheet: Worksheet) -> None:
    """Lock what is not to be typed over; no password, since it only guards against slips."""
    sheet.protect(
        "",
        {
            "format_cells": True,
            "format_columns": True,
            "format_rows": True,
            "sort": True,
            "autofilter": True,
        },
    )


def guide(book: Workbook, style: Style, title: str, blocks: list[tuple[str, str]]) -> Worksheet:
    """Add the sheet of instructions: a heading and rows of (what, how)."""
    sheet = book.add_worksheet(GUIDE)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    write(sheet, 0, 0, title, style.title)
    for row, (what, how) in enumerate(blocks, start=2):
        write(sheet, row, 0, what, style(bold=True, valign="top", border=1))
        write(sheet, row, 1, how, style(valign="top", border=1))
        # Neither Excel nor LibreOffice fits the height of wrapped text that a program wrote.
        lines = sum(1 + len(part) // 100 for part in how.split("\n"))
        sheet.set_row(row, 18 * max(lines, 1 + len(what) // 34))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    return sheet
