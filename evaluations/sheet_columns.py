"""The columns of a workbook of sheets: written by the export, recognised by the import."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cells.cell_values import CellError, number_of, text_of
from cells.tables import Recognise, header_key
from cells.vietnamese import fold, tidy
from evaluations.answers import Answer
from evaluations.reasons import class_name
from evaluations.rules.structure import Criteria, Indicator

CODE = ("Mã", "Mã chi bộ", "Mã đơn vị", "Mã tổ chức", "Code")
NAME = ("Tên chi bộ", "Tên đơn vị", "Tên", "Chi bộ", "Đơn vị", "Name")
STATE = ("Trạng thái",)
CLASS = ("Xếp loại năm", "Xếp loại chất lượng năm", "Xếp loại chất lượng")
CLASS_KEY = "class"
NEEDED = {"code": "Mã"}
NOT_APPLICABLE = "KAD"
NA_WORDS = {"kad", "khong ap dung", "k a d", "n a", "na", "khong ad"}
NUM_WORDS = {"tu", "ts", "num", "tu so"}
DEN_WORDS = {"mau", "ms", "den", "mau so"}
SHORT = {"tb": "trung binh"}
LARGEST = 2_000_000_000
LONGEST_REASON = 500
# Kinds of errors, as the report groups them.
CHOICE, NUMBER, MISSING = "choice", "number", "missing"
DATA_SHEET = "_Chibo"
FORMAT = "chibo-phieu-1"
_LINE = re.compile(r"(?:dong |chi bao |muc )?(\d+\.\d+)(?![\d.])(.*)")
_PAIR = re.compile(r"(\d+)\s*/\s*(\d+)")


@dataclass(frozen=True)
class LineColumn:
    """One column of the export: a line, or the upper or lower number of its ratio."""

    key: str
    indicator: Indicator
    part: str
    header: str


def line_columns(indicator: Indicator) -> list[LineColumn]:
    code = indicator.code
    if indicator.input != "ratio":
        how = "chọn trong danh sách" if indicator.options else "số lượng"
        return [LineColumn(code, indicator, "", f"{code}\n{how}")]
    return [
        LineColumn(f"{code}:num", indicator, "num", f"{code} tử số\n{indicator.num_label}"),
        LineColumn(f"{code}:den", indicator, "den", f"{code} mẫu số\n{indicator.den_label}"),
    ]


def columns_of(criteria: Criteria) -> list[LineColumn]:
    return [column for line in criteria.indicators.values() for column in line_columns(line)]


def sheet_recogniser(criteria: Criteria) -> Recognise:
    """Return what tells the key of a column from “1.2 tử số”, “1.2” or the title of a line."""
    known = {header_key(name): "code" for name in CODE}
    known |= {header_key(name): "name" for name in NAME}
    known |= {header_key(name): "state" for name in STATE}
    if criteria.recognition.annual_class_gte:
        known |= {header_key(name): CLASS_KEY for name in CLASS}
    titles = {header_key(line.title): line for line in criteria.indicators.values()}

    def recognise(text: str) -> str | None:
        key = header_key(text)
        if key in known:
            return known[key]
        if found := _LINE.match(key):
            line = criteria.indicators.get(found[1])
            return _key(line, found[2].strip(" .")) if line else None
        for title, line in titles.items():
            if key.startswith(title):
                return _key(line, key[len(title) :].strip(" ."))
        return None

    return recognise


def _key(line: Indicator, rest: str) -> str:
    """Return the key for a header that names `line`, by what it says besides."""
    if line.input != "ratio":
        return line.code
    num, den = header_key(line.num_label), header_key(line.den_label)
    if rest in NUM_WORDS or "tu so" in rest or rest.endswith(num):
        return f"{line.code}:num"
    if rest in DEN_WORDS or "mau so" in rest or rest.endswith(den):
        return f"{line.code}:den"
    return line.code


def answer_text(answer: Answer, note: str = "") -> str:
    """Return an answer in one short text, for comparing; `note` is why a line does not apply."""
    if answer.get("na"):
        return f"{NOT_APPLICABLE}: {note}" if note else NOT_APPLICABLE
    if "num" in answer:
        return f"{answer['num']}/{answer['den']}"
    return str(answer.get("choice") or answer.get("grade") or answer.get("count", ""))


def answer_spoken(answer: Answer, indicator: Indicator) -> str:
    """Return an answer as people read it; choices by their titles."""
    option = indicator.option(answer.get("choice") or answer.get("grade") or "")
    return option.title if option else answer_text(answer)


def cell_values(answer: Answer, indicator: Indicator, note: str = "") -> dict[str, Any]:
    """Return what stands in the columns of a line, by part."""
    if not answer:
        return {}
    if answer.get("na"):
        said = answer_text(answer, tidy(note))
        return {"num": said, "den": NOT_APPLICABLE} if ratio(indicator) else {"": said}
    if "num" in answer:
        return {"num": answer["num"], "den": answer["den"]}
    if "count" in answer:
        return {"": answer["count"]}
    return {"": answer_spoken(answer, indicator)}


def ratio(indicator: Indicator) -> bool:
    return indicator.input == "ratio"


def _is_na(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return header_key(value.partition(":")[0].replace(".", " ")) in NA_WORDS


def na_reason(cells: Mapping[str, Any]) -> str:
    """Return why a line does not apply, as written behind "KAD:" in one of its cells."""
    for value in cells.values():
        if isinstance(value, str) and _is_na(value):
            reason = tidy(value.partition(":")[2])
            if reason:
                return reason[:LONGEST_REASON]
    return ""


class PartError(Exception):
    """A cell of a line that cannot be used: its part, the message, the kind of error."""

    def __init__(self, part: str, message: str, kind: str):
        super().__init__(message)
        self.part, self.message, self.kind = part, message, kind


def read_cells(indicator: Indicator, cells: dict[str, Any]) -> dict[str, Any]:
    """Return the answer that the cells of a line give, by part; {} where all are blank."""
    given = {part: value for part, value in cells.items() if value is not None}
    if not given:
        return {}
    if any(_is_na(value) for value in given.values()):
        if not all(_is_na(value) for value in given.values()):
            raise PartError(
                next(iter(given)),
                f"Đã ghi {NOT_APPLICABLE} thì cả hai ô ghi {NOT_APPLICABLE}.",
                MISSING,
            )
        return {"na": True}
    if indicator.input in ("choice", "grade"):
        return {indicator.input: _option(indicator, given[""])}
    if indicator.input == "count":
        return {"count": _number("", given[""])}
    if "" in given and not given.keys() & {"num", "den"}:
        return _pair(given[""])
    names = {"num": "tử số", "den": "mẫu số"}
    numbers = {part: _number(part, given[part]) for part in names if part in given}
    for part, name in names.items():
        if part not in numbers:
            raise PartError(part, f"Dòng {indicator.code}: còn thiếu {name}.", MISSING)
    return numbers


def read_class(criteria: Criteria, value: Any) -> str:
    """Return the class of the year that a cell names, by its code or its name; "" if blank."""
    if value is None:
        return ""
    try:
        wanted = fold(text_of(value))
    except CellError as error:
        raise PartError("", error.message, CHOICE) from error
    for code in criteria.annual_classes:
        if wanted in (fold(code), fold(class_name(code))):
            return code
    names = "”, “".join(class_name(code) for code in reversed(criteria.annual_classes))
    raise PartError("", f"Xếp loại năm: chọn một trong: “{names}”.", CHOICE)


def _option(indicator: Indicator, value: Any) -> str:
    try:
        text = text_of(value)
    except CellError as error:
        raise PartError("", error.message, CHOICE) from error
    wanted = SHORT.get(fold(text), fold(text))
    for same in (
        lambda option: option.code == text,
        lambda option: tidy(option.title).lower() == text.lower(),
        lambda option: fold(option.title) == wanted,
    ):
        if found := next((option for option in indicator.options if same(option)), None):
            return found.code
    titles = "”, “".join(option.title for option in indicator.options)
    na = f", hoặc {NOT_APPLICABLE} nếu không áp dụng" if indicator.na else ""
    raise PartError("", f"Dòng {indicator.code}: chọn một trong: “{titles}”{na}.", CHOICE)


def _number(part: str, value: Any) -> Decimal | int:
    try:
        number = number_of(value)
    except CellError as error:
        raise PartError(part, error.message, NUMBER) from error
    if number is None or abs(number) > LARGEST:
        raise PartError(part, "Số này lớn quá mức. Kiểm tra lại.", NUMBER)
    # What is not whole or below zero is refused by the rules, which name the line.
    return int(number) if number == number.to_integral_value() else number


def _pair(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime | date):
        raise PartError(
            "",
            "Excel đã đổi số vừa gõ thành ngày. Dùng hai cột tử số, mẫu số như trong tệp mẫu.",
            NUMBER,
        )
    found = _PAIR.fullmatch(str(value).strip())
    if not found:
        raise PartError("", "Ghi tử số và mẫu số ngăn bằng dấu gạch chéo, ví dụ 27/30.", NUMBER)
    return {"num": _number("", found[1]), "den": _number("", found[2])}
