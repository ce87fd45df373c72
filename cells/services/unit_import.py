"""Units from a file: new ones, and what changes on those that are there."""

from datetime import date, timedelta

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from cells import access
from cells.imports import CodeBook, Report, report_of
from cells.models import CellKind, Level, Placement, Unit, User
from cells.services.unit_rows import COLUMNS, NEEDED, Context, UnitRow, row_read
from cells.services.unit_writing import units_write
from cells.tables import Table, find_table, recogniser
from cells.workbook import Grid

UNKNOWN = "Không có đơn vị mang mã này trong phạm vi của đồng chí. Kiểm tra lại mã."
PATH_MOST = 250


def units_import(*, book: list[Grid], by: User, apply: bool) -> Report:
    """Read units and, if told to and nothing is wrong, write them. History is only added to."""
    table = find_table(book, recogniser(COLUMNS), NEEDED)
    report = report_of(table)
    context = _context(by, table)
    rows = [row for line in table.rows if (row := row_read(report, table, line, context))]
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
