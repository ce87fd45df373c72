"""The rows of a workbook of events: what each says, and which of them belong together."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cells.cell_values import shown
from cells.imports import RowReader
from cells.models import CellKind, Level, Reorganisation
from cells.services.reorganisation.plans import CHANGING, Plan, UnitDraft
from cells.vietnamese import fold, tidy

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
REST = {"con lai", "so con lai", "dang vien con lai", "cac dang vien con lai"}
_BETWEEN_CODES = re.compile(r"[;,\s]+")
_BETWEEN_TEXTS = re.compile(r"[;\n]")


@dataclass(frozen=True)
class Names:
    """Codes of levels and kinds by what people write for them."""

    levels: dict[str, str]
    kinds: dict[str, str]

    @classmethod
    def load(cls) -> "Names":
        return cls(*(_by_name(model) for model in (Level, CellKind)))


def _by_name(model: Any) -> dict[str, str]:
    rows = list(model.objects.values_list("code", "name"))
    return {fold(name): code for code, name in rows} | {code: code for code, _ in rows}


def row_plan(reader: RowReader, names: Names) -> Plan | None:
    """Return what a row says; None where it complained."""
    kind = _kind(reader)
    before = tuple(_codes(reader, "before"))
    after = _drafts(reader, names, before if kind in CHANGING else ())
    members, rest_to = _distribution(reader, [draft.code for draft in after])
    plan = Plan(
        kind=kind,
        effective_on=_day(reader, "effective_on"),
        decision_number=reader.text("decision_number", at_most=60),
        decided_on=_day(reader, "decided_on"),
        signer=reader.text("signer", at_most=120),
        note=reader.text("note", at_most=1000),
        before=before,
        after=tuple(after),
        members=members,
        rest_to=rest_to,
    )
    return None if reader.failed else plan


def goes_on(last: Plan, plan: Plan) -> bool:
    """Tell whether a row goes on with the event of the row above.

    A split may have a row for each new unit, a merger one for each old unit.
    """
    same = ("kind", "effective_on", "decision_number")
    if any(getattr(last, name) != getattr(plan, name) for name in same):
        return False
    if plan.kind == Kind.SPLIT:
        return last.before == plan.before
    if plan.kind == Kind.MERGE:
        return [draft.code for draft in last.after] == [draft.code for draft in plan.after]
    return False


def joined(last: Plan, plan: Plan, reader: RowReader) -> Plan:
    """Return the event of two rows; complain where they contradict each other."""
    if last.rest_to and plan.rest_to and last.rest_to != plan.rest_to:
        reader.fail("rest_to", f"Dòng trên đã ghi các đảng viên còn lại về “{last.rest_to}”.")
    for key in set(last.members) & set(plan.members):
        if last.members[key] != plan.members[key]:
            reader.fail("rest_to", f"“{key}” đã ghi ở dòng trên. Chỉ ghi một nơi đến.")
    merges = plan.kind == Kind.MERGE
    return replace(
        last,
        before=(*last.before, *plan.before) if merges else last.before,
        after=last.after if merges else (*last.after, *plan.after),
        members={**last.members, **plan.members},
        rest_to=last.rest_to or plan.rest_to,
    )


def _kind(reader: RowReader) -> str:
    text = reader.text("kind", at_most=40, required="Thiếu loại sự kiện.")
    kind = KINDS.get(fold(text), "")
    if text and not kind:
        allowed = ", ".join(label for _, label in Kind.choices)
        reader.fail("kind", f"Chọn một trong: {allowed}.")
    return kind


def _day(reader: RowReader, key: str) -> date:
    complaints = len(reader.report.errors)
    day = reader.day(key)
    if day is None and len(reader.report.errors) == complaints:
        reader.fail(key, "Thiếu ngày. Ghi ngày/tháng/năm, ví dụ 01/07/2025.")
    return day or date.min


def _codes(reader: RowReader, key: str) -> list[str]:
    text = reader.text(key, at_most=4000)
    return [code for code in _BETWEEN_CODES.split(text) if code]


def _texts(reader: RowReader, key: str) -> list[str]:
    """Return the parts of a cell, one a line or between semicolons."""
    reader.text(key, at_most=20_000)
    raw = shown(reader.row.values.get(key)) or ""
    return [part for text in _BETWEEN_TEXTS.split(raw) if (part := tidy(text))]


def _drafts(reader: RowReader, names: Names, same: Collection[str]) -> list[UnitDraft]:
    """Return the units after; several in one row have their names in the same order."""
    codes, titles = _codes(reader, "after") or list(same), _texts(reader, "name")
    if titles and len(titles) != len(codes):
        reader.fail("name", f"Có {len(codes)} mã nhưng {len(titles)} tên. Ghi đủ, cách nhau bằng ;")
        return []
    level, kind = reader.text("level", at_most=120), reader.text("cell_kind", at_most=120)
    parent, areas = reader.text("parent", at_most=40), tuple(_codes(reader, "areas"))
    return [
        UnitDraft(
            code=code, name=titles[place] if titles else "", parent=parent,
            level=names.levels.get(fold(level), level), kind=names.kinds.get(fold(kind), kind),
            areas=areas,
        )
        for place, code in enumerate(codes)
    ]  # fmt: skip


def _distribution(reader: RowReader, codes: list[str]) -> tuple[dict[str, str], str | None]:
    """Read who goes where: “name=code”, a name alone, “còn lại” or a code for all others.

    A name alone and “còn lại” mean the one unit after the event that the row names.
    """
    members: dict[str, str] = {}
    rests: list[str] = []
    own = codes[0] if len(codes) == 1 else ""
    for part in _texts(reader, "rest_to"):
        who, sign, code = (text.strip() for text in part.partition("="))
        is_rest = fold(who) in REST
        if not sign and " " not in who:
            rests.append(who)
            continue
        target = code if sign else own
        if not target:
            reader.fail("rest_to", f"Chưa rõ “{who}” về đâu. Ghi {who}=MÃ.")
        elif is_rest:
            rests.append(target)
        elif members.setdefault(who, target) != target:
            reader.fail("rest_to", f"“{who}” ghi hai nơi đến. Chỉ ghi một.")
    if len(set(rests)) > 1:
        reader.fail("rest_to", "Chỉ ghi một chi bộ nhận các đảng viên còn lại.")
    return members, rests[0] if rests else None
