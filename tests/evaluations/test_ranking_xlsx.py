"""The workbook of a ranking: exactly what the filter shows, as real numbers and plain text."""

import io

import pytest
from openpyxl import load_workbook

from cells.models import AuditEntry
from evaluations.services.rankings import ranking_build
from tests import factories
from tests.evaluations.decided import decided, quarter

pytestmark = pytest.mark.django_db


@pytest.fixture
def ranking(tree):
    period = quarter()
    trap = factories.UnitFactory(parent=tree.ward, name='=HYPERLINK("http://x";"y")')
    decided(tree.a, period, l1_1="no", l3_1="kha")
    decided(tree.c, period)
    decided(trap, period, l1_1="no")
    factories.sheet(tree.b, period)
    return ranking_build(period=period, scope=tree.city, by=None)


def workbook(client, user, query=""):
    client.force_login(user)
    response = client.get(f"/xep-hang/2026-Q3/xlsx/{query}")
    assert response["Content-Disposition"] == 'attachment; filename="xep-hang-2026-Q3.xlsx"'
    return load_workbook(io.BytesIO(response.getvalue()))


def rows(sheet):
    header, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rest]


def test_sheets_and_headers_are_those_of_the_contract(client, people, ranking):
    book = workbook(client, people.thanhuy)
    assert book.sheetnames == ["Bìa", "Xếp hạng", "Chưa đủ"]
    header = [cell.value for cell in book["Xếp hạng"][1]]
    assert {
        "Hạng",
        "Mã",
        "Tên",
        "Đơn vị",
        "Nhóm",
        "Hạng nhóm",
        "Tổng điểm",
        "Mức",
        "Đủ điều kiện",
    } <= set(header)


def test_figures_are_numbers_and_text_is_no_formula(client, tree, people, ranking):
    sheet = workbook(client, people.thanhuy)["Xếp hạng"]
    first, second, third = rows(sheet)
    assert (first["Hạng"], first["Mã"], first["Tổng điểm"]) == (1, tree.c.code, 100)
    assert (first["Mức"], first["Đủ điều kiện"]) == ("Tốt", "Có")
    assert third["Tổng điểm"] == 94.5
    assert second["Tên"].startswith("=HYPERLINK")
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    totals = next(column for column in sheet.iter_cols() if column[0].value == "Tổng điểm")
    assert totals[1].number_format == "#,##0.00"


def test_header_is_frozen_and_filtered(client, people, ranking):
    sheet = workbook(client, people.thanhuy)["Xếp hạng"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:V4"


def test_export_holds_exactly_what_the_filter_shows(client, tree, people, ranking):
    book = workbook(client, people.thanhuy, f"?unit={tree.other.code}&page=7")
    assert [row["Mã"] for row in rows(book["Xếp hạng"])] == [tree.c.code]
    assert rows(book["Chưa đủ"]) == []


def test_export_holds_only_the_own_branch(client, tree, people, ranking):
    book = workbook(client, people.bithu)
    assert [row["Mã"] for row in rows(book["Xếp hạng"])] == [tree.a.code]


def test_sheets_apart_say_why(client, tree, people, ranking):
    apart = rows(workbook(client, people.thanhuy)["Chưa đủ"])
    assert [(row["Mã"], row["Lý do"]) for row in apart] == [
        (tree.b.code, "Chưa có quyết định của cấp ủy")
    ]


def test_cover_says_what_it_is(client, tree, people, ranking):
    book = workbook(client, people.thanhuy, f"?unit={tree.other.code}&q=thon dong")
    facts = dict(row[:2] for row in book["Bìa"].iter_rows(min_row=3, values_only=True))
    assert facts["Bộ lọc"] == "Tìm: “thon dong”; Đơn vị: Đảng ủy phường Bên Cạnh"
    assert facts["Số phiếu được xếp hạng"] == 1
    assert facts["Người xuất tệp"] == people.thanhuy.full_name
    assert "CB4T-QUY-2026" in facts["Bộ tiêu chí"]
    assert facts["Mã kiểm tra (SHA-256)"] == ranking.sha256
    assert facts["Xuất tệp lúc"]


def test_export_leaves_an_audit_entry(client, people, ranking):
    workbook(client, people.thanhuy, "?eligible=1")
    entry = AuditEntry.objects.get(action="ranking_exported")
    assert (entry.by, entry.new["filter"], entry.new["rows"]) == (
        people.thanhuy,
        "Đủ điều kiện: Có",
        3,
    )


def test_export_without_reach_or_ranking_is_not_found(client, people, ranking):
    client.force_login(people.quantri)
    assert client.get("/xep-hang/2026-Q3/xlsx/").status_code == 404
    quarter("2026-Q4")
    client.force_login(people.thanhuy)
    assert client.get("/xep-hang/2026-Q4/xlsx/").status_code == 404
