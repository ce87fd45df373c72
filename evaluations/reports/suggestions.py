"""Where a suggestion comes from: every sheet that was looked at, counted or not, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from cells.models import User
from evaluations.models import Evaluation, State
from evaluations.reasons import verdict
from evaluations.rules.engine import score_line
from evaluations.rules.explain import explain_line
from evaluations.rules.structure import Feed, HowFed, Indicator
from evaluations.services.suggestion_parts import Kind, Part
from evaluations.services.suggestions import Source, Suggestion, suggestions_of

WORDS: dict[Kind, str] = {"months": "tháng", "quarters": "quý", "cells": "chi bộ"}
HOW: dict[HowFed, str] = {
    "sum": "Cộng số liệu của các {word} dưới đây.",
    "last": "Lấy kết quả của {word} cuối cùng có trong bảng.",
    "worst": "Lấy kết quả của {word} thấp điểm nhất.",
    "full": "Đếm số {word} được đủ điểm ở dòng {code} trong số {word} có chấm dòng đó.",
    "eligible": "Đếm số {word} được công nhận trong tổng số {word} phải nộp phiếu; chưa có quyết"
    " định công nhận thì đếm số {word} đủ điều kiện theo phiếu đã quyết định.",
}
TITLED = {True: "Được công nhận", False: "Không được công nhận"}
OUT_OF_REACH = "không thuộc phạm vi của đồng chí"


@dataclass(frozen=True)
class Row:
    """One sheet: what it says, whether that counts, and its page where the reader may see it."""

    label: str
    sheet: Evaluation | None
    said: str
    counts: bool
    why_not: str


@dataclass(frozen=True)
class SuggestionSource:
    """What a line may be answered with, and every sheet behind it."""

    indicator: Indicator
    source: Source
    suggestion: Suggestion | None
    how: str
    rows: Sequence[Row]

    @property
    def noun(self) -> str:
        return WORDS[self.source.kind]


def source_of(sheet: Evaluation, line: str, user: User) -> SuggestionSource | None:
    """Return the source of a line, None where no other sheet feeds it."""
    suggestions = suggestions_of(sheet)
    feeds = suggestions.feeds.get(line)
    if feeds is None:
        return None
    source, feed = feeds
    keys = [part.sheet.pk for part in source.parts if part.sheet]
    reached = Evaluation.objects.visible_to(user).filter(pk__in=keys)
    visible = set(reached.values_list("pk", flat=True))
    rows = [_row(source, part, feed, visible) for part in source.parts]
    if source.kind == "cells":
        # Of many cells those that count come first.
        rows.sort(key=lambda row: not row.counts)
    return SuggestionSource(
        indicator=sheet.criteria.rules.indicators[line],
        source=source,
        suggestion=suggestions.lines.get(line),
        how=HOW[feed.how].format(word=WORDS[source.kind], code=feed.code),
        rows=rows,
    )


def _row(source: Source, part: Part, feed: Feed, visible: set[int]) -> Row:
    sheet = part.sheet
    if sheet and sheet.pk not in visible:
        return Row(part.label, None, "", False, OUT_OF_REACH)
    if sheet is None or not part.counts:
        return Row(part.label, sheet, "", False, part.why_not)
    if feed.how == "eligible":
        if sheet.state != State.DECIDED:
            return Row(part.label, sheet, "", False, "chưa có quyết định")
        good = source.is_good(sheet)
        said = verdict("year", good) if source.recognised is None else TITLED[good]
        return Row(part.label, sheet, said, True, "")
    answer = part.answers.get(feed.code)
    if not answer:
        return Row(part.label, sheet, "", False, f"không có dòng {feed.code}")
    outcome = score_line(sheet.criteria.rules.indicators[feed.code], answer)
    return Row(part.label, sheet, explain_line(outcome).input, not outcome.not_applicable, "")
