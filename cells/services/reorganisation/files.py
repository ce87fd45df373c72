"""Plans from a file: a JSON list, or the rows of a clerk's workbook."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from cells.imports import Report, RowError, RowReader, report_of
from cells.models import CellKind, Level, Reorganisation, Unit
from cells.services.reorganisation.participants import Refusal
from cells.services.reorganisation.plans import Plan, PlanError, UnitDraft, plan_of
from cells.tables import Row, Table, find_table, recogniser
from cells.vietnamese import fold
from cells.workbook import WorkbookError, open_book

Kind = Reorganisation.Kind
COLUMNS = {
    "kind": ("Loại", "Loại sự kiện", "Hình thức", "Hình thức sắp xếp"),
    "effective_on": ("Ngày hiệu lực", "Hiệu lực từ", "Hiệu lực từ ngày", "Có hiệu lực từ"),
    "decision_number": ("Số quyết định", "Quyết định số", "Số QĐ", "QĐ số"),
    "decided_on": ("Ngày ký", "Ngày quyết định", "Ký ngày"),
    "signer": ("Người ký",),
    "before": ("Mã trước", "Mã đơn vị trước", "Đơn vị trước", "Mã cũ"),
    "after": ("Mã sau", "Mã đơn vị sau", "Đơn vị sau", "Mã mới"),
    "name": ("Tên sau", "Tên đơn vị sau", "Tên mới"),
    "parent": ("Mã cấp trên", "Mã đơn vị cấp trên", "Cấp trên", "Đơn vị cấp trên"),
    "level": ("Cấp", "Loại tổ chức", "Cấp tổ chức"),
    "cell_kind": ("Loại hình", "Loại hình chi bộ"),
    "areas": ("Địa bàn", "Mã thôn, tổ dân phố", "Mã địa bàn"),
    "rest_to": ("Chuyển đảng viên", "Chuyển đảng viên về", "Đảng viên chuyển về"),
    "note": ("Ghi chú",),
}
NEEDED = {"kind": "Loại", "effective_on": "Ngày hiệu lực", "decision_number": "Số quyết định"}
KINDS = {
    **{fold(label): value for value, label in Kind.choices},
    **{value: value for value in Kind.values},
    "tach": Kind.SPLIT,
    "chia": Kind.SPLIT,
    "nhap": Kind.ABSORB,
    "chuyen": Kind.TRANSFER,
    "thanh lap moi": Kind.ESTABLISH,
}
# In a workbook a refused part stands in the column that it was read from.
COLUMN_OF = {"members": "rest_to"}


@dataclass
class PlanFile:
    """The plans of a file, the row of each, and what could not be read."""

    plans: list[Plan] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)

    def error_of(self, refusal: Refusal) -> RowError:
        """Return a refusal as the line of the file that it speaks of."""
        key = COLUMN_OF.get(refusal.field, refusal.field)
        column = self.headers.get(key) or (None if self.headers else refusal.field or None)
        return RowError(self.rows[refusal.plan], column, refusal.value or None, refusal.message)


def plan_file(path: Path) -> PlanFile:
    """Read a file of plans; what is wrong lands in its errors."""
    try:
        return _json_file(path) if path.suffix.lower() == ".json" else _workbook(path)
    except WorkbookError as error:
        return PlanFile(errors=[RowError(None, None, None, error.message)])


def _json_file(path: Path) -> PlanFile:
    try:
        documents = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkbookError(f"Không mở được tệp “{path.name}”: {error.strerror}.") from error
    except ValueError as error:
        raise WorkbookError(f"Tệp JSON không đọc được: {error}.") from error
    if not isinstance(documents, list):
        raise WorkbookError("Tệp JSON phải là một danh sách các sự kiện.")
    found = PlanFile()
    for number, document in enumerate(documents, start=1):
        try:
            found.plans.append(plan_of(document))
            found.rows.append(number)
        except PlanError as error:
            found.errors.append(RowError(number, error.field or None, None, error.message))
    return found


def _workbook(path: Path) -> PlanFile:
    table = find_table(open_book(path), recogniser(COLUMNS), NEEDED)
    report = report_of(table)
    names = _Names.load()
    found = PlanFile(headers=table.headers)
    for line in table.rows:
        plan = _row(report, table, line, names)
        if plan is None:
            continue
        if found.plans and _goes_on(found.plans[-1], plan):
            last = found.plans[-1]
            found.plans[-1] = replace(last, after=(*last.after, *plan.after))
        else:
            found.plans.append(plan)
            found.rows.append(line.number)
    found.errors = report.errors
    found.plans = _with_rest(found.plans)
    return found


def _goes_on(last: Plan, plan: Plan) -> bool:
    """Tell whether a row names one more unit of the split above it."""
    return (
        plan.kind == Kind.SPLIT
        and (last.kind, last.before) == (plan.kind, plan.before)
        and last.effective_on == plan.effective_on
        and last.decision_number == plan.decision_number
    )


@dataclass(frozen=True)
class _Names:
    """Codes of levels and kinds by what people write for them."""

    levels: dict[str, str]
    kinds: dict[str, str]

    @classmethod
    def load(cls) -> "_Names":
        return cls(*({} | _by_name(model) for model in (Level, CellKind)))


def _by_name(model: Any) -> dict[str, str]:
    rows = list(model.objects.values_list("code", "name"))
    return {fold(name): code for code, name in rows} | {code: code for code, _ in rows}


def _row(report: Report, table: Table, line: Row, names: _Names) -> Plan | None:
    reader = RowReader(report, table, line)
    kind = KINDS.get(fold(reader.text("kind", at_most=40, required="Thiếu loại sự kiện.")), "")
    if not kind and not reader.failed:
        allowed = ", ".join(label for _, label in Kind.choices)
        reader.fail("kind", f"Chọn một trong: {allowed}.")
    effective, decided = _needed_day(reader, "effective_on"), _needed_day(reader, "decided_on")
    members, rest_to = _distribution(reader)
    plan = Plan(
        kind=kind,
        effective_on=effective,
        decision_number=reader.text("decision_number", at_most=60),
        decided_on=decided,
        signer=reader.text("signer", at_most=120),
        note=reader.text("note", at_most=1000),
        before=tuple(_parts(reader, "before")),
        after=tuple(_drafts(reader, names)),
        members=members,
        rest_to=rest_to,
    )
    return None if reader.failed else plan


def _needed_day(reader: RowReader, key: str) -> date:
    day = reader.day(key)
    if day is None and not reader.failed:
        reader.fail(key, "Thiếu ngày. Ghi ngày/tháng/năm, ví dụ 01/07/2025.")
    return day or date.min


def _parts(reader: RowReader, key: str) -> list[str]:
    text = reader.text(key, at_most=4000)
    return [part.strip() for part in text.replace("\n", ";").split(";") if part.strip()]


def _drafts(reader: RowReader, names: _Names) -> list[UnitDraft]:
    """Return the units after; several in one row have their names in the same order."""
    codes, titles = _parts(reader, "after"), _parts(reader, "name")
    if titles and len(titles) != len(codes):
        reader.fail("name", f"Có {len(codes)} mã nhưng {len(titles)} tên. Ghi đủ, cách nhau bằng ;")
        return []
    level, kind = reader.text("level", at_most=120), reader.text("cell_kind", at_most=120)
    parent, areas = reader.text("parent", at_most=40), tuple(_parts(reader, "areas"))
    return [
        UnitDraft(
            code=code, name=titles[place] if titles else "", parent=parent,
            level=names.levels.get(fold(level), level), kind=names.kinds.get(fold(kind), kind),
            areas=areas,
        )
        for place, code in enumerate(codes)
    ]  # fmt: skip


def _distribution(reader: RowReader) -> tuple[dict[str, str], str | None]:
    """Read “key=code; key=code; code”: named members, then where all others go."""
    members: dict[str, str] = {}
    rest: str | None = None
    for part in _parts(reader, "rest_to"):
        key, sign, code = part.partition("=")
        if sign:
            members[key.strip()] = code.strip()
        elif rest is not None:
            reader.fail("rest_to", "Chỉ ghi một chi bộ nhận các đảng viên còn lại.")
        else:
            rest = part
    return members, rest


def _with_rest(plans: Sequence[Plan]) -> list[Plan]:
    """Send the members of joined cells to the one that goes on, where the file says nothing."""
    codes = {code for plan in plans for code in plan.before}
    cells = set(Unit.objects.cells().filter(code__in=codes).values_list("code", flat=True))
    return [
        replace(plan, rest_to=plan.after[0].code)
        if plan.kind in (Kind.ABSORB, Kind.MERGE)
        and len(plan.after) == 1
        and plan.rest_to is None
        and set(plan.before) <= cells
        else plan
        for plan in plans
    ]
