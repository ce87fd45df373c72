"""A ranking as a workbook: Bìa, Xếp hạng, Chưa đủ, in constant memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cells.cover import FONT, SAFE, cover_write
from cells.models import User
from evaluations.models import LineageBreak, Ranking, RankingRow

CHUNK = 2_000
NO_FILTER = "Không lọc"


@dataclass(frozen=True)
class Column:
    """One column: its header, width in characters, and number format ("" for text)."""

    header: str
    width: int
    number: str = ""


PLACE, COUNT, POINTS, MOVE = "0", "#,##0", "#,##0.00", "+0;-0;0"
RANKED_COLUMNS = [
    Column("Hạng", 8, PLACE),
    Column("Mã", 15),
    Column("Tên", 40),
    Column("Đơn vị", 32),
    Column("Nhóm", 36),
    Column("Hạng nhóm", 9, PLACE),
    Column("Hạng trong đơn vị", 9, PLACE),
    Column("Tổng điểm", 10, POINTS),
    Column("Mức", 12),
    Column("Đủ điều kiện", 10),
    Column("Tăng giảm hạng", 10, MOVE),
    Column("Hạng kỳ trước", 10, PLACE),
    Column("Điểm kỳ trước", 10, POINTS),
    Column("Đồng hạng (phiếu)", 10, COUNT),
    Column("Số phiếu được xếp", 10, COUNT),
    Column("Số phiếu cùng nhóm", 10, COUNT),
    Column("Số phiếu trong đơn vị", 10, COUNT),
    Column("Cao hơn (%)", 10, POINTS),
    Column("Loại hình", 26),
    Column("Số đảng viên", 10, COUNT),
    Column("Lý do chưa đủ điều kiện", 70),
    Column("Thay đổi tổ chức", 26),
]
# On paper only the columns that fit a page people can read.
PRINTED = 11
APART_COLUMNS = [
    Column("Mã", 16),
    Column("Tên", 44),
    Column("Đơn vị", 36),
    Column("Loại hình", 26),
    Column("Số đảng viên", 12, COUNT),
    Column("Lý do", 80),
]
RANKED_FIELDS = (
    "rank",
    "code",
    "name",
    "committee_name",
    "group",
    "group_rank",
    "committee_rank",
    "total",
    "level",
    "is_eligible",
    "previous_rank",
    "previous_total",
    "tied",
    "competitors",
    "group_competitors",
    "committee_competitors",
    "percentile",
    "kind_name",
    "members",
    "lineage_break",
    "reasons",
    "criteria_code",
)
APART_FIELDS = (
    "code",
    "name",
    "committee_name",
    "kind_name",
    "members",
    "reasons",
    "criteria_code",
)


def ranking_workbook(
    target: Path | IO[bytes],
    ranking: Ranking,
    *,
    competing: QuerySet[RankingRow] | None = None,
    apart: QuerySet[RankingRow] | None = None,
    scope: str = "",
    filtered: str = NO_FILTER,
    user: User | None = None,
) -> int:
    """Write the rows that are given (all by default); return how many competing ones.

    Committees have a sheet of their own where nothing is chosen: they compete with no cell.
    """
    committees: QuerySet[RankingRow] | None = None
    if competing is None:
        competing, committees = _by_subject(ranking)
    if apart is None:
        apart = ranking.rows.apart().order_by("code")
    count = competing.count()
    beside = committees.count() if committees is not None else 0
    file = str(target) if isinstance(target, Path) else target
    with Workbook(file, SAFE) as book:
        cover_write(
            book,
            title=f"Bảng xếp hạng {ranking.period.title}",
            facts=_facts(ranking, count + beside, apart.count(), scope, filtered, user),
        )
        words = ReasonWords(ranking)
        levels = dict(ranking.summary.get("levels", []))
        _write(
            book,
            "Xếp hạng",
            RANKED_COLUMNS,
            (_ranked(row, words, levels) for row in _read(competing, RANKED_FIELDS)),
            count,
        )
        if committees is not None and beside:
            rows = (_ranked(row, words, levels) for row in _read(committees, RANKED_FIELDS))
            _write(book, "Đảng bộ cơ sở", RANKED_COLUMNS, rows, beside)
        apart_rows = (_apart(row, words) for row in _read(apart, APART_FIELDS))
        _write(book, "Chưa đủ", APART_COLUMNS, apart_rows, apart.count())
    return count + beside


def _by_subject(ranking: Ranking) -> tuple[QuerySet[RankingRow], QuerySet[RankingRow] | None]:
    rows: Any = ranking.rows
    competing = rows.competing().order_by("rank", "code")
    sets = ranking.summary.get("committee_sets", [])
    if not sets:
        return competing, None
    of_committees = {"criteria_code__in": sets}
    return competing.exclude(**of_committees), competing.filter(**of_committees)


class ReasonWords(dict[tuple[str, tuple[str, ...]], str]):
    """Reasons in words, as they were frozen with the ranking; each combination put once."""

    def __init__(self, ranking: Ranking) -> None:
        super().__init__()
        self.words = ranking.summary.get("reasons", {})

    def __missing__(self, key: tuple[str, tuple[str, ...]]) -> str:
        code, reasons = key
        known = self.words.get(code, {})
        text = self[key] = "; ".join(known.get(reason, reason) for reason in reasons)
        return text


def _read(rows: QuerySet[RankingRow], fields: tuple[str, ...]) -> Iterable[tuple[Any, ...]]:
    return rows.values_list(*fields).iterator(chunk_size=CHUNK)


def _ranked(row: tuple[Any, ...], words: ReasonWords, levels: dict[str, str]) -> tuple[Any, ...]:
    rank = row[0]
    total, level, eligible, before, total_before = row[7:12]
    percentile, kind, members, broken, reasons, criteria = row[16:]
    return (
        *row[:7],
        total / 100,
        levels.get(level, level),
        "Có" if eligible else "Không",
        None if before is None else before - rank,
        before,
        None if total_before is None else total_before / 100,
        *row[12:16],
        percentile / 100,
        kind,
        members,
        words[criteria, tuple(reasons)],
        LineageBreak.words(broken, is_new=before is None),
    )


def _apart(row: tuple[Any, ...], words: ReasonWords) -> tuple[Any, ...]:
    *values, reasons, criteria = row
    return (*values, words[criteria, tuple(reasons)])


def _write(
    book: Workbook, name: str, columns: list[Column], rows: Iterable[tuple[Any, ...]], count: int
) -> None:
    """Write a sheet row by row: header frozen and filtered, numbers as numbers, text as text."""
    sheet = book.add_worksheet(name)
    heads = {is_number: _head(book, is_number=is_number) for is_number in (True, False)}
    formats = [_format(book, column) for column in columns]
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width, formats[number])
    _print_setup(sheet, count, min(len(columns), PRINTED))
    sheet.freeze_panes(1, 3 if len(columns) > 10 else 2)
    sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    sheet.set_row(0, 36)
    for number, column in enumerate(columns):
        sheet.write_string(0, number, column.header, heads[bool(column.number)])
    writers = [
        (number, sheet.write_number if column.number else sheet.write_string, formats[number])
        for number, column in enumerate(columns)
    ]
    for place, values in enumerate(rows, start=1):
        for (number, write, look), value in zip(writers, values, strict=True):
            if value is not None and value != "":
                write(place, number, value, look)


def _head(book: Workbook, *, is_number: bool) -> Format:
    side = {"align": "right"} if is_number else {"indent": 1}
    look = {"bold": True, "bg_color": "#F5F0E7", "bottom": 2, "text_wrap": True}
    return book.add_format({**FONT, **look, **side, "valign": "vcenter"})


def _format(book: Workbook, column: Column) -> Format:
    text = {"num_format": "@", "indent": 1}
    look = {"num_format": column.number} if column.number else text
    return book.add_format({**FONT, **look, "valign": "top"})


def _print_setup(sheet: Worksheet, rows: int, columns: int) -> None:
    sheet.print_area(0, 0, rows, columns - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&CTrang &P/&N")


def _facts(
    ranking: Ranking, ranked: int, apart: int, scope: str, filtered: str, user: User | None
) -> list[tuple[str, str | int]]:
    built = timezone.localtime(ranking.built_at)
    now = timezone.localtime()
    criteria = ranking.summary.get("criteria", [])
    return [
        ("Kỳ đánh giá", f"{ranking.period.title} ({ranking.period.code})"),
        ("Phạm vi", scope or ranking.scope.name),
        ("Bộ lọc", filtered),
        ("Số phiếu được xếp hạng", ranked),
        ("Số phiếu chưa đủ", apart),
        ("Bộ tiêu chí", "; ".join(f"{title} ({code})" for code, title in criteria) or "–"),
        ("Nhóm so sánh", ranking.summary.get("comparison", "")),
        ("Lập bảng lúc", f"{built:%H:%M:%S ngày %d/%m/%Y}"),
        ("Người lập bảng", str(ranking.built_by or "Hệ thống tự lập")),
        ("Xuất tệp lúc", f"{now:%H:%M:%S ngày %d/%m/%Y}"),
        ("Người xuất tệp", str(user or "Lệnh quản trị")),
        ("Mã kiểm tra (SHA-256)", ranking.sha256),
        ("Cách xếp", "Điểm bằng nhau thì đồng hạng, hạng kế tiếp bỏ cách (1, 2, 2, 4)."),
    ]
