"""Every change of a sheet in words: what stood, what stands, who, when, through which door."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cells.models import AuditEntry, Door
from evaluations.models import Evaluation, Stage, State
from evaluations.reasons import class_name
from evaluations.reports import result_words
from evaluations.reports.evidence_words import evidence_said
from evaluations.rules.engine import AnswerError, score_line
from evaluations.rules.explain import explain_line
from evaluations.rules.structure import Criteria

ACTIONS = {
    "line_saved": "Ghi kết quả",
    "lines_accepted": "Đồng ý với tự chấm",
    "line_flagged": "Đánh dấu theo dõi",
    "line_unflagged": "Bỏ đánh dấu",
    "vetoes_saved": "Ghi điểm loại",
    "annual_class_saved": "Ghi xếp loại năm",
    "submitted": "Nộp phiếu",
    "withdrawn": "Rút phiếu",
    "returned": "Trả lại phiếu",
    "lines_returned": "Trả lại một số dòng",
    "line_marked": "Đánh dấu trả lại",
    "line_unmarked": "Bỏ dấu trả lại",
    "appraised": "Thẩm định xong",
    "appraised_in_bulk": "Thẩm định hàng loạt như tự chấm",
    "lines_returned_in_bulk": "Trả lại các dòng, cùng nhiều phiếu khác",
    "returned_in_bulk": "Trả lại phiếu, cùng nhiều phiếu khác",
    "explanation_opened_in_bulk": "Mở giải trình, cùng nhiều phiếu khác",
    "explanation_opened": "Mở giải trình",
    "explained": "Ghi giải trình",
    "explanation_submitted": "Nộp giải trình",
    "explanation_answered": "Trả lời giải trình",
    "explanation_ended": "Kết thúc sớm giải trình",
    "appraisal_reopened": "Mở lại thẩm định",
    "decided": "Quyết định",
    "opened": "Mở phiếu",
    "recomputed": "Ký tính lại",
    "vote_recorded": "Ghi biểu quyết",
    "vote_withdrawn": "Bỏ biểu quyết đã ghi",
    "extended": "Gia hạn nhập",
    "extension_revoked": "Thu hồi gia hạn",
    "reopen_requested": "Đề nghị mở lại",
    "reopen_withdrawn": "Rút đề nghị mở lại",
    "reopen_refused": "Không đồng ý mở lại",
    "reopen_granted": "Đồng ý mở lại",
    "decision_reopened": "Mở lại kết quả đã quyết định",
    "evidence_attached": "Gắn minh chứng",
    "evidence_revised": "Thay minh chứng bằng bản mới",
    "evidence_detached": "Gỡ minh chứng",
    "evidence_described": "Sửa mô tả minh chứng",
}
STAGES = {stage.value: stage.label for stage in Stage}


@dataclass(frozen=True)
class Change:
    """One value before and after. `line` is empty for the state, the vetoes and the class."""

    line: str
    title: str
    stage: str
    old: str
    new: str


@dataclass(frozen=True)
class HistoryRow:
    """One entry of the trail, as read on the page."""

    at: datetime
    who: str
    door: str
    action: str
    changes: tuple[Change, ...]
    reason: str


def history_of(sheet: Evaluation, line: str = "") -> QuerySet[AuditEntry]:
    """Return the trail of a sheet, newest first; of one line if it is named."""
    entries: QuerySet[AuditEntry] = AuditEntry.objects.of("evaluation", sheet.pk)
    entries = entries.select_related("by")
    if line:
        one = Q(field__startswith=f"{line}.")
        accepted = Q(action="lines_accepted", new__has_key=line)
        recomputed = Q(action="recomputed", new__lines__has_key=line)
        entries = entries.filter(one | accepted | recomputed)
    return entries


def in_words(entries: Iterable[AuditEntry], criteria: Criteria, line: str = "") -> list[HistoryRow]:
    return [
        HistoryRow(
            entry.at,
            entry.by.full_name if entry.by else "Máy",
            Door(entry.door).label if entry.door in Door.values else entry.door,
            ACTIONS.get(entry.action, entry.action),
            tuple(change for change in _changes(entry, criteria) if line in ("", change.line)),
            entry.reason,
        )
        for entry in entries
    ]


def _changes(entry: AuditEntry, criteria: Criteria) -> Iterator[Change]:
    if entry.action == "lines_accepted":
        for line, answer in (entry.new or {}).items():
            yield _line(criteria, line, entry.field, None, answer)
    elif entry.action == "recomputed" and entry.old and entry.new:
        yield from _result(criteria, entry.old, entry.new)
    elif entry.field == "state":
        yield Change("", "Trạng thái", "", _state(entry.old), _state(entry.new))
    elif entry.field == "vetoes":
        old, new = _vetoes(criteria, entry.old), _vetoes(criteria, entry.new)
        yield Change("", "Điểm loại", "", old, new)
    elif entry.field == "annual_class":
        yield Change("", "Xếp loại năm", "", _class(entry.old), _class(entry.new))
    elif entry.field == "vote":
        yield Change("", "Biểu quyết", "", _vote(entry.old), _vote(entry.new))
    elif entry.field == "extended_until":
        yield Change("", "Gia hạn đến", "", _moment(entry.old), _moment(entry.new))
    elif entry.action.startswith("evidence_"):
        line = entry.field.removesuffix("evidence").removesuffix(".")
        title = criteria.indicators[line].title if line in criteria.indicators else "Cả phiếu"
        yield Change(line, title, "", evidence_said(entry.old), evidence_said(entry.new))
    elif entry.field:
        line, _, stage = entry.field.rpartition(".")
        if stage not in STAGES and line in criteria.indicators:
            old, new = entry.old or "không có", entry.new or "không có"
            yield Change(line, criteria.indicators[line].title, "", old, new)
            return
        yield _line(criteria, line or entry.field, stage, entry.old, entry.new)


def _result(criteria: Criteria, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what a signed recompute changed: the result first, then the points of lines."""
    for what in ("total", "level", "eligible", "reasons"):
        if old[what] != new[what]:
            yield _value(criteria, what, "", old[what], new[what])
    for line, points in new["lines"].items():
        yield _value(criteria, "points", line, old["lines"][line], points)


def _value(criteria: Criteria, what: str, line: str, old: Any, new: Any) -> Change:
    before, after = (
        result_words.value(what, value, criteria, criteria.period) for value in (old, new)
    )
    return Change(line, "điểm" if line else result_words.label(what, line), "", before, after)


def _line(criteria: Criteria, line: str, stage: str, old: Any, new: Any) -> Change:
    indicator = criteria.indicators.get(line)
    title = indicator.title if indicator else line
    before, after = _answer(criteria, line, old), _answer(criteria, line, new)
    return Change(line, title, STAGES.get(stage, ""), before, after)


def _answer(criteria: Criteria, line: str, answer: Any) -> str:
    indicator = criteria.indicators.get(line)
    if not answer:
        return "chưa chấm"
    if indicator is None:
        return _plain(answer)
    try:
        return explain_line(score_line(indicator, answer)).input
    except (AnswerError, TypeError):
        return _plain(answer)


def _moment(value: Any) -> str:
    if not value:
        return "không gia hạn"
    return f"{timezone.localtime(datetime.fromisoformat(value)):%H:%M %d/%m/%Y}"


def _state(value: Any) -> str:
    return State(value).label if value in State.values else "chưa có"


def _class(value: Any) -> str:
    return class_name(value) if value else "chưa có"


def _vote(value: Any) -> str:
    return value["said"] if value else "chưa có"


def _vetoes(criteria: Criteria, codes: Any) -> str:
    titles = {veto.code: veto.title for veto in criteria.vetoes}
    return "; ".join(titles.get(code, code) for code in codes or []) or "không có"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
