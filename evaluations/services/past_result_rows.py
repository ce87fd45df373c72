"""One row of a file of past results: what it must hold, and what it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cells.cell_values import CellError, number_of
from cells.imports import CodeBook, RowReader
from cells.models import Unit
from cells.vietnamese import fold, tidy
from evaluations.models import CriteriaSet
from evaluations.services.errors import RefusedError
from evaluations.services.periods import period_bounds

GROUPS = ("G1", "G2", "G3", "G4")
COLUMNS = {
    "period": ("Kỳ", "Kỳ đánh giá", "Quý", "Năm"),
    "code": ("Mã chi bộ", "Mã", "Mã đơn vị"),
    "total": ("Tổng điểm", "Điểm", "Tổng"),
    **{group: (group, f"Nhóm {group[1]}", f"Điểm nhóm {group[1]}") for group in GROUPS},
    "level": ("Mức", "Xếp mức", "Mức xếp loại"),
    "decision_number": ("Số quyết định", "Quyết định số"),
    "signed_on": ("Ngày ký", "Ngày quyết định"),
    "signer": ("Người ký",),
    "note": ("Ghi chú",),
}
NEEDED = {"period": "Kỳ", "code": "Mã chi bộ", "total": "Tổng điểm"}
FULL = Decimal(100)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_QUARTER = re.compile(r"(?:quy\s*)?(iv|i{1,3}|[1-4])\s*(?:[/,-]|nam)\s*(20\d\d)")
_CODE = re.compile(r"(20\d\d)(?:\s*-?\s*q([1-4]))?")
_YEAR = re.compile(r"nam\s*(20\d\d)")


@dataclass(frozen=True)
class Given:
    """The values of one row; points in hundredths."""

    reader: RowReader
    unit: Unit
    period_code: str
    period_kind: str
    starts_on: date
    ends_on: date
    values: dict[str, object]


def period_code(text: str) -> str:
    """Return "2025-Q3" for "Quý III/2025", "2025" for "Năm 2025"; "" for anything else."""
    plain = fold(text)
    if found := _CODE.fullmatch(plain):
        return f"{found[1]}-Q{found[2]}" if found[2] else found[1]
    if found := _YEAR.fullmatch(plain):
        return found[1]
    if found := _QUARTER.fullmatch(plain):
        return f"{found[2]}-Q{_ROMAN.get(found[1]) or found[1]}"
    return ""


def level_names() -> dict[str, str]:
    """Return code → title of every level of the published sets, best first."""
    sets = CriteriaSet.objects.order_by("code")
    return {level.code: level.title for row in sets for level in row.rules.levels}


def row_given(
    reader: RowReader, units: CodeBook[Unit], levels: Mapping[str, str], today: date
) -> Given | None:
    """Return what a row says; None where it complained."""
    bounds = _period(reader, today)
    unit = _unit(reader, units, bounds)
    values: dict[str, object] = {
        "total": _points(reader, "total"),
        "groups": {
            group: points for group in GROUPS if (points := _points(reader, group)) is not None
        },
        "level": _level(reader, levels),
        "decision_number": reader.text("decision_number", at_most=60),
        "signed_on": reader.day("signed_on", not_after=today),
        "signer": reader.text("signer", at_most=120),
        "note": reader.text("note", at_most=300),
    }
    if values["total"] is None and not reader.failed:
        reader.fail("total", "Thiếu tổng điểm.")
    if reader.failed or bounds is None or unit is None:
        return None
    return Given(reader, unit, *bounds, values)


def _period(reader: RowReader, today: date) -> tuple[str, str, date, date] | None:
    text = reader.text("period", at_most=40, required="Thiếu kỳ. Ghi ví dụ Quý III/2025.")
    if not text:
        return None
    code = period_code(text)
    try:
        kind, starts_on, ends_on = period_bounds(code)
    except RefusedError:
        reader.fail("period", "Không rõ kỳ nào. Ghi ví dụ Quý III/2025 hoặc Năm 2025.")
        return None
    if ends_on > today:
        reader.fail("period", "Kỳ này chưa kết thúc nên chưa có kết quả trên giấy.")
        return None
    return code, str(kind), starts_on, ends_on


def _unit(
    reader: RowReader, units: CodeBook[Unit], bounds: tuple[str, str, date, date] | None
) -> Unit | None:
    code = reader.text("code", at_most=40, required="Thiếu mã chi bộ.")
    if not code:
        return None
    unit = units.get(code)
    if unit is None:
        reader.fail(
            "code", "Không có chi bộ mang mã này trong phạm vi của đồng chí. Kiểm tra lại mã."
        )
        return None
    if bounds and unit.founded_on > bounds[3]:
        reader.fail(
            "code",
            f"Chi bộ này thành lập ngày {unit.founded_on:%d/%m/%Y}, sau kỳ này. Kết quả thuộc chi"
            " bộ đã đạt được nó: ghi mã của chi bộ cũ.",
        )
        return None
    if bounds and unit.closed_on and unit.closed_on <= bounds[2]:
        reader.fail("code", f"Chi bộ này đã kết thúc ngày {unit.closed_on:%d/%m/%Y}, trước kỳ này.")
        return None
    return unit


def _points(reader: RowReader, key: str) -> int | None:
    try:
        number = number_of(reader.row.values.get(key))
    except CellError as error:
        reader.fail(key, error.message)
        return None
    if number is None:
        return None
    hundredths = number * 100
    if not 0 <= number <= FULL or hundredths != hundredths.to_integral_value():
        reader.fail(key, "Điểm từ 0 đến 100, nhiều nhất hai số lẻ, ví dụ 81,93.")
        return None
    return int(hundredths)


def _level(reader: RowReader, levels: Mapping[str, str]) -> str:
    text = reader.text("level", at_most=40)
    if not text:
        return ""
    wanted = fold(tidy(text))
    for code, title in levels.items():
        if wanted in (code, fold(title)):
            return code
    reader.fail("level", f"Chọn một trong: “{'”, “'.join(levels.values())}”, hoặc để trống.")
    return ""
