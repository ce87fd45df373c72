"""The rows of a units file, read one by one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from django.conf import settings

from cells.imports import CodeBook, Report, RowReader
from cells.models import CellKind, Level, Unit
from cells.tables import Row, Table
from cells.vietnamese import fold

COLUMNS = {
    "code": (
        "Mã",
        "Mã đơn vị",
        "Mã chi bộ",
        "Mã tổ chức",
        "Mã số",
        "Code",
        "Unit code",
    ),
    "name": (
        "Tên",
        "Tên đơn vị",
        "Tên chi bộ",
        "Tên tổ chức",
        "Tên tổ chức đảng",
        "Đơn vị",
        "Chi bộ",
        "Name",
    ),
    "parent": (
        "Mã đơn vị cấp trên",
        "Mã cấp trên",
        "Đơn vị cấp trên",
        "Cấp trên",
        "Mã đảng ủy",
        "Mã đảng ủy cấp trên",
        "Mã tổ chức đảng cấp trên",
        "Trực thuộc",
        "Mã trực thuộc",
        "Parent",
        "Parent code",
    ),
    "level": ("Loại tổ chức", "Loại tổ chức đảng", "Cấp", "Cấp tổ chức", "Level"),
    "kind": ("Loại hình", "Loại hình chi bộ", "Loại chi bộ", "Kind"),
    "founded_on": ("Ngày thành lập", "Thành lập ngày", "Ngày TL", "Founded on"),
    "organisation_code": (
        "Mã tổ chức đảng",
        "Mã số tổ chức đảng",
        "Mã TCĐ",
        "Mã định danh",
        "Organisation code",
    ),
    "decision": (
        "Số quyết định",
        "Quyết định số",
        "Quyết định",
        "Số QĐ",
        "QĐ số",
        "Decision",
    ),
    "effective_on": (
        "Ngày hiệu lực",
        "Hiệu lực từ",
        "Hiệu lực từ ngày",
        "Có hiệu lực từ",
        "Effective on",
        "Effective date",
    ),
}
NEEDED = {"code": "Mã", "name": "Tên"}
CODE = re.compile(r"[0-9A-Za-zĐđ][0-9A-Za-zĐđ._-]*")
D = TypeVar("D", Level, CellKind)


@dataclass(eq=False)
class UnitRow:
    """One row, read and resolved; `unit` is None for a new one."""

    reader: RowReader
    code: str
    name: str
    parent_code: str
    level: Level | None
    kind: CellKind | None
    founded_on: date | None
    organisation_code: str
    decision: str
    effective_on: date | None
    unit: Unit | None = None
    parent: "Unit | UnitRow | None" = None
    path: str = ""

    @property
    def stored(self) -> Unit:
        """Return the unit of a row whose unit exists."""
        if self.unit is None:
            raise LookupError(self.code)
        return self.unit

    @property
    def is_cell(self) -> bool:
        return self.level.is_cell if self.level else bool(self.unit and self.unit.is_cell)


@dataclass
class Context:
    """What is stored, as far as this user may change it."""

    today: date
    units: CodeBook[Unit]
    taken: set[str]
    levels: list[Level]
    kinds: list[CellKind]
    new: dict[str, UnitRow] = field(default_factory=dict)


def row_read(report: Report, table: Table, line: Row, context: Context) -> UnitRow | None:
    reader = RowReader(report, table, line)
    code = reader.text("code", at_most=40, required="Thiếu mã đơn vị.")
    effective = reader.day("effective_on", not_after=context.today)
    day = effective or context.today
    row = UnitRow(
        reader=reader,
        code=code,
        name=reader.text("name", at_most=200),
        parent_code=reader.text("parent", at_most=40),
        level=_dated(reader, "level", context.levels, day),
        kind=_dated(reader, "kind", context.kinds, day),
        founded_on=reader.day("founded_on", not_after=context.today),
        organisation_code=_organisation_code(reader),
        decision=reader.text("decision", at_most=200),
        effective_on=effective,
    )
    if not code:
        return None
    if row.code.casefold() in context.new:
        first = context.new[row.code.casefold()].reader.row.number
        reader.fail("code", f"Mã này đã có ở dòng {first} của tệp. Mỗi đơn vị chỉ ghi một dòng.")
        return None
    row.unit = context.units.get(code)
    context.new[row.code.casefold()] = row
    if row.unit is None:
        _check_new(row, context)
    elif row.unit.closed_on:
        reader.fail("code", f"Đơn vị đã kết thúc hoạt động ngày {row.unit.closed_on:%d/%m/%Y}.")
    return row


def _organisation_code(reader: RowReader) -> str:
    text = reader.text("organisation_code", at_most=20).replace(" ", "")
    pattern = getattr(settings, "ORGANISATION_CODE_PATTERN", r"\d{14}")
    if text and not re.fullmatch(pattern, text):
        reader.fail("organisation_code", "Mã tổ chức đảng phải đủ 14 chữ số (hoặc để trống).")
    return text


def _dated(reader: RowReader, key: str, choices: Sequence[D], day: date) -> D | None:
    """Return the row of a dated list that a cell names, if it holds on `day`."""
    text = reader.text(key, at_most=120)
    if not text:
        return None
    named = [c for c in choices if fold(text) in (fold(c.name), fold(c.code))]
    for choice in named:
        if choice.valid_from <= day and (choice.valid_to is None or choice.valid_to > day):
            return choice
    allowed = "; ".join(
        c.name for c in choices if c.valid_from <= day and (c.valid_to is None or c.valid_to > day)
    )
    why = "Không còn dùng từ" if named and named[-1].valid_to else "Không có"
    when = f" {named[-1].valid_to:%d/%m/%Y}" if named and named[-1].valid_to else ""
    reader.fail(key, f"{why}{when} tên “{text}”. Chọn một trong: {allowed}.")
    return None


def _check_new(row: UnitRow, context: Context) -> None:
    reader = row.reader
    if not CODE.fullmatch(row.code):
        reader.fail("code", "Mã chỉ gồm chữ, số, dấu chấm, gạch ngang, gạch dưới; không dấu cách.")
    elif row.code in context.taken:
        reader.fail("code", "Không dùng được mã này cho đơn vị mới. Chọn mã khác.")
    for key, value, message in (
        ("name", row.name, "Thiếu tên đơn vị."),
        ("parent", row.parent_code, "Thiếu mã đơn vị cấp trên."),
        ("level", row.level, "Thiếu loại tổ chức."),
        ("founded_on", row.founded_on, "Thiếu ngày thành lập."),
    ):
        if not value and not reader.has(key):
            reader.fail(key, message)
