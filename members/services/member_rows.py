"""The rows of a members file, read one by one."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from cells.cell_values import CellError, day_of
from cells.imports import CodeBook, Report, RowReader
from cells.models import Unit
from cells.tables import Row, Table
from cells.vietnamese import TONES, fold, tidy
from members.cards import card_hash, card_number
from members.models import Post

COLUMNS = {
    "full_name": (
        "Họ và tên",
        "Họ tên",
        "Họ và tên đảng viên",
        "Họ tên đảng viên",
        "Tên đảng viên",
        "Đảng viên",
        "Họ và tên khai sinh",
        "Full name",
        "Name",
    ),
    "birth_year": ("Năm sinh", "Sinh năm", "Birth year"),
    "birth_date": ("Ngày sinh", "Ngày tháng năm sinh", "Ngày, tháng, năm sinh", "Birth date"),
    "card": (
        "Số thẻ",
        "Số thẻ đảng viên",
        "Số thẻ đảng",
        "Thẻ đảng viên",
        "Số thẻ ĐV",
        "Số định danh cá nhân",
        "Card number",
    ),
    "cell": (
        "Mã chi bộ",
        "Mã đơn vị",
        "Mã",
        "Mã tổ chức",
        "Mã CB",
        "Chi bộ mã số",
        "Cell",
        "Cell code",
    ),
    "admitted_on": (
        "Ngày vào Đảng",
        "Ngày kết nạp",
        "Ngày kết nạp Đảng",
        "Vào Đảng ngày",
        "Admitted on",
    ),
    "full_on": (
        "Ngày chính thức",
        "Ngày công nhận chính thức",
        "Ngày chuyển chính thức",
        "Ngày vào Đảng chính thức",
        "Chính thức ngày",
        "Full member on",
    ),
    "joined_on": (
        "Ngày về chi bộ",
        "Ngày về sinh hoạt tại chi bộ",
        "Ngày chuyển đến",
        "Ngày chuyển sinh hoạt đến",
        "Về chi bộ từ ngày",
        "Joined on",
    ),
    "post": ("Chức vụ", "Chức vụ Đảng", "Chức vụ trong chi bộ", "Chức danh", "Post"),
    "post_from": ("Ngày giữ chức vụ", "Giữ chức vụ từ ngày", "Chức vụ từ ngày", "Post since"),
    "exempt_from": (
        "Miễn công tác từ ngày",
        "Miễn công tác và sinh hoạt từ ngày",
        "Miễn sinh hoạt từ ngày",
        "Ngày miễn công tác",
        "Miễn công tác",
        "Exempt from",
    ),
}
NEEDED = {"full_name": "Họ và tên", "cell": "Mã chi bộ"}
UNKNOWN_CELL = "Không có chi bộ mang mã này trong phạm vi của đồng chí. Kiểm tra lại mã."
NO_POST = "none"
POSTS = {
    "bi thu": Post.Kind.SECRETARY,
    "bt": Post.Kind.SECRETARY,
    "bi thu chi bo": Post.Kind.SECRETARY,
    "pho bi thu": Post.Kind.DEPUTY,
    "pbt": Post.Kind.DEPUTY,
    "pho bi thu chi bo": Post.Kind.DEPUTY,
    "chi uy vien": Post.Kind.COMMITTEE,
    "chi uy": Post.Kind.COMMITTEE,
    "cuv": Post.Kind.COMMITTEE,
    "dang vien": NO_POST,
    "khong": NO_POST,
}


@dataclass(eq=False)
class Person:
    """What a row says about one member; blank fields say nothing."""

    reader: RowReader
    full_name: str
    birth_year: int | None
    card_hash: str
    card_last4: str
    cell: Unit
    admitted_on: date | None
    full_on: date | None
    joined_on: date | None
    post: str
    post_from: date | None
    exempt_from: date | None

    @property
    def identity(self) -> tuple[str, int | None, int]:
        return name_key(self.full_name), self.birth_year, self.cell.pk


def name_key(name: str) -> str:
    """Return a name as it is compared: any case, “Hoà” like “Hòa”, yet “Hoa” unlike “Hòa”."""
    words = unicodedata.normalize("NFD", tidy(name).lower()).split()
    return " ".join(
        "".join(c for c in word if c not in TONES) + "".join(c for c in word if c in TONES)
        for word in words
    )


def person_read(
    report: Report, table: Table, row: Row, cells: CodeBook[Unit], today: date
) -> Person | None:
    """Read one row; None if anything in it is wrong."""
    reader = RowReader(report, table, row, private=True)
    card = _card(reader)
    full_name = reader.text("full_name", at_most=120, required="Thiếu họ và tên.")
    if full_name and re.search(r"\d", full_name):
        reader.fail("full_name", "Họ và tên không có chữ số. Kiểm tra lại các cột.")
    cell = _cell(reader, cells)
    admitted = reader.day("admitted_on", not_after=today)
    full = reader.day("full_on", not_after=today)
    if admitted and full and full < admitted:
        reader.fail("full_on", f"Ngày chính thức trước ngày vào Đảng ({admitted:%d/%m/%Y}).")
    person = Person(
        reader=reader,
        full_name=full_name,
        birth_year=_birth_year(reader, today),
        card_hash=card_hash(card) if card else "",
        card_last4=card[-4:],
        cell=cell or Unit(),
        admitted_on=admitted,
        full_on=full,
        joined_on=reader.day("joined_on", not_after=today),
        post=_post(reader),
        post_from=reader.day("post_from", not_after=today),
        exempt_from=reader.day("exempt_from"),
    )
    return None if reader.failed else person


def _cell(reader: RowReader, cells: CodeBook[Unit]) -> Unit | None:
    code = reader.text("cell", at_most=40, required="Thiếu mã chi bộ.")
    if not code:
        return None
    cell = cells.get(code)
    if cell is None:
        reader.fail("cell", UNKNOWN_CELL)
    elif not cell.is_cell:
        reader.fail("cell", "Mã này là của đảng ủy. Ghi mã của chi bộ.")
    elif cell.closed_on:
        reader.fail("cell", f"Chi bộ đã kết thúc hoạt động ngày {cell.closed_on:%d/%m/%Y}.")
    return cell


def _card(reader: RowReader) -> str:
    """Return the card number, only to be hashed."""
    value = reader.row.values.get("card")
    text = reader.text("card", at_most=40)
    # A column of numbers has lost the zeros in front: 001… is stored as 1….
    if isinstance(value, int | float) and text.isdigit() and len(text) in (10, 11):
        text = text.zfill(12)
    number = card_number(text) if text else ""
    if number is None:
        reader.fail("card", "Số thẻ phải đủ 12 chữ số. Định dạng cột là Văn bản rồi ghi lại.")
        return ""
    return number


def _birth_year(reader: RowReader, today: date) -> int | None:
    if reader.has("birth_year"):
        key, year = "birth_year", _year(reader, "birth_year")
    elif reader.has("birth_date"):
        key, year = "birth_date", _year(reader, "birth_date")
    else:
        return None
    if year is not None and not 1900 <= year <= today.year - 18:
        reader.fail(key, f"Năm sinh {year} không hợp lý. Kiểm tra lại.")
        return None
    return year


def _year(reader: RowReader, key: str) -> int | None:
    """Return the year of a year or of a full date; the day and month are not kept."""
    value = reader.row.values[key]
    if isinstance(value, int | float) or re.fullmatch(r"\s*\d{4}\s*", str(value)):
        return reader.whole(key)
    try:
        day = day_of(value)
    except CellError:
        reader.fail(key, "Ghi năm sinh bằng bốn chữ số (1960) hoặc ngày/tháng/năm.")
        return None
    return day.year if day else None


def _post(reader: RowReader) -> str:
    text = reader.text("post", at_most=120)
    if not text:
        return ""
    kind = POSTS.get(fold(text))
    if kind is None:
        reader.fail("post", "Chỉ ghi: Bí thư, Phó bí thư, Chi ủy viên, Đảng viên (không chức vụ).")
        return ""
    return kind
