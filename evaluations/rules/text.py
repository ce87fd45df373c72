"""The one text form of a criteria set: screen and file write the same letters for the same set.

Published sets are known by the hash of their text, so this form must never change by itself.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeGuard
from unicodedata import normalize

from evaluations.rules.table import NAMES, CriteriaError, code_of, exact_number, shown

LONGEST = 30  # digits of a number that is written out


class Shape(NamedTuple):
    """How a value is laid out; `keys` are those of its tables, in order."""

    layout: Literal["value", "number", "lines", "row", "rows", "table", "tables"]
    keys: Mapping[str, "Shape"] = {}


VALUE, NUMBER, LINES = Shape("value"), Shape("number"), Shape("lines")
NAMED = {"code": VALUE, "title": VALUE}
FEED = Shape("row", {"code": VALUE, "how": VALUE})
INDICATOR = {
    "code": VALUE,
    "slug": VALUE,
    "title": VALUE,
    "guidance": VALUE,
    "max": NUMBER,
    "input": VALUE,
    "num_label": VALUE,
    "den_label": VALUE,
    "options": Shape("rows", NAMED | {"points": NUMBER}),
    "bands": Shape("rows", {"gte": NUMBER, "gt": NUMBER, "points": NUMBER}),
    "empty": VALUE,
    "na": VALUE,
    "may_exceed_100": VALUE,
    "kinds": VALUE,
    "data_source": VALUE,
    "cutoff": VALUE,
    "evidence": VALUE,
    "from_month": FEED,
    "from_quarter": FEED,
    "from_cells": FEED,
    "source": VALUE,
}
GROUP = NAMED | {
    "max": NUMBER,
    "floor_percent": NUMBER,
    "indicators": Shape("tables", INDICATOR),
}
QUOTA = {
    "percent": NUMBER,
    "base": VALUE,
    "exception_percent": NUMBER,
    "group_by": VALUE,
    "rounding": VALUE,
}
CRITERIA = {
    "code": VALUE,
    "version": NUMBER,
    "subject": VALUE,
    "period": VALUE,
    "title": VALUE,
    "source": VALUE,
    "legal_basis": LINES,
    "valid_from": VALUE,
    "valid_to": VALUE,
    "succeeds": VALUE,
    "relations": Shape("rows", {"code": VALUE, "was": VALUE, "relation": VALUE}),
    "annual_classes": VALUE,
    "recognition": Shape("table", {"total_gte": NUMBER, "annual_class_gte": VALUE}),
    "quota": Shape("table", QUOTA),
    "grades": Shape("tables", NAMED | {"share": NUMBER}),
    "levels": Shape("tables", NAMED | {"gte": NUMBER}),
    "groups": Shape("tables", GROUP),
    "vetoes": Shape("tables", {"code": VALUE, "slug": VALUE, "title": VALUE, "source": VALUE}),
}
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f]')
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def criteria_text(raw: Mapping[str, Any]) -> str:
    """Write a set, also a draft that cannot be used yet; only unknown keys are refused.

    Numbers may stand in quotes and are written bare; what is missing or None is left out.
    """
    try:
        text = "\n\n".join(_sections(raw, CRITERIA, "", "")) + "\n"
        text.encode()
    except (RecursionError, UnicodeEncodeError, ValueError) as error:
        raise CriteriaError("Bộ tiêu chí có nội dung không ghi ra được thành văn bản.") from error
    return text


def _sections(
    raw: Mapping[str, Any], keys: Mapping[str, Shape], header: str, place: str
) -> Iterator[str]:
    """Write a table under its header, then the tables in it."""
    _refuse_unknown(raw, keys, place)
    path = header.strip("[]")
    below = {key: _tables(raw[key], keys[key]) for key in keys if raw.get(key) is not None}
    lines = [header] if header else []
    lines += [_line(key, raw[key], keys[key], place) for key in below if not below[key]]
    if lines:
        yield "\n".join(lines)
    for key, tables in below.items():
        name = f"{path}.{key}" if path else key
        for number, table in enumerate(tables, start=1):
            inner = f"[{name}]" if keys[key].layout == "table" else f"[[{name}]]"
            yield from _sections(table, keys[key].keys, inner, _below(place, key, table, number))


def _tables(value: object, shape: Shape) -> list[dict[str, Any]]:
    """Return the tables that get headers of their own; none where the value is no such thing."""
    if shape.layout == "table" and isinstance(value, dict):
        return [value]
    if shape.layout == "tables" and _is_rows(value):
        return value
    return []


def _is_rows(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _line(key: str, value: Any, shape: Shape, place: str) -> str:
    return f"{key} = {_written(key, value, shape, place)}"


def _written(key: str, value: Any, shape: Shape, place: str) -> str:
    number = exact_number(value) if shape.layout == "number" else None
    if number is not None:
        return _number(number)
    if shape.layout == "lines" and isinstance(value, list) and value:
        return _listed(_plain(item) for item in value)
    if shape.layout == "rows" and _is_rows(value):
        rows = enumerate(value, start=1)
        return _listed(_row(row, shape, _below(place, key, row, n)) for n, row in rows)
    if shape.layout == "row" and isinstance(value, dict):
        return _row(value, shape, _below(place, key, value, 1))
    return _plain(value)


def _listed(items: Iterator[str]) -> str:
    return "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _row(row: dict[str, Any], shape: Shape, place: str) -> str:
    _refuse_unknown(row, shape.keys, place)
    known = [(key, inner) for key, inner in shape.keys.items() if row.get(key) is not None]
    return _inline(_line(key, row[key], inner, place) for key, inner in known)


def _inline(pairs: Iterator[str]) -> str:
    inner = ", ".join(pairs)
    return f"{{ {inner} }}" if inner else "{}"


def _plain(value: object) -> str:
    """Write any value of TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int | float | Decimal):
        return _number(Decimal(str(value)))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_plain(item) for item in value)}]"
    if isinstance(value, dict):
        return _inline(f"{_key(key)} = {_plain(value[key])}" for key in sorted(value))
    raise _fault("", f"không ghi được giá trị “{shown(value)}”")


def _string(value: str) -> str:
    def escape(found: re.Match[str]) -> str:
        return ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"

    return f'"{_SPECIAL.sub(escape, normalize("NFC", value))}"'


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _number(value: Decimal) -> str:
    """Write a number the shortest way, without an exponent as long as it fits."""
    if not value.is_finite():
        return "nan" if value.is_nan() else f"{value}".lower().replace("infinity", "inf")
    if not value:
        return "0"
    if abs(value.adjusted()) > LONGEST:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refuse_unknown(raw: Mapping[str, Any], keys: Mapping[str, Shape], place: str) -> None:
    for key in sorted(set(raw) - set(keys)):
        raise _fault(place, f"không có mục nào tên là “{shown(key)}”")


def _fault(place: str, problem: str) -> CriteriaError:
    message = f"{place}: {problem}." if place else f"{problem}."
    return CriteriaError(message[0].upper() + message[1:])


def _below(place: str, key: str, raw: object, number: int) -> str:
    label = f"{NAMES[key]} {code_of(raw) or f'thứ {number}'}"
    return f"{place}, {label}" if place else label
