"""The values of a result in words: where a check found a difference, where one was recomputed."""

from collections.abc import Mapping
from typing import Any

from cells.vietnamese import points_text
from evaluations import reasons
from evaluations.rules.structure import Criteria

LABELS = {
    "points": "Điểm dòng {line}",
    "group": "Điểm nhóm {line}",
    "total": "Tổng điểm",
    "level": "Mức",
    "eligible": "Kết luận",
    "reasons": "Lý do chưa đạt",
    "ranking": "Tổng điểm trong bảng xếp hạng",
    "unreadable": "Không tính được điểm",
    "criteria": "Văn bản bộ tiêu chí {line}",
}
HASH_SHOWN = 12


def label(what: str, line: str) -> str:
    return LABELS[what].format(line=line.removeprefix("G") if what == "group" else line)


def value(what: str, found: Any, rules: Criteria | None, period_kind: str) -> str:
    """Return a stored or computed value in words; without `rules` codes stay codes."""
    if what in ("points", "group", "total", "ranking"):
        return points_text(found) if isinstance(found, int) else "không có điểm"
    if what == "level":
        levels = {level.code: level.title for level in rules.levels} if rules else {}
        return levels.get(found, found) or "chưa xếp mức"
    if what == "eligible":
        return reasons.verdict(period_kind, found)
    if what == "reasons":
        return _reasons(found, rules)
    if what == "criteria":
        return f"mã {found[:HASH_SHOWN]}" if found.isalnum() else str(found)
    return found or ""


def summary(result: Mapping[str, Any], rules: Criteria | None, period_kind: str) -> str:
    """Return a kept result in one line: "84,00 điểm, mức Khá, chưa đạt mức quý"."""
    total, level, verdict = (
        value(what, result[what], rules, period_kind) for what in ("total", "level", "eligible")
    )
    return f"{total} điểm, mức {level}, {verdict[:1].lower()}{verdict[1:]}"


def _reasons(found: Any, rules: Criteria | None) -> str:
    codes = [str(code) for code in found] if isinstance(found, list) else [str(found)]
    said = reasons.in_words(codes, rules) if rules else codes
    return "; ".join(said) or "không có"
