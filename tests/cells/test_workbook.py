"""Reading what clerks really make."""

import unicodedata
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from cells.cell_values import CellError, day_of, is_legacy, masked, number_of, text_of
from cells.tables import find_table, header_key, recogniser
from cells.workbook import WorkbookError, open_book
from tests.workbooks import workbook

COLUMNS = {"name": ("Họ và tên",), "cell": ("Mã chi bộ", "Mã"), "day": ("Ngày vào Đảng",)}
NEEDED = {"name": "Họ và tên", "cell": "Mã chi bộ"}


def table(path):
    return find_table(open_book(path), recogniser(COLUMNS), NEEDED)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("03/02/2026", date(2026, 2, 3)),
        ("13/02/2026", date(2026, 2, 13)),
        ("3-2-2026", date(2026, 2, 3)),
        ("03.02.2026", date(2026, 2, 3)),
        (" 03 / 02 / 2026 ", date(2026, 2, 3)),
        ("2026-02-03", date(2026, 2, 3)),
        ("2026-02-03 00:00:00", date(2026, 2, 3)),
        ("Ngày 03 tháng 02 năm 2026", date(2026, 2, 3)),
        (datetime.fromisoformat("2026-02-03"), date(2026, 2, 3)),
        ("", None),
        (None, None),
    ],
)
def test_day_is_read_day_first(value, expected):
    assert day_of(value) == expected


@pytest.mark.parametrize(
    "value", ["02/13/2026", "31/02/2026", "03/02/26", "2/2026", 46056, "hôm qua", "01/01/1026"]
)
def test_day_that_could_be_another_is_refused(value):
    with pytest.raises(CellError):
        day_of(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("8,5", "8.5"), ("8.5", "8.5"), (8.5, "8.5"), ("12", "12"), (12, "12"), ("-3", "-3")],
)
def test_number_takes_comma_and_point(value, expected):
    assert number_of(value) == Decimal(expected)


@pytest.mark.parametrize(
    "value",
    [
        "1.234,5",
        "1,234.5",
        "1.234",
        "1 234",
        "90%",
        "mười",
        datetime.fromisoformat("2026-10-09"),
        True,
    ],
)
def test_number_that_could_be_another_is_refused(value):
    with pytest.raises(CellError):
        number_of(value)


@pytest.mark.parametrize(
    "text",
    ["NguyÔn V¨n An", "§¶ng bé ph­êng", "x· héi", "Nguyeãn Vaên An", "Ñaûng boä phöôøng"],
)
def test_text_of_old_fonts_is_refused(text):
    with pytest.raises(CellError, match="bảng mã cũ"):
        text_of(text)


@pytest.mark.parametrize(
    "text",
    ["Nguyễn Thuý Hoà", "ĐẢNG ỦY PHƯỜNG KHƯƠNG ĐÌNH", "Tuân thuê khoá", "100 m²", "Hà-Nội (số 1)"],
)
def test_text_of_today_is_taken(text):
    assert not is_legacy(text)
    assert text_of(unicodedata.normalize("NFD", text)) == text


def test_long_numbers_are_masked_but_days_are_not():
    assert masked("thẻ 001 155 000 123, ngày 03.02.2026") == "thẻ ********0123, ngày 03.02.2026"


def test_header_is_compared_without_case_marks_and_brackets():
    assert header_key("  MÃ CHI BỘ (*) ") == header_key(unicodedata.normalize("NFD", "Mã chi bộ"))


def test_table_is_found_below_titles_and_above_the_total(tmp_path):
    found = table(
        workbook(
            tmp_path / "a.xlsx",
            ["ĐẢNG ỦY PHƯỜNG THỬ NGHIỆM"],
            [],
            ["STT", "MÃ CHI BỘ", "Họ và tên"],
            ["(1)", "(2)", "(3)"],
            [1, "A", "Tống Công Minh"],
            [2, "B", "  "],
            ["Tổng cộng", None, 2],
            [],
            [None, None, "Người lập biểu"],
            [3, None, None],
        )
    )
    assert [(row.number, row.values["cell"]) for row in found.rows] == [(5, "A"), (6, "B")]
    assert found.headers == {"cell": "MÃ CHI BỘ", "name": "Họ và tên"}
    assert [number for number, _ in found.skipped] == [7, 9]
    assert found.ignored == ["STT"]


def test_header_merged_over_two_rows_is_one_header(tmp_path):
    book = Workbook()
    book.active.append(["Họ và tên", "Mã", "Ngày"])
    book.active.append([None, None, "vào Đảng"])
    book.active.append(["Lê Đức", "A", "03/02/1980"])
    book.active.merge_cells("A1:A2")
    book.save(tmp_path / "a.xlsx")
    assert table(tmp_path / "a.xlsx").rows[0].values["day"] == "03/02/1980"


def test_same_column_twice_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["Họ và tên", "Mã", "Mã chi bộ"])
    with pytest.raises(WorkbookError, match="Hai cột"):
        table(path)


def test_two_sheets_with_the_table_are_refused(tmp_path):
    book = Workbook()
    for page in (book.active, book.create_sheet("Nữa")):
        page.append(["Họ và tên", "Mã"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookError, match="nhiều trang tính"):
        table(tmp_path / "a.xlsx")


def test_missing_column_is_named(tmp_path):
    with pytest.raises(WorkbookError, match="“Mã chi bộ”"):
        table(workbook(tmp_path / "a.xlsx", ["Họ và tên", "Năm sinh"]))


def test_old_font_in_the_header_is_named(tmp_path):
    with pytest.raises(WorkbookError, match="TCVN3"):
        table(workbook(tmp_path / "a.xlsx", ["Hä vµ tªn", "M· chi bé"]))


def test_formula_without_a_result_is_no_blank(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["Họ và tên", "Mã"], ["Lê Đức", '="A"&1'])
    with pytest.raises(CellError, match="công thức"):
        text_of(table(path).rows[0].values["cell"])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "Lưu thành"),
        (b"ma,ten\nA,B\n", "Lưu thành"),
        (b"PK\x03\x04" + bytes(100), "hỏng"),
        (b"", "không phải"),
    ],
)
def test_other_files_are_refused_with_a_way_out(tmp_path, content, says):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match=says):
        open_book(path)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(WorkbookError, match="Không mở được"):
        open_book(tmp_path / "none.xlsx")


def test_file_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "")
        packed.writestr("xl/worksheets/sheet1.xml", bytes(90 * 1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    with pytest.raises(WorkbookError, match="quá nhiều dữ liệu"):
        open_book(path)


def test_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", "")
    with pytest.raises(WorkbookError, match="không phải"):
        open_book(path)
