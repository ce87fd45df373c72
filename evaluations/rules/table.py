"""Read one table of a criteria file; every fault is noted with its place, in Vietnamese."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, DecimalException
from typing import Any, Literal, NamedTuple, TypeVar

from evaluations.rules.numbers import hundredths, spoken

Severity = Literal["error", "warning"]
Kept = TypeVar("Kept")
NAMES = {
    "grades": "mức",
    "levels": "mức xếp loại",
    "groups": "nhóm",
    "indicators": "dòng",
    "options": "lựa chọn",
    "bands": "mức điểm",
    "vetoes": "điểm loại",
    "relations": "dòng đối chiếu",
    "recognition": "điều kiện công nhận",
    "quota": "trần",
    "from_month": "gợi ý từ các tháng",
    "from_quarter": "gợi ý từ các quý",
    "from_cells": "gợi ý từ các chi bộ",
}
SHOWN = 60


class CriteriaError(Exception):
    """A criteria text that cannot be used; the message says where and why."""


class Finding(NamedTuple):
    """What is wrong or doubtful at a place such as `groups/G1/indicators/1.2/bands/2`."""

    severity: Severity
    place: str
    message: str


class Ledger:
    """What reading one set has found, and the parts it has made so far."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._kept: list[tuple[Table, Any]] = []

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]

    def keep(self, table: "Table", part: Any) -> None:
        self._kept.append((table, part))

    def of(self, kind: type[Kept]) -> Iterator[tuple["Table", Kept]]:
        """Return the parts of a kind, each with the table it was read from."""
        return ((table, part) for table, part in self._kept if isinstance(part, kind))

    def is_sound(self, table: "Table") -> bool:
        """Tell whether nothing in or below `table` was refused."""
        return not any(
            place == table.path or place.startswith(f"{table.path}/") for _, place, _ in self.errors
        )


class Table:
    """A TOML table with the place where it stands; what is not taken from it is refused.

    A value that cannot be used is noted and replaced by an empty one, so that reading goes on.
    """

    def __init__(self, raw: object, ledger: Ledger, path: str = "", words: str = "") -> None:
        self.ledger, self.path, self.words = ledger, path, words
        self.taken: set[str] = set()
        self.is_table = True
        if not isinstance(raw, dict):
            self.refuse("phải là một bảng")
            self.is_table = False
        self.raw: dict[str, Any] = raw if isinstance(raw, dict) else {}

    def refuse(self, problem: str, key: str = "") -> None:
        self.note("error", problem, key)

    def note(self, severity: Severity, problem: str, key: str = "") -> None:
        # What is not even a table has been said to be none; its keys are not missed one by one.
        if self.is_table:
            place = "/".join(part for part in (self.path, key) if part)
            message = f"{self.words}: {problem}." if self.words else f"{problem}."
            message = message[0].upper() + message[1:]
            self.ledger.findings.append(Finding(severity, place, message))

    def take(self, key: str) -> Any:
        self.taken.add(key)
        return self.raw.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.take(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and (value.strip() or default is not None):
            return value
        self.refuse(f"thiếu “{key}” hoặc “{key}” không phải là chữ", key)
        return ""

    def choice(self, key: str, allowed: Collection[str], *, default: str | None = None) -> str:
        found = len(self.ledger.findings)
        value = self.text(key, default=default)
        if value in allowed:
            return value
        if len(self.ledger.findings) == found:
            known = ", ".join(allowed)
            self.refuse(f"“{key}” phải là một trong {known}, không phải “{shown(value)}”", key)
        return next(iter(allowed), "")

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.refuse(f"“{key}” phải là true hoặc false", key)
        return value is True

    def day(self, key: str) -> date:
        value = self.take(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.refuse(f"“{key}” phải là một ngày, ví dụ 2026-01-01", key)
        return date.min

    def exact(self, key: str) -> Decimal | None:
        """Return a number, given bare or in quotes, without passing through binary floats."""
        value = self.take(key)
        number = exact_number(value)
        if number is None:
            self.refuse(f"“{key}” phải là một số không âm, không phải “{shown(value)}”", key)
        return number

    def number(self, key: str, *, at_most: int | None = None, positive: bool = False) -> int:
        """Return a number in hundredths; 0 where there is none."""
        number = self.exact(key)
        if number is None:
            return 0
        value = hundredths(number)
        if value is None:
            self.refuse(f"“{key}” chỉ được có tối đa hai chữ số thập phân", key)
        elif at_most is not None and value > at_most:
            self.refuse(f"“{key}” không được lớn hơn {spoken(at_most)}", key)
        elif positive and not value:
            self.refuse(f"“{key}” phải lớn hơn 0", key)
        return value or 0

    def integer(self, key: str, *, default: int) -> int:
        """Return a whole number from 1 up."""
        if self.take(key) is None:
            return default
        value = exact_number(self.raw[key])
        if value is not None and value >= 1 and value == value.to_integral_value():
            return int(value)
        self.refuse(f"“{key}” phải là một số nguyên từ 1 trở lên", key)
        return default

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        value = self.take(key)
        if value is None and not required:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(f"“{key}” phải là một danh sách chữ", key)
            return ()
        if len(set(value)) < len(value):
            self.refuse(f"“{key}” có mục bị lặp", key)
        return tuple(value)

    def tables(self, key: str, *, required: bool = True, unique: bool = True) -> list["Table"]:
        """Return the tables of a list, each placed by its code or, without one, its number."""
        value = self.take(key)
        if value is None and not required:
            return []
        if not isinstance(value, list) or not value:
            self.refuse(f"“{key}” phải là một danh sách bảng, có ít nhất một bảng", key)
            return []
        seen: set[str] = set()
        tables = []
        for number, (raw, name) in enumerate(zip(value, segments(value), strict=True), start=1):
            code = code_of(raw)
            label = f"{NAMES[key]} {code or f'thứ {number}'}"
            table = self._below(raw, f"{key}/{name}", label)
            if unique and code and code in seen:
                table.refuse(f"mã “{code}” bị lặp", "code")
            seen.add(code)
            tables.append(table)
        return tables

    def table(self, key: str) -> "Table":
        return self._below(self.take(key), key, NAMES[key])

    def _below(self, raw: object, segment: str, label: str) -> "Table":
        path = f"{self.path}/{segment}" if self.path else segment
        words = f"{self.words}, {label}" if self.words else label
        return Table(raw, self.ledger, path, words)

    def close(self) -> None:
        """Refuse keys nobody asked for: a misspelt key must not be ignored."""
        for key in sorted(set(self.raw) - self.taken):
            self.refuse(f"không có mục nào tên là “{shown(key)}”", key)


def exact_number(value: object) -> Decimal | None:
    """Return a number from 0 up, written bare or in quotes; None for anything else."""
    if not isinstance(value, int | str | Decimal) or isinstance(value, bool):
        return None
    try:
        number = Decimal(value)
    except DecimalException:
        return None
    usable = number.is_finite() and number >= 0 and number.adjusted() <= 9
    return number if usable else None


def code_of(raw: object) -> str:
    """Return the code of a table, empty where it has none."""
    code = raw.get("code") if isinstance(raw, dict) else None
    return code.strip() if isinstance(code, str) else ""


def segments(tables: Sequence[object]) -> list[str]:
    """Return how findings name the tables of a list: by code, else by number."""
    seen: set[str] = set()
    names = []
    for number, table in enumerate(tables, start=1):
        code = code_of(table)
        names.append(code if code and code not in seen and "/" not in code else str(number))
        seen.add(code)
    return names


def shown(value: object) -> str:
    """Write a faulty value into a sentence, cut short."""
    try:
        text = str(value)
    except ValueError:  # Python writes out no number of thousands of digits
        return "một số quá lớn"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
