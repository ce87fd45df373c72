"""Results on paper: imported once, shown with their origin, ranked nowhere."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from cells.models import AuditEntry
from evaluations.models import PastResult
from evaluations.reports.templates_xlsx import template_xlsx
from evaluations.services.imports import file_import
from evaluations.services.past_result_rows import period_code
from evaluations.services.rankings import ranking_build
from tests import factories
from tests.evaluations.decided import decided, quarter
from tests.evaluations.lineages import close
from tests.workbooks import ward_of_the_data, workbook

HEAD = ["Kỳ", "Mã chi bộ", "Tổng điểm", "G1", "Mức", "Số quyết định", "Ngày ký", "Người ký"]
Q3 = "Quý III/2025"


@pytest.fixture
def ward(db):
    factories.quarter_criteria()
    return ward_of_the_data()


@pytest.fixture
def load(tmp_path, ward):
    def load(*rows, by=None, apply=True):
        path = workbook(tmp_path / "a.xlsx", HEAD, *rows)
        return file_import(kind="results", path=path, by=by or ward[2], apply=apply)

    return load


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Quý III/2025", "2025-Q3"),
        ("quý 3 năm 2025", "2025-Q3"),
        ("IV/2025", "2025-Q4"),
        ("2025-Q1", "2025-Q1"),
        ("Năm 2025", "2025"),
        ("2025", "2025"),
        ("Quý V/2025", ""),
        ("tháng 3/2025", ""),
    ],
)
def test_periods_as_people_write_them(text, code):
    assert period_code(text) == code


def test_row_is_stored_with_its_origin(ward, load):
    report = load([Q3, "TN-A", "81,93", 22, "Khá", "12-QĐ/ĐU", "15/10/2025", "Người Ký"])
    assert (report.created, report.errors) == (1, [])
    stored = PastResult.objects.get()
    assert (stored.period_code, stored.total, stored.groups) == ("2025-Q3", 8193, {"G1": 2200})
    assert (stored.starts_on, stored.ends_on) == (date(2025, 7, 1), date(2025, 9, 30))
    assert (stored.level, stored.signed_on) == ("kha", date(2025, 10, 15))
    assert (stored.origin, stored.by, stored.file_name) == ("paper", ward[2], "a.xlsx")
    assert len(stored.file_sha256) == 64
    entry = AuditEntry.objects.get(action="past_result_imported")
    assert (entry.unit, entry.period, entry.new["total"]) == (stored.unit, "2025-Q3", 8193)


def test_same_row_changes_nothing_another_value_leaves_both_in_the_trail(load):
    row = [Q3, "TN-A", "81,93", None, "Khá"]
    load(row)
    assert load(row).unchanged == 1
    assert load([Q3, "TN-A", "80", None, "Khá"]).updated == 1
    assert PastResult.objects.get().total == 8000
    entry = AuditEntry.objects.get(action="past_result_changed")
    assert (entry.old["total"], entry.new["total"]) == (8193, 8000)


def test_a_test_run_writes_nothing(load):
    assert load([Q3, "TN-A", "81,93"], apply=False).created == 1
    assert not PastResult.objects.exists()


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ([Q3, "TN-A", "100,01"], "Tổng điểm", "0 đến 100"),
        ([Q3, "TN-A", "81,935"], "Tổng điểm", "hai cách"),
        ([Q3, "TN-A", None, 3], "Tổng điểm", "Thiếu tổng điểm"),
        ([Q3, "TN-A", 80, -1], "G1", "0 đến 100"),
        ([Q3, "TN-A", 80, None, "Xuất sắc"], "Mức", "Chọn một trong"),
        (["Quý V/2025", "TN-A", 80], "Kỳ", "Không rõ kỳ"),
        (["Quý I/2091", "TN-A", 80], "Kỳ", "chưa kết thúc"),
        ([Q3, "TN-Z", 80], "Mã chi bộ", "Không có chi bộ"),
        (["Quý I/2012", "TN-A", 80], "Mã chi bộ", "thành lập"),
    ],
)
def test_wrong_cell_is_named_and_nothing_written(load, row, column, says):
    report = load(row, [Q3, "TN-B", 80])
    (error,) = report.errors
    assert (error.row, error.column) == (2, column)
    assert says in error.message
    assert not PastResult.objects.exists()


def test_closed_cell_keeps_the_result_it_earned(ward, load):
    cell = ward[1][0]
    close(cell, date(2025, 12, 1))
    assert load([Q3, "TN-A", 80]).created == 1
    assert "đã kết thúc" in load(["Quý I/2026", "TN-A", 80]).errors[0].message


def test_period_with_a_sheet_is_refused(ward, load):
    factories.sheet(ward[1][0], quarter("2026-Q1"))
    assert "đã có phiếu" in load(["2026-Q1", "TN-A", 80]).errors[0].message


def test_two_rows_for_one_period_are_refused(load):
    assert "dòng 2" in load([Q3, "TN-A", 80], ["2025-Q3", "TN-A", 81]).errors[0].message


@pytest.mark.parametrize("role", ["secretary", "leader", "inspector"])
def test_only_who_may_import_may(ward, load, role):
    other = factories.UserFactory(roles=[(role, ward[0])])
    assert "không có quyền" in load([Q3, "TN-A", 80], by=other).errors[0].message


def test_foreign_staff_is_answered_as_if_there_were_no_such_cell(ward, load):
    elsewhere = factories.CommitteeFactory(parent=ward[0].parent)
    stranger = factories.UserFactory(roles=[("staff", elsewhere)])
    assert "Không có chi bộ" in load([Q3, "TN-A", 80], by=stranger).errors[0].message


def test_ranking_holds_no_result_on_paper(ward, load):
    load([Q3, "TN-A", 80])
    period = quarter("2026-Q1")
    decided(ward[1][0], period)
    ranking = ranking_build(period=period, scope=ward[0].parent, by=None)
    assert [(row.total, row.previous_total) for row in ranking.rows.all()] == [(10000, None)]


def test_page_of_the_unit_says_where_it_is_from(client, ward, load):
    load([Q3, "TN-A", "81,93", None, "Khá", "12-QĐ/ĐU", "15/10/2025", "Người Ký"])
    client.force_login(ward[2])
    text = client.get(reverse("evaluations:unit", args=["TN-A"])).text
    assert "Kết quả trên giấy" in text
    assert "Số 12-QĐ/ĐU, ngày 15/10/2025, Người Ký ký" in text


def test_template_offers_past_periods_and_levels(ward, load):
    quarter("2026-Q2")
    book = load_workbook(BytesIO(template_xlsx("results", ward[2])))
    page = book["Danh sách"]
    heads = [cell.value for cell in page[4]]
    assert heads[:3] == ["Kỳ *", "Mã chi bộ *", "Tổng điểm *"]
    assert sum(rule.type == "list" for rule in page.data_validations.dataValidation) == 2
    lists = [str(value) for grid in book for row in grid.values for value in row if value]
    assert {"Quý I/2026", "Quý IV/2025", "Khá"} <= set(lists)
    assert "Quý II/2026" not in lists


def test_number_of_queries_does_not_grow_with_the_rows(ward, load):
    load(["Năm 2024", "TN-A", 80])
    counts = []
    for rows in ([[Q3, "TN-A", 80]], [[f"Quý {n}/2024", "TN-A", 80] for n in (1, 2, 3, 4)]):
        with CaptureQueriesContext(connection) as asked:
            assert load(*rows).errors == []
        counts.append(len(asked))
    assert counts[0] == counts[1]
