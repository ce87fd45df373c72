"""What differs between two sets, in words. Either may be a draft that cannot be used yet."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from evaluations.criteria_words import FEEDS, WORDS, said
from evaluations.reasons import class_name
from evaluations.rules.numbers import hundredths, spoken
from evaluations.rules.table import code_of, exact_number

Raw = Mapping[str, Any]
TOP = {
    "title": "Tên",
    "subject": "Chấm cho",
    "period": "Loại kỳ",
    "valid_from": "Có hiệu lực từ",
    "valid_to": "Đến hết ngày",
    "source": "Nguồn",
    "legal_basis": "Căn cứ",
    "annual_classes": "Các loại xếp loại năm",
}
GROUP = {"title": "Tên nhóm", "max": "Điểm tối đa", "floor_percent": "Mức sàn, %"}
LINE = {
    "code": "Mã dòng",
    "title": "Tên dòng",
    "max": "Điểm tối đa",
    "guidance": "Hướng dẫn chấm",
    "input": "Cách nhập",
    "num_label": "Đếm gì",
    "den_label": "So với số nào",
    "options": "Các lựa chọn",
    "bands": "Các mức điểm",
    "empty": "Khi mẫu số bằng 0",
    "na": "Được chọn “không áp dụng”",
    "may_exceed_100": "Được vượt 100 %",
    "kinds": "Chỉ dành cho loại hình",
    "data_source": "Lấy số liệu từ đâu",
    "cutoff": "Chốt số liệu lúc nào",
    "evidence": "Minh chứng",
    **{key: f"Gợi ý số liệu từ {words}" for key, words in FEEDS.items()},
    "source": "Nguồn",
}
RECOGNITION = {"total_gte": "Tổng điểm từ", "annual_class_gte": "Xếp loại năm từ"}
QUOTA = {
    "percent": "Trần, %",
    "base": "Trần tính trên",
    "exception_percent": "Trường hợp đặc biệt, %",
    "group_by": "Tính riêng theo",
}


@dataclass(frozen=True)
class Change:
    """One difference; an empty side means that there was, or is, nothing."""

    where: str
    what: str
    before: str
    after: str


def changes(old: Raw, new: Raw) -> list[Change]:
    """Return every difference that people read, in the order of a set.

    Code, version and relations belong to a set alone and are no difference.
    """
    return [
        *_fields("Thông tin chung", TOP, old, new),
        *_fields("Công nhận", RECOGNITION, _table(old, "recognition"), _table(new, "recognition")),
        *_fields("Trần xuất sắc", QUOTA, _table(old, "quota"), _table(new, "quota")),
        *_listed("Mức đánh giá", _grade, old, new, "grades"),
        *_listed("Mức theo tổng điểm", _level, old, new, "levels"),
        *_groups(old, new),
        *_lines(old, new),
        *_listed("Điểm loại", _veto, old, new, "vetoes"),
    ]


def _fields(where: str, labels: Mapping[str, str], old: Raw, new: Raw) -> Iterator[Change]:
    for key, label in labels.items():
        before, after = value_words(key, old.get(key)), value_words(key, new.get(key))
        if before != after:
            yield Change(where, label, before, after)


def value_words(key: str, value: Any) -> str:
    """Say a value of a set, whatever it is; nothing for what is not there."""
    if value is None or value == [] or value == "":
        return ""
    if key in WORDS and isinstance(value, str):
        return said(key, value)
    if key == "annual_class_gte" and isinstance(value, str):
        return class_name(value)
    if key == "bands" and _are_tables(value):
        return "; ".join(_band(band) for band in value)
    if key == "options" and _are_tables(value):
        return "; ".join(f"{one.get('title', '')}: {_number(one, 'points')} điểm" for one in value)
    if key in FEEDS and isinstance(value, dict):
        return f"{said('how', str(value.get('how', '')))} dòng {value.get('code', '')}"
    return _plain(value)


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "có" if value else ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    number = None if isinstance(value, str) else exact_number(value)
    exact = None if number is None else hundredths(number)
    return str(value) if exact is None else spoken(exact)


def _number(table: Raw, key: str) -> str:
    return _plain(table.get(key)) or "–"


def _band(band: Raw) -> str:
    edge = "gt" if "gt" in band else "gte"
    word = "trên" if edge == "gt" else "từ"
    return f"{word} {_number(band, edge)}: {_number(band, 'points')} điểm"


def _level(level: Raw) -> str:
    return f"{level.get('title', '')}: từ {_number(level, 'gte')} điểm"


def _grade(grade: Raw) -> str:
    share = exact_number(grade.get("share"))
    percent = "–" if share is None else _plain(share * 100)
    return f"{grade.get('title', '')}: {percent} % điểm của dòng"


def _veto(veto: Raw) -> str:
    return f"{veto.get('title', '')} (nguồn: {veto.get('source', '')})"


def _table(raw: Raw, key: str) -> Raw:
    held = raw.get(key)
    return held if isinstance(held, dict) else {}


def _tables(raw: Raw, key: str) -> list[Raw]:
    held = raw.get(key)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _listed(
    where: str, words: Callable[[Raw], str], old: Raw, new: Raw, key: str
) -> Iterator[Change]:
    """Compare a list item by item, each as one sentence; items are known by their codes."""
    before = {code_of(one): one for one in _tables(old, key)}
    after = {code_of(one): one for one in _tables(new, key)}
    for code in [*after, *(code for code in before if code not in after)]:
        was = words(before[code]) if code in before else ""
        now = words(after[code]) if code in after else ""
        if was != now:
            yield Change(where, code, was, now)
    yield from _order(where, before, after)


def _order(where: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Change]:
    old, new = list(before), list(after)
    kept_before = [code for code in old if code in new]
    kept_after = [code for code in new if code in old]
    if kept_before != kept_after:
        yield Change(where, "Thứ tự", ", ".join(kept_before), ", ".join(kept_after))


def _groups(old: Raw, new: Raw) -> Iterator[Change]:
    before = {code_of(one): one for one in _tables(old, "groups")}
    after = {code_of(one): one for one in _tables(new, "groups")}
    for code in [*after, *(code for code in before if code not in after)]:
        yield from _fields(f"Nhóm {code}", GROUP, before.get(code, {}), after.get(code, {}))
    yield from _order("Các nhóm", before, after)


def _lines(old: Raw, new: Raw) -> Iterator[Change]:
    before, after = _by_code(old), _by_code(new)
    came_of = _came_of(new)
    met: set[str] = set()
    for code, (group, line) in after.items():
        was = came_of.get(code, code)
        where = f"Dòng {code} {line.get('title', '')}".strip()
        if was not in before:
            yield Change(where, "Dòng mới", "", f"{_number(line, 'max')} điểm, nhóm {group}")
            continue
        met.add(was)
        yield from _fields(where, LINE, before[was][1], line)
        if before[was][0] != group:
            yield Change(where, "Nhóm", before[was][0], group)
    for code, (group, line) in before.items():
        if code not in met:
            where = f"Dòng {code} {line.get('title', '')}".strip()
            yield Change(where, "Dòng bị bỏ", f"{_number(line, 'max')} điểm, nhóm {group}", "")
    yield from _order_of_lines(old, new)


def _order_of_lines(old: Raw, new: Raw) -> Iterator[Change]:
    came_of = _came_of(new)
    before = {code_of(group): _codes(group) for group in _tables(old, "groups")}
    for group in _tables(new, "groups"):
        codes = [came_of.get(code, code) for code in _codes(group)]
        yield from _order(f"Nhóm {code_of(group)}", before.get(code_of(group), []), codes)


def _codes(group: Raw) -> list[str]:
    return [code_of(line) for line in _tables(group, "indicators")]


def _by_code(raw: Raw) -> dict[str, tuple[str, Raw]]:
    return {
        code_of(line): (code_of(group), line)
        for group in _tables(raw, "groups")
        for line in _tables(group, "indicators")
    }


def _came_of(raw: Raw) -> dict[str, str]:
    """Return by line which one of the set before it was, where that is one alone."""
    found: dict[str, list[str]] = {}
    for row in _tables(raw, "relations"):
        found.setdefault(str(row.get("code", "")), []).append(str(row.get("was", "")))
    return {code: was[0] for code, was in found.items() if code and len(was) == 1 and was[0]}
