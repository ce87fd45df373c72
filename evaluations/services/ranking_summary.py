"""What a ranking says about itself, frozen with it: choices, reasons in words, criteria."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from evaluations.comparison import ComparisonRule
from evaluations.models import CriteriaSet
from evaluations.reasons import in_words
from evaluations.services.ranking_rows import Line

OWN_WORDS = {
    "not_decided": "Chưa có quyết định của cấp ủy",
    "unreadable": "Số liệu đã lưu không tính được điểm; báo quản trị Thành ủy",
}


def summary_of(
    ranked: Sequence[Line],
    apart: Sequence[Line],
    criteria: Collection[CriteriaSet],
    groups: ComparisonRule,
    differences: int,
) -> dict[str, Any]:
    """Return what the page offers to choose from; frozen, so that no page has to ask."""
    competing = Counter(line.committee_id for line in ranked)
    waiting = Counter(line.committee_id for line in apart)
    lines = [*ranked, *apart]
    committees = {line.committee_id: line for line in lines if line.committee_id}
    codes = {line.criteria_code for line in lines}
    return {
        "criteria": sorted([row.code, row.title] for row in criteria if row.code in codes),
        "committee_sets": sorted(
            row.code for row in criteria if row.code in codes and row.subject == "committee"
        ),
        "committees": sorted(
            (
                [pk, line.committee_name, _above(line.path), competing[pk], waiting[pk]]
                for pk, line in committees.items()
            ),
            key=lambda row: row[2],
        ),
        "groups": sorted({line.group for line in lines if line.group}),
        "kinds": sorted({(line.kind_code, line.kind_name) for line in lines if line.kind_code}),
        "levels": _levels(criteria, codes),
        "reasons": _reason_words(criteria, lines),
        "comparison": groups.source,
        "differences": differences,
    }


def _levels(criteria: Collection[CriteriaSet], codes: set[str]) -> list[list[str]]:
    """Return the levels of the sets in use, best first, each code once."""
    titles = {
        level.code: level.title
        for row in criteria
        if row.code in codes
        for level in row.rules.levels
    }
    return [[code, title] for code, title in titles.items()]


def _reason_words(
    criteria: Collection[CriteriaSet], lines: Sequence[Line]
) -> dict[str, dict[str, str]]:
    """Return every reason that occurs in words, by criteria set."""
    rules = {row.code: row.rules for row in criteria}
    found = {(line.criteria_code, line.reasons) for line in lines}
    words: dict[str, dict[str, str]] = {}
    for code, reasons in found:
        for reason in reasons:
            known = words.setdefault(code, {})
            if reason not in known:
                known[reason] = OWN_WORDS.get(reason) or in_words([reason], rules[code])[0]
    return words


def _above(path: str) -> str:
    return path[: path.rstrip("/").rfind("/") + 1]
