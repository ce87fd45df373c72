"""Say all that is wrong or doubtful in a criteria set before it is published.

Every fault for which a set cannot be read is an error here. The other errors are faults of a set
that can be read and tried, but that nobody should publish.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from evaluations.rules.criteria import CriteriaError, load_shipped, raw_criteria
from evaluations.rules.lint_lines import best_points, check_line, check_words
from evaluations.rules.numbers import spoken
from evaluations.rules.quota import WHOLE, Quota
from evaluations.rules.reading import Reading, read_criteria
from evaluations.rules.relations import check_feeds, check_relations, relations_missing
from evaluations.rules.structure import Criteria, Group, Indicator, Level, Veto
from evaluations.rules.table import Finding, Ledger, Table
from evaluations.rules.text import criteria_text

__all__ = ["Finding", "lint", "relations_missing"]

Part = TypeVar("Part")
# As long as the columns that keep them.
CODE, TITLE, LEVEL, CLASS = 40, 200, 20, 10
NAMES = {"month": "tháng", "quarter": "quý", "year": "năm"}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def lint(
    source: str | Mapping[str, Any], *, known: Iterable[Criteria] | None = None
) -> list[Finding]:
    """Return every finding, errors first; `known` are the sets that this one may refer to.

    `source` is the text of a set or its tables; without `known` the shipped sets are meant.
    """
    try:
        raw = raw_criteria(source) if isinstance(source, str) else dict(source)
    except CriteriaError as error:
        return [Finding("error", "", str(error))]
    reading = read_criteria(raw)
    _check(reading, list(load_shipped().values() if known is None else known))
    if isinstance(source, str) and not _is_canonical(source, raw):
        reading.top.note("warning", "văn bản chưa ở dạng chuẩn; lưu lại trong phần mềm là được")
    return sorted(reading.ledger.findings, key=lambda finding: finding.severity != "error")


def _is_canonical(text: str, raw: Mapping[str, Any]) -> bool:
    try:
        return criteria_text(raw) == text
    except CriteriaError:
        return True  # what cannot be written was refused in its place


def _check(reading: Reading, known: list[Criteria]) -> None:
    """Check what could be read; a part with a fault of its own is left for later."""
    criteria, ledger, top = reading
    lines, groups = _sound(ledger, Indicator), _sound(ledger, Group)
    for table, line in lines:
        check_line(table, line, criteria)
        check_feeds(table, line, criteria, known)
    for table, line in ledger.of(Indicator):
        check_words(table, line)
    for table, group in groups:
        _check_group(table, group)
    for table, quota in _sound(ledger, Quota):
        _check_quota(table, quota)
    _check_slugs(ledger, Indicator)
    _check_slugs(ledger, Veto)
    _check_recognition(reading)
    _check_set(top, criteria)
    _check_dates(top, criteria)
    check_relations(ledger, top, criteria, known)


def _sound(ledger: Ledger, kind: type[Part]) -> list[tuple[Table, Part]]:
    return [(table, part) for table, part in ledger.of(kind) if ledger.is_sound(table)]


def _check_group(table: Table, group: Group) -> None:
    best = sum(best_points(line) for line in group.indicators)
    if best < group.floor:
        floor = spoken(group.floor)
        table.refuse(f"sàn {floor} điểm không thể đạt: cao nhất là {spoken(best)}", "floor_percent")
    named = {kind for line in group.indicators for kind in line.kinds}
    for kind in [*sorted(named), ""]:
        if not any(line.applies_to(kind) for line in group.indicators):
            who = f"loại hình “{kind}”" if kind else "các loại hình khác"
            table.refuse(f"không còn dòng nào cho {who}", "indicators")


def _check_quota(table: Table, quota: Quota) -> None:
    if not quota.percent:
        table.refuse(
            "trần 0 % thì không ai được xuất sắc; bỏ hẳn bảng này nếu không dùng", "percent"
        )
    if quota.percent == WHOLE:
        table.note("warning", "trần 100 % không giới hạn gì", "percent")
    if quota.exception_percent is not None and quota.exception_percent <= quota.percent:
        table.refuse("mức ngoại lệ phải cao hơn mức thường", "exception_percent")


def _check_slugs(ledger: Ledger, kind: type[Indicator] | type[Veto]) -> None:
    seen: set[str] = set()
    for table, part in ledger.of(kind):
        if part.slug and part.slug in seen:
            table.refuse(f"slug “{part.slug}” bị lặp", "slug")
        seen.add(part.slug)


def _check_recognition(reading: Reading) -> None:
    criteria, ledger, top = reading
    faulty = {place.split("/")[0] for _, place, _ in ledger.errors}
    if not faulty & {"levels", "recognition"} and len(criteria.levels) > 1:
        second = criteria.levels[-2]
        if criteria.recognition.total_gte < second.gte:
            top.note(
                "warning",
                f"mức điểm công nhận thấp hơn mức “{second.title}”",
                "recognition/total_gte",
            )
    if criteria.period != "year" and criteria.recognition.annual_class_gte:
        name = NAMES[criteria.period]
        top.note(
            "warning", f"xếp loại năm chưa có trong một {name}", "recognition/annual_class_gte"
        )
    graded = any(line.input == "grade" for _, line in ledger.of(Indicator))
    if graded and "grades" not in faulty and not any(g.share == (1, 1) for g in criteria.grades):
        top.refuse("không có mức nào được đủ điểm (share = 1)", "grades")


def _check_set(top: Table, criteria: Criteria) -> None:
    if not any(basis.strip() for basis in criteria.legal_basis):
        top.note("warning", "chưa có căn cứ (“legal_basis”)", "legal_basis")
    if len(criteria.code) > CODE:
        top.refuse(f"mã dài quá {CODE} ký tự", "code")
    if len(criteria.title) > TITLE:
        top.refuse(f"tên dài quá {TITLE} ký tự", "title")
    for table, level in top.ledger.of(Level):
        if len(level.code) > LEVEL:
            table.refuse(f"mã dài quá {LEVEL} ký tự", "code")
    if any(len(name) > CLASS for name in criteria.annual_classes):
        top.refuse(f"mã xếp loại năm dài quá {CLASS} ký tự", "annual_classes")


def _check_dates(top: Table, criteria: Criteria) -> None:
    """Note bounds inside a period: a set is chosen for whole periods."""
    name = NAMES.get(criteria.period, "kỳ")
    if not _starts_period(criteria.valid_from, criteria.period):
        top.note("warning", f"nên có hiệu lực từ ngày đầu {name}", "valid_from")
    last = criteria.valid_to
    if last and last < date.max and not _starts_period(last + timedelta(days=1), criteria.period):
        top.note("warning", f"nên hết hiệu lực vào ngày cuối {name}", "valid_to")


def _starts_period(day: date, period: str) -> bool:
    every = MONTHS.get(period, 12)
    return day.day == 1 and (day.month - 1) % every == 0
