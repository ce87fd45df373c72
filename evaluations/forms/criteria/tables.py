"""Find the parts of a draft, whose tables need not be sound."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from cells.vietnamese import fold
from evaluations.rules.places import segments
from evaluations.rules.table import code_of, exact_number

Raw = dict[str, Any]


class LineAt(NamedTuple):
    """A line with where it stands: numbers from 0, and how addresses name it."""

    group: int
    line: int
    name: str
    place: str
    table: Raw


def tables_of(raw: Raw, key: str) -> list[Raw]:
    """Return the tables of a list, leaving out what is none."""
    held = raw.get(key)
    return [table for table in held if isinstance(table, dict)] if isinstance(held, list) else []


def lines_of(raw: Raw) -> list[LineAt]:
    """Return every line. An address names it by its code where that is one of a kind."""
    found: list[LineAt] = []
    groups = tables_of(raw, "groups")
    for g, (group, group_name) in enumerate(zip(groups, segments(groups), strict=True)):
        lines = tables_of(group, "indicators")
        for n, (line, line_name) in enumerate(zip(lines, segments(lines), strict=True)):
            place = f"groups/{group_name}/indicators/{line_name}"
            found.append(LineAt(g, n, "", place, line))
    codes = [code_of(one.table) for one in found]
    return [
        one._replace(name=code if _is_plain(code) and codes.count(code) == 1 else f"~{number}")
        for number, (one, code) in enumerate(zip(found, codes, strict=True), start=1)
    ]


def _is_plain(code: str) -> bool:
    return bool(code.strip(".")) and all(c.isalnum() or c in "._-" for c in code)


def line_at(raw: Raw, name: str) -> LineAt | None:
    return next((one for one in lines_of(raw) if one.name == name), None)


def total_of(values: Iterable[Any]) -> Decimal:
    """Add up what can be read as numbers."""
    return sum((exact_number(value) or Decimal(0) for value in values), Decimal(0))


def number_of(values: Iterable[Any]) -> str:
    """Say a sum as people write it: "8,5"."""
    text = format(total_of(values), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def next_code(group: Raw, number: int) -> str:
    """Return the next free code of a line in a group: 1.7 after 1.6."""
    taken = {code_of(line) for line in tables_of(group, "indicators")}
    return next(code for n in range(1, 1000) if (code := f"{number}.{n}") not in taken)


def title_of(table: Raw) -> str:
    """Name a table for people, whatever it holds."""
    title = table.get("title")
    return title if isinstance(title, str) and fold(title) else "(chưa có tên)"
