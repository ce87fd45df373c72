"""Read one table of a criteria file; every complaint names its place in Vietnamese."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from evaluations.rules.numbers import hundredths, spoken


class CriteriaError(Exception):
    """A criteria text that cannot be used; the message says where and why."""


class Table:
    """A TOML table with the place where it stands; what is not taken from it is refused."""

    def __init__(self, raw: object, place: str) -> None:
        self.place = place
        if not isinstance(raw, dict):
            self.refuse("phải là một bảng")
        self.raw: dict[str, Any] = raw
        self.taken: set[str] = set()

    def refuse(self, problem: str) -> NoReturn:
        raise CriteriaError(f"{self.place}: {problem}.")

    def take(self, key: str) -> Any:
        self.taken.add(key)
        return self.raw.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self.take(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not (value.strip() or default is not None):
            self.refuse(f"thiếu “{key}” hoặc “{key}” không phải là chữ")
        return value

    def choice(self, key: str, allowed: Collection[str]) -> str:
        value = self.text(key)
        if value not in allowed:
            self.refuse(f"“{key}” phải là một trong {', '.join(allowed)}, không phải “{value}”")
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.refuse(f"“{key}” phải là true hoặc false")
        return bool(value)

    def day(self, key: str) -> date:
        value = self.take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(f"“{key}” phải là một ngày, ví dụ 2026-01-01")
        return value

    def exact(self, key: str) -> Decimal:
        """Return a number, given bare or in quotes, without passing through binary floats."""
        value = self.take(key)
        number = None
        if isinstance(value, int | str | Decimal) and not isinstance(value, bool):
            try:
                number = Decimal(value)
            except DecimalException:
                number = None
        if number is None or not number.is_finite() or number < 0 or number.adjusted() > 9:
            self.refuse(f"“{key}” phải là một số không âm, không phải “{value}”")
        return number

    def number(self, key: str, *, at_most: int | None = None) -> int:
        """Return a number in hundredths."""
        value = hundredths(self.exact(key))
        if value is None:
            self.refuse(f"“{key}” chỉ được có tối đa hai chữ số thập phân")
        if at_most is not None and value > at_most:
            self.refuse(f"“{key}” không được lớn hơn {spoken(at_most)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(f"“{key}” phải là một danh sách chữ")
        return tuple(value)

    def tables(self, key: str, name: str, *, required: bool = True) -> list["Table"]:
        """Return the tables of a list, each placed by its code or, without one, its number."""
        value = self.take(key)
        if value is None and not required:
            return []
        if not isinstance(value, list) or not value:
            self.refuse(f"“{key}” phải là một danh sách bảng, có ít nhất một bảng")
        return [
            Table(raw, f"{self.place}, {name} {label_of(raw, number)}")
            for number, raw in enumerate(value, start=1)
        ]

    def table(self, key: str, name: str) -> "Table":
        return Table(self.take(key), f"{self.place}, {name}")

    def close(self) -> None:
        """Refuse keys nobody asked for: a misspelt key must not be ignored."""
        if unknown := sorted(set(self.raw) - self.taken):
            self.refuse(f"không có mục nào tên là “{'”, “'.join(unknown)}”")

    def unique(self, codes: Iterable[str], name: str) -> None:
        seen: set[str] = set()
        for code in codes:
            if code in seen:
                self.refuse(f"{name} “{code}” bị lặp")
            seen.add(code)


def label_of(raw: object, number: int) -> str:
    code = raw.get("code") if isinstance(raw, dict) else None
    return code if isinstance(code, str) and code else f"thứ {number}"
