"""What a draft of criteria changes, sheet by sheet, as a workbook: Bìa, Thay đổi."""

from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

from cells.cover import POINTS, SAFE, cover_write, table_write
from cells.models import User
from evaluations.models import CriteriaDraft, Period
from evaluations.reasons import in_words
from evaluations.rules.criteria import parse_criteria
from evaluations.services.impact import Case, Impact
from evaluations.services.ranking_reads import committee_names

COLUMNS = [
    ("Mã", 16, ""),
    ("Tên", 44, ""),
    ("Đơn vị", 40, ""),
    ("Điểm đã quyết định", 12, POINTS),
    ("Điểm theo bản nháp", 12, POINTS),
    ("Chênh lệch", 12, POINTS),
    ("Mức đã quyết định", 14, ""),
    ("Mức theo bản nháp", 14, ""),
    ("Đủ điều kiện trước", 14, ""),
    ("Đủ điều kiện sau", 14, ""),
    ("Vì sao chưa đủ", 70, ""),
]


def impact_workbook(target: IO[bytes], *, draft: CriteriaDraft, period: Period, user: User) -> None:
    """Write every decided sheet whose points, level or eligibility the draft changes."""
    rules = parse_criteria(draft.text)
    impact = Impact(draft, period, rules)
    names = committee_names(period)
    changed = [case for case in impact.cases() if case.difference or case.is_changed]
    titles = impact.titles()
    now = timezone.localtime()
    facts: list[tuple[str, str | int]] = [
        ("Bản nháp", f"{draft.code}: {draft.title}"),
        ("Kỳ đã quyết định", period.title),
        ("Số phiếu chấm thử", impact.size() - impact.unreadable),
        ("Số phiếu thay đổi", len(changed)),
        ("Dòng chưa có số liệu cũ", ", ".join(sorted(impact.blank)) or "không"),
        ("Xuất tệp lúc", f"{now:%H:%M:%S ngày %d/%m/%Y}"),
        ("Người xuất tệp", str(user)),
    ]

    def row(case: Case) -> tuple[Any, ...]:
        return (
            case.source.code,
            case.source.name,
            names.get(case.source.committee or 0, ""),
            case.before.total / 100,
            case.after.total / 100,
            case.difference / 100,
            titles.get(case.before.level, case.before.level),
            titles.get(case.after.level, case.after.level),
            "Đủ" if case.before.eligible else "Chưa",
            "Đủ" if case.after.eligible else "Chưa",
            " ".join(in_words(case.after.reasons, rules, total=case.after.total)),
        )

    with Workbook(target, SAFE) as book:
        cover_write(book, title="Tác động của bản nháp tiêu chí", facts=facts)
        rows = (row(case) for case in sorted(changed, key=lambda case: case.difference))
        table_write(book, "Thay đổi", COLUMNS, rows, len(changed))
