"""Members as workbooks: the list of a filter, and the danh sách trích ngang of a cell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.utils import timezone
from xlsxwriter import Workbook

from cells.cover import FONT, SAFE, cover_write
from members.filters import MemberFilter, with_what_is_shown
from members.models import Member

CHUNK = 2_000
EXPORT_AT_MOST = 60_000


@dataclass(frozen=True)
class Column:
    """One column: its header, width, kind of value, and how it is read from a member."""

    header: str
    width: int
    value: Callable[[Member, date], Any]
    look: str = "text"


def _cells(member: Member) -> str:
    return "; ".join(
        f"{place.cell.name}{' (tạm thời)' if place.is_temporary else ''}"
        for place in member.belonging  # type: ignore[attr-defined]
    )


def _codes(member: Member) -> str:
    return "; ".join(place.cell.code for place in member.belonging)  # type: ignore[attr-defined]


def _above(member: Member) -> str:
    names = {p.cell.parent.name for p in member.belonging if p.cell.parent}  # type: ignore[attr-defined]
    return "; ".join(sorted(names))


def _posts(member: Member) -> str:
    return "; ".join(post.get_kind_display() for post in member.held_posts)  # type: ignore[attr-defined]


def _card(member: Member) -> str:
    return f"…{member.card_last4}" if member.card_last4 else ""


def _status(member: Member, day: date) -> str:
    return "Chính thức" if member.is_full_on(day) else "Dự bị"


def _exempt(member: Member) -> date | None:
    return member.exempt_from  # type: ignore[attr-defined]


NAME = Column("Họ và tên", 30, lambda m, d: m.full_name)
YEAR = Column("Năm sinh", 10, lambda m, d: m.birth_year, "year")
ADMITTED = Column("Ngày vào Đảng", 14, lambda m, d: m.admitted_on, "day")
FULL = Column("Ngày chính thức", 14, lambda m, d: m.full_on, "day")
CARD = Column("Số thẻ (4 số cuối)", 12, lambda m, d: _card(m))
CELL = Column("Chi bộ", 36, lambda m, d: _cells(m))
POST = Column("Chức vụ", 20, lambda m, d: _posts(m))
STATUS = Column("Diện", 12, _status)
EXEMPT = Column("Miễn công tác từ ngày", 16, lambda m, d: _exempt(m), "day")
LIST = (
    Column("Mã chi bộ", 14, lambda m, d: _codes(m)),
    CELL,
    Column("Đơn vị cấp trên", 32, lambda m, d: _above(m)),
    NAME, YEAR, ADMITTED, FULL, STATUS, POST, EXEMPT, CARD,
)  # fmt: skip
PROFILE = (
    NAME, YEAR, ADMITTED, FULL, CARD, POST, CELL, STATUS, EXEMPT,
    Column("Ghi chú", 24, lambda m, d: ""),
)  # fmt: skip


def members_workbook(
    target: IO[bytes], found: MemberFilter, *, title: str, columns: tuple[Column, ...], count: int
) -> None:
    """Write exactly the members of a filter: a cover, then numbered rows in constant memory."""
    now = timezone.localtime()
    with Workbook(target, SAFE) as book:
        cover_write(
            book,
            title=title,
            facts=[
                ("Tính đến ngày", f"{found.day:%d/%m/%Y}"),
                ("Phạm vi", found.unit.name if found.unit else "Toàn bộ phạm vi của người xuất"),
                ("Bộ lọc", found.words()),
                ("Số đảng viên", count),
                ("Xuất tệp lúc", f"{now:%H:%M:%S ngày %d/%m/%Y}"),
                ("Người xuất tệp", str(found.user)),
                (
                    "Lưu ý",
                    "Thông tin cá nhân nhạy cảm: chỉ dùng cho công tác Đảng, không phát tán.",
                ),
            ],
        )
        rows = with_what_is_shown(found.members(), found.day).iterator(chunk_size=CHUNK)
        _write(book, title, columns, rows, found.day, count)


def _write(
    book: Workbook, title: str, columns: tuple[Column, ...], rows: Iterable[Member], day: date,
    count: int,
) -> None:  # fmt: skip
    sheet = book.add_worksheet(title[:31])
    head = book.add_format(
        {**FONT, "bold": True, "bg_color": "#F5F0E7", "bottom": 2, "text_wrap": True}
    )
    looks = {
        "text": book.add_format({**FONT, "num_format": "@", "text_wrap": True, "valign": "top"}),
        "year": book.add_format({**FONT, "num_format": "0", "valign": "top"}),
        "day": book.add_format({**FONT, "num_format": "dd/mm/yyyy", "valign": "top"}),
    }
    sheet.set_column(0, 0, 6, looks["year"])
    sheet.write_string(0, 0, "STT", head)
    for number, column in enumerate(columns, start=1):
        sheet.set_column(number, number, column.width, looks[column.look])
        sheet.write_string(0, number, column.header, head)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(count, 1), len(columns))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&CTrang &P/&N")
    writers = {
        "text": sheet.write_string, "year": sheet.write_number, "day": sheet.write_datetime
    }  # fmt: skip
    for place, member in enumerate(rows, start=1):
        sheet.write_number(place, 0, place, looks["year"])
        for number, column in enumerate(columns, start=1):
            value = column.value(member, day)
            if value not in (None, ""):
                writers[column.look](place, number, value, looks[column.look])
