"""Make the workbooks of a ward clerk, with everything that clerks do. Persons are invented.

Run `python tests/data/make_workbooks.py` from the root of the project after a change.
"""

import unicodedata
from datetime import date, datetime
from pathlib import Path

from xlsxwriter import Workbook

HERE = Path(__file__).parent


def nfd(text):
    return unicodedata.normalize("NFD", text)


def book(name, write):
    with Workbook(HERE / name, {"default_date_format": "dd/mm/yyyy"}) as made:
        made.set_properties({"created": datetime.fromisoformat("2026-11-24")})
        write(made, made.add_worksheet("Danh sách"), made.add_format({"bold": True, "border": 1}))


def titles(sheet, bold, width, *texts):
    for row, text in enumerate(texts):
        sheet.merge_range(row, 0, row, width - 1, text, bold)


def blanks(made, sheet, first, width):
    """Leave the formatted, empty rows that filling a form by hand leaves behind."""
    border = made.add_format({"border": 1})
    for row in range(first, first + 40):
        for column in range(width):
            sheet.write_blank(row, column, None, border)
    sheet.write(first + 3, 1, "   ")


def units(made, sheet, bold):
    titles(
        sheet,
        bold,
        9,
        "ĐẢNG BỘ PHƯỜNG THỬ NGHIỆM",
        "DANH SÁCH TỔ CHỨC ĐẢNG TRỰC THUỘC",
        "(kèm theo Báo cáo số 12-BC/ĐU ngày 20/11/2026)",
    )
    header = [
        "STT",
        "MÃ ĐƠN VỊ",
        nfd("Tên chi bộ"),
        "Loại tổ chức",
        "Loại hình",
        "Ngày thành lập",
        "Mã số tổ chức đảng (nếu có)",
        "Trực thuộc",
        "Ghi chú",
    ]
    sheet.write_row(4, 0, header, bold)
    sheet.write_row(5, 0, [f"({n})" for n in range(1, 10)], bold)
    rows = [
        [
            1,
            "TN-CB01",
            nfd("Chi bộ Tổ dân phố số 1"),
            "Chi bộ",
            "Tổ dân phố, khu dân cư",
            "03/02/2021",
            "",
            "TN-DBBP",
            "tách năm 2021",
        ],
        [
            2,
            "TN-CB02",
            "Chi bộ  Trường Tiểu học Hoà Bình ",
            "chi bộ",
            nfd("TRƯỜNG HỌC"),
            date(2019, 9, 2),
            10000000000002,
            "TN",
            "",
        ],
        [
            3,
            "TN-DBBP",
            "Đảng bộ Khu tập thể",
            "Đảng bộ trực thuộc cơ sở",
            "",
            "2018-05-19",
            "10000000000003",
            "TN",
            "",
        ],
        [4, "TN-CB03", "Chi bộ Trạm Y tế", "Chi bộ", "Y tế", "13.12.2020", "", "TN", ""],
    ]
    for number, row in enumerate(rows, start=6):
        sheet.write_row(number, 0, row)
    sheet.write(10, 1, nfd("Tổng cộng"), bold)
    sheet.write(10, 2, "4 đơn vị")
    sheet.write(13, 5, "Thử Nghiệm, ngày 20 tháng 11 năm 2026")
    sheet.write(14, 5, "NGƯỜI LẬP BIỂU", bold)
    blanks(made, sheet, 16, 9)


def members(made, sheet, bold):
    titles(sheet, bold, 10, "ĐẢNG ỦY PHƯỜNG THỬ NGHIỆM", nfd("DANH SÁCH ĐẢNG VIÊN"))
    for column, text in ((0, "TT"), (1, nfd("Họ và tên")), (2, "Năm sinh"), (3, "Số thẻ ĐV")):
        sheet.merge_range(3, column, 4, column, text, bold)
    sheet.merge_range(3, 4, 3, 5, "Ngày tháng năm", bold)
    sheet.write_row(4, 4, ["Vào Đảng ngày", "Chính thức ngày"], bold)
    for column, text in (
        (6, "Mã chi bộ"),
        (7, "Chức vụ"),
        (8, "Ngày về chi bộ"),
        (9, "Miễn công tác từ ngày"),
    ):
        sheet.merge_range(3, column, 4, column, text, bold)
    rows = [
        [
            1,
            nfd("Nguyễn Thị Ánh"),
            1955,
            "001155000123",
            "03/02/1980",
            "03/02/1981",
            "TN-A",
            nfd("Bí thư"),
            date(2020, 1, 1),
            "",
        ],
        [
            2,
            "ĐỖ ÂN",
            "12/05/1961",
            "",
            date(1990, 5, 19),
            "19-05-1991",
            "TN-A",
            "Phó Bí thư ",
            "01/01/2020",
            "",
        ],
        [
            3,
            "Lê Đức",
            1938,
            1038000456,
            "13/02/1965",
            "1966-02-13",
            "tn-b",
            "",
            "01/01/2020",
            "01/06/2024",
        ],
        [
            4,
            "Tống Công Minh",
            date(1999, 7, 1),
            "001 099 000 789",
            "02/09/2025",
            "",
            "TN-B",
            "đảng viên",
            "02/09/2025",
            "",
        ],
    ]
    for number, row in enumerate(rows, start=5):
        sheet.write_row(number, 0, row)
    sheet.write(9, 1, "Tổng cộng:", bold)
    sheet.write(9, 2, 4)
    sheet.write(12, 8, nfd("T/M ĐẢNG ỦY"), bold)
    blanks(made, sheet, 14, 10)


def sheets(made, sheet, bold):
    titles(
        sheet,
        bold,
        8,
        nfd("BIỂU CHẤM ĐIỂM CHI BỘ BỐN TỐT"),
        "Quý IV năm 2026",
        "Đảng bộ phường Thử Nghiệm",
    )
    for column, text in ((0, "STT"), (1, "Mã chi bộ"), (2, "Tên chi bộ")):
        sheet.merge_range(4, column, 5, column, text, bold)
    sheet.merge_range(4, 3, 5, 3, "1.1", bold)
    sheet.merge_range(4, 4, 4, 5, nfd("1.2 Chỉ tiêu, nhiệm vụ đúng hạn"), bold)
    sheet.write_row(5, 4, ["Tử số", nfd("Mẫu số")], bold)
    sheet.merge_range(4, 6, 5, 6, nfd("Thực hiện tập trung dân chủ, tự phê bình và phê bình"), bold)
    sheet.merge_range(4, 7, 5, 7, "2.3 (có mặt/phải dự)", bold)
    sheet.merge_range(4, 8, 5, 8, "Ghi chú", bold)
    rows = [
        [1, "TN-A", "Chi bộ A", nfd("Có"), 38, 40, "Tốt", "27/30", ""],
        [2, "TN-B", "Chi bộ B", "không", "9,0", " 9 ", "TB", "k.a.d", "mới lập"],
    ]
    for number, row in enumerate(rows, start=6):
        sheet.write_row(number, 0, row)
    sheet.write_row(8, 0, ["", "Cộng", "", "", 47, 49])
    sheet.write(11, 6, "Người tổng hợp")
    blanks(made, sheet, 13, 9)


def results(made, sheet, bold):
    titles(sheet, bold, 8, "TỔNG HỢP KẾT QUẢ CHI BỘ BỐN TỐT NĂM 2025", "(theo hồ sơ giấy)")
    header = ["Kỳ", "Mã chi bộ", nfd("Tổng điểm"), "Mức", "Số quyết định", "Ngày ký", "Người ký"]
    sheet.write_row(3, 0, [*header, "Ghi chú"], bold)
    signed = ["12-QĐ/ĐU", "15/01/2026", "Nguyễn Văn Ký"]
    rows = [
        ["Quý III/2025", "TN-A", "81,93", "Khá", *signed, "Cặp số 4"],
        ["2025-Q4", "tn-a", 92.5, nfd("tốt"), *signed, ""],
        ["Quý 4 năm 2025", "TN-B", "69.99", "", "", "", "", ""],
    ]
    for number, row in enumerate(rows, start=4):
        sheet.write_row(number, 0, row)
    blanks(made, sheet, 7, 8)


if __name__ == "__main__":
    book("ward_units.xlsx", units)
    book("ward_members.xlsx", members)
    book("ward_sheets.xlsx", sheets)
    book("ward_results.xlsx", results)
