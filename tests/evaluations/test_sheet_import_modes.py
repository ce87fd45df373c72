"""Workbooks of years and months: which period they are about, and the class of the year."""

import pytest
from openpyxl import load_workbook

from cells.models import AuditEntry, Door
from cells.workbook import WorkbookError, open_book
from evaluations.models import Evaluation
from evaluations.reports.sheet_book import sheet_book
from evaluations.reports.sheets_xlsx import sheets_xlsx
from evaluations.services.sheet_import import sheets_import
from evaluations.services.sheets import annual_class_save
from tests.evaluations import modes
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path, tree, people):
    def load(title, head, *row):
        path = workbook(tmp_path / "a.xlsx", [title], ["Mã", *head], [tree.a.code, *row])
        return sheets_import(book=open_book(path), by=people.canbo, apply=True)

    return load


def answered(unit, code):
    return set(modes.sheet_of(unit, code).scores.values_list("line", flat=True))


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Phiếu chấm Năm 2026", "2026"),
        ("PHIẾU CHẤM NĂM 2026 – Đảng ủy phường", "2026"),
        ("Phiếu chấm Tháng 11/2026", "2026-M11"),
        ("Phiếu tháng 11 năm 2026", "2026-M11"),
        ("Kỳ 2026-M11", "2026-M11"),
        ("Quý IV năm 2026", "2026-Q4"),
    ],
)
def test_the_title_names_the_period(load, tree, title, code):
    for period in ("2026", "2026-M11", "2026-Q4"):
        modes.opened(period)
    head, value = (["2.1"], "Đạt") if code == "2026-M11" else (["3.1"], "Khá")
    assert load(title, head, value).created == 1
    assert answered(tree.a, code) == set(head)


def test_a_year_in_the_title_does_not_hide_the_only_open_quarter(load, tree):
    modes.opened("2026-Q4")
    assert load("Chi bộ bốn tốt năm 2026", ["3.1"], "Khá").created == 1
    assert answered(tree.a, "2026-Q4") == {"3.1"}


def test_a_month_that_is_not_open_is_refused(load):
    modes.opened("2026-Q4")
    with pytest.raises(WorkbookError, match="2026-M07"):
        load("Phiếu chấm Tháng 7/2026", ["3.1"], "Khá")


@pytest.fixture
def year(tree):
    return modes.opened("2026")


def class_of(unit):
    return modes.sheet_of(unit, "2026").annual_class


@pytest.mark.parametrize(
    "written", ["Hoàn thành tốt nhiệm vụ", "hoan thanh tot nhiem vu", "HTTNV", " httnv "]
)
def test_the_class_of_the_year_is_read_by_name_or_code(load, tree, year, written):
    assert load("Năm 2026", ["Xếp loại năm"], written).created == 1
    assert class_of(tree.a) == "HTTNV"
    entry = AuditEntry.objects.get(action="annual_class_saved")
    assert entry.door == Door.IMPORT


def test_an_unknown_class_is_refused_by_its_cell(load, tree, year):
    report = load("Năm 2026", ["3.1", "Xếp loại năm"], "Khá", "Giỏi")
    (error,) = report.errors
    assert error.column == "Xếp loại năm"
    assert "Hoàn thành xuất sắc nhiệm vụ" in error.message
    assert not answered(tree.a, "2026")


def test_a_blank_class_takes_nothing_away(load, tree, year, people):
    annual_class_save(
        sheet=modes.sheet_of(tree.a, "2026"), annual_class="HTNV", by=people.canbo, door=Door.WEB
    )
    load("Năm 2026", ["3.1", "Xếp loại năm"], "Khá", None)
    assert class_of(tree.a) == "HTNV"


def test_a_quarter_has_no_such_column(load, tree):
    modes.opened("2026-Q4")
    report = load("Quý IV/2026", ["3.1", "Xếp loại năm"], "Khá", "HTTNV")
    assert report.created == 1
    assert not AuditEntry.objects.filter(action="annual_class_saved").exists()


@pytest.fixture
def exported(tmp_path, tree, people, year):
    def export():
        data = sheet_book(user=people.canbo, period=year, unit=tree.ward, criteria="CB4T-2026")
        path = tmp_path / "phieu.xlsx"
        path.write_bytes(sheets_xlsx(data))
        return path

    return export


def write_class(path, value):
    book = load_workbook(path)
    page = book["Phiếu chấm"]
    place = next(cell.column for cell in page[5] if cell.value == "Xếp loại năm")
    page.cell(6, place, value)
    book.save(path)
    return page.cell(6, 1).value


def test_an_exported_workbook_takes_the_class(exported, people):
    path = exported()
    code = write_class(path, "Hoàn thành xuất sắc nhiệm vụ")
    report = sheets_import(book=open_book(path), by=people.canbo, apply=True)
    assert (report.created + report.updated, report.errors) == (1, [])
    assert Evaluation.objects.get(unit__code=code).annual_class == "HTXSNV"


def test_an_untouched_workbook_changes_nothing(exported, people, tree):
    save = {"annual_class": "HTNV", "by": people.canbo, "door": Door.WEB}
    annual_class_save(sheet=modes.sheet_of(tree.a, "2026"), **save)
    path = exported()
    annual_class_save(sheet=modes.sheet_of(tree.a, "2026"), **{**save, "annual_class": "HTTNV"})
    report = sheets_import(book=open_book(path), by=people.canbo, apply=True)
    assert (report.created, report.updated, report.errors) == (0, 0, [])
    assert class_of(tree.a) == "HTTNV"


def test_a_class_changed_on_both_sides_is_a_complaint(exported, people):
    path = exported()
    code = write_class(path, "HTXSNV")
    sheet = Evaluation.objects.get(unit__code=code)
    annual_class_save(sheet=sheet, annual_class="HTNV", by=people.canbo2, door=Door.WEB)
    report = sheets_import(book=open_book(path), by=people.canbo, apply=True)
    assert "Hoàn thành nhiệm vụ" in report.errors[0].message
    assert Evaluation.objects.get(unit__code=code).annual_class == "HTNV"


def test_the_workbook_of_the_committee_is_its_own(people, tree, year):
    data = sheet_book(user=people.canbo, period=year, unit=tree.ward, criteria="DB4T-2026")
    assert [row.code for row in data.rows] == [tree.ward.code]
