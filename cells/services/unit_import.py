"""Units from a file: new ones, and what changes on those that are there."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cells import access
from cells.imports import CodeBook, Report, RowReader, report_of
from cells.models import CellKind, Level, Placement, Unit, User
from cells.services.unit_writing import units_write
from cells.tables import Row, Table, find_table, recogniser
from cells.vietnamese import fold
from cells.workbook import Grid

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
UNKNOWN = "Không có đơn vị mang mã này trong phạm vi của đồng chí. Kiểm tra lại mã."
_CODE = re.compile(r"[0-9A-Za-zĐđ][0-9A-Za-zĐđ._-]*")
PATH_MOST = 250


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


def units_import(*, book: list[Grid], by: User, apply: bool) -> Report:
    """Read units and, if told to and nothing is wrong, write them. History is only added to."""
    table = find_table(book, recogniser(COLUMNS), NEEDED)
    report = report_of(table)
    context = _context(by, table)
    rows = [row for line in table.rows if (row := _read(report, table, line, context))]
    _resolve(rows, context)
    rows = [row for row in rows if not row.reader.failed]
    outcomes = [(row, _changes(row, context.today)) for row in rows]
    for row, changes in outcomes:
        if not row.reader.failed:
            kind = "created" if row.unit is None else "updated" if changes else "unchanged"
            report.count(kind)
    if apply and not report.errors:
        changed = [(row, changes) for row, changes in outcomes if changes or row.unit is None]
        units_write(rows=changed, by=by, today=context.today)
    return report


def _context(by: User, table: Table) -> Context:
    opened = Placement.objects.filter(unit=OuterRef("pk"), valid_to__isnull=True)
    within = (
        Unit.objects.allowed(by, access.IMPORT)
        .select_related("level", "kind", "parent")
        .annotate(opened_on=Coalesce(Subquery(opened.values("valid_from")[:1]), "founded_on"))
    )
    codes = {str(row.values.get("code", "")).strip() for row in table.rows}
    return Context(
        today=timezone.localdate(),
        units=CodeBook((unit.code, unit) for unit in within),
        taken=set(Unit.objects.filter(code__in=codes).values_list("code", flat=True)),
        levels=list(Level.objects.all()),
        kinds=list(CellKind.objects.all()),
    )


def _read(report: Report, table: Table, line: Row, context: Context) -> UnitRow | None:
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


def _dated(reader: RowReader, key: str, choices: list, day: date):
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
    if not _CODE.fullmatch(row.code):
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


def _resolve(rows: list[UnitRow], context: Context) -> None:
    """Find the parent of each row, stored or further down in the file, then its path."""
    for row in rows:
        _find_parent(row, context)
        if row.kind and not row.is_cell:
            row.reader.fail("kind", "Loại hình chỉ ghi cho chi bộ. Với đảng ủy để trống.")
        if row.unit and row.level and row.level.is_cell != row.unit.is_cell:
            row.reader.fail("level", "Chi bộ không đổi thành đảng bộ (hoặc ngược lại) bằng tệp.")
    for row in rows:
        _find_path(row, [])


def _find_parent(row: UnitRow, context: Context) -> None:
    code, unit = row.parent_code, row.unit
    stored = unit.parent if unit else None
    if not code or (stored and stored.code.casefold() == code.casefold()):
        # A parent of today may lie above the reach of this user: it is no change.
        row.parent = context.new.get(stored.code.casefold(), stored) if stored else None
        return
    parent = context.new.get(code.casefold()) or context.units.get(code)
    if parent is None:
        row.reader.fail("parent", UNKNOWN)
    elif parent.is_cell:
        row.reader.fail("parent", "Đơn vị cấp trên phải là đảng ủy, không phải chi bộ.")
    elif isinstance(parent, Unit) and parent.closed_on:
        row.reader.fail("parent", "Đơn vị cấp trên đã kết thúc hoạt động.")
    row.parent = parent


def _find_path(row: UnitRow, below: list[UnitRow]) -> str:
    """Work out the path that the file gives `row`; complain about circles."""
    if row.path or row.reader.failed:
        return row.path
    if any(row is seen for seen in below):
        row.reader.fail("parent", "Đơn vị không thể nằm dưới chính mình.")
        return ""
    if isinstance(row.parent, UnitRow):
        # Without a path the parent is in the report already; once is enough.
        above = _find_path(row.parent, [*below, row])
        if not above:
            return ""
    else:
        above = row.parent.path if row.parent else "/"
        if row.unit and row.parent and row.parent.path.startswith(row.unit.path):
            row.reader.fail("parent", "Đơn vị không thể nằm dưới chính mình.")
    row.path = "" if row.reader.failed else f"{above}{row.unit.code if row.unit else row.code}/"
    if len(row.path) > PATH_MOST:
        row.reader.fail("code", "Mã quá dài so với số cấp phía trên. Chọn mã ngắn hơn.")
    return row.path


def _changes(row: UnitRow, today: date) -> dict[str, tuple]:
    """Return what the row changes on a stored unit, as field → (old, new)."""
    unit = row.unit
    if unit is None:
        return {}
    wanted = {
        "name": row.name,
        "level": row.level,
        "kind": row.kind,
        "organisation_code": row.organisation_code,
    }
    changes = {
        name: (getattr(unit, name), value)
        for name, value in wanted.items()
        if value and value != getattr(unit, name)
    }
    parent = row.parent.code if row.parent else ""
    if row.parent_code and parent != (unit.parent.code if unit.parent else ""):
        changes["parent"] = (unit.parent.code if unit.parent else "", parent)
    if row.founded_on and row.founded_on != unit.founded_on:
        row.reader.fail(
            "founded_on",
            f"Ngày thành lập đang ghi là {unit.founded_on:%d/%m/%Y}; không sửa bằng tệp nhập.",
        )
    if changes.keys() & {"name", "level", "kind", "parent"}:
        _check_day(row, unit, today)
    return changes


def _check_day(row: UnitRow, unit: Unit, today: date) -> None:
    opened = unit.opened_on  # type: ignore[attr-defined]
    if (row.effective_on or today) > opened:
        return
    earliest = opened + timedelta(days=1)
    row.reader.fail(
        "effective_on",
        f"Thông tin đang dùng có hiệu lực từ {opened:%d/%m/%Y}; ghi ngày hiệu lực từ"
        f" {earliest:%d/%m/%Y} trở đi.",
    )
