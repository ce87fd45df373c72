"""How a closed sheet may be opened again, as its pages say it; and what stood before it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cells import access
from cells.models import User
from evaluations.answers import answer_of
from evaluations.models import Evaluation, ReopenedResult, ReopenRequest, Score
from evaluations.reasons import in_words, verdict
from evaluations.rules.engine import score_line
from evaluations.rules.explain import explain_line
from evaluations.rules.structure import Criteria, Indicator
from evaluations.services.reopening import way_back

Way = ReopenRequest.Way
WHO = {
    Way.EXTENSION: "quản trị Thành ủy",
    Way.RETURN: "cán bộ thẩm định của {committee}",
    Way.DECISION: "lãnh đạo {committee}",
}
WHAT = {
    Way.EXTENSION: "Đơn vị được nhập tiếp đến thời điểm đã chọn; đơn vị khác vẫn khóa.",
    Way.RETURN: "Phiếu được trả lại cho đơn vị sửa, rồi nộp và thẩm định lại.",
    Way.DECISION: "Kết quả cũ và quyết định cũ được lưu nguyên; phiếu trở về chờ thẩm định lại"
    " và quyết định lại. Bảng xếp hạng đã lập giữ nguyên; lần lập sau coi phiếu là chưa có quyết"
    " định.",
}


@dataclass(frozen=True)
class Standing:
    """What a person who may enter a closed sheet can do to have it opened."""

    can_ask: bool
    who: str
    request: ReopenRequest | None


def standing_of(sheet: Evaluation, user: User) -> Standing | None:
    """Return how `user` may ask for a sheet to be opened; None where that is no question."""
    way = way_back(sheet)
    if not way or not sheet.allows(user, access.ENTER):
        return None
    last = sheet.reopen_requests.select_related("by", "answered_by").first()
    return Standing(last is None or not last.is_open, who_answers(sheet, way), last)


def who_answers(sheet: Evaluation, way: str) -> str:
    """Return in words who can open a sheet."""
    committee = sheet.period_unit.committee
    return WHO[Way(way)].format(committee=committee.name if committee else "cấp ủy cấp trên")


def what_happens(way: str) -> str:
    return WHAT[Way(way)] if way else ""


@dataclass(frozen=True)
class OldLine:
    """The final answer to one line that was replaced, in words; points in hundredths."""

    code: str
    title: str
    answer: str
    points: int | None


@dataclass(frozen=True)
class OldResult:
    """A decided result that was opened again."""

    kept: ReopenedResult
    verdict: str
    reasons: tuple[str, ...]
    lines: tuple[OldLine, ...]


def old_results(sheet: Evaluation) -> tuple[OldResult, ...]:
    """Return the decided results of a sheet that were opened again, newest first."""
    rows = sheet.reopened_results.select_related("decision", "request__by", "by")
    return tuple(
        OldResult(
            kept,
            verdict(sheet.period.kind, kept.is_eligible),
            in_words(
                kept.reasons,
                sheet.criteria.rules,
                total=kept.final_total,
                annual_class=kept.annual_class,
            ),
            tuple(_lines(sheet.criteria.rules, kept)),
        )
        for kept in rows
    )


def _lines(criteria: Criteria, kept: ReopenedResult) -> list[OldLine]:
    return [
        OldLine(code, line.title, _said(line, kept.answers[code]), kept.answers[code]["points"])
        for code, line in criteria.indicators.items()
        if code in kept.answers
    ]


def _said(indicator: Indicator, stored: Mapping[str, Any]) -> str:
    answer = answer_of(Score(**stored), indicator)
    return explain_line(score_line(indicator, answer)).input if answer else "chưa chấm"
