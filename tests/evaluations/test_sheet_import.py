"""Sheets out to Excel and back: untouched changes nothing, a blank says nothing."""

import shutil
import subprocess

import pytest
from openpyxl import load_workbook

from cells.models import AuditEntry, Door
from cells.workbook import WorkbookError, open_book
from evaluations.models import LineReturn, Score, State
from evaluations.reports.sheet_book import sheet_book
from evaluations.reports.sheets_xlsx import sheets_xlsx
from evaluations.services.lines import Change, lines_save
from evaluations.services.sheet_import import sheets_import
from tests import factories
from tests.workbooks import DATA, edited, ward_of_the_data, workbook

HEAD = ["Mã", "1.1", "1.2 tử số", "1.2 mẫu số", "3.1"]


@pytest.fixture
def ward(db):
    ward, cells, clerk = ward_of_the_data()
    ward.clerk = clerk
    ward.sheets = [factories.sheet(cell) for cell in cells]
    return ward


def run(path, by, *, apply=True):
    return sheets_import(book=open_book(path), by=by, apply=apply)


@pytest.fixture
def load(tmp_path, ward):
    def load(*rows, head=HEAD, by=None, apply=True):
        path = workbook(tmp_path / "a.xlsx", ["Quý IV/2026"], head, *rows)
        return run(path, by or ward.clerk, apply=apply)

    return load


@pytest.fixture
def exported(tmp_path, ward):
    def export():
        period = ward.sheets[0].period
        path = tmp_path / "phieu.xlsx"
        path.write_bytes(sheets_xlsx(sheet_book(user=ward.clerk, period=period, unit=ward)))
        return path

    return export


def column(path, header):
    row = next(load_workbook(path)["Phiếu chấm"].iter_rows(min_row=5, max_row=5))
    return next(cell.column_letter for cell in row if str(cell.value).startswith(header))


def save(ward, line, answer, by=None):
    changes = [Change(line, answer)]
    return lines_save(sheet=ward.sheets[0], changes=changes, by=by or ward.clerk, door=Door.WEB)


def stored(sheet):
    return {
        score.line: ("KAD" if score.na else score.option or (score.num, score.den))
        for score in sheet.scores.all()
    }


def counts(report):
    return report.created, report.updated, report.unchanged


def test_clerks_workbook_goes_in_and_again_changes_nothing(ward):
    report = run(DATA / "ward_sheets.xlsx", ward.clerk)
    assert report.errors == []
    assert (report.rows, *counts(report)) == (2, 2, 0, 0)
    assert stored(ward.sheets[0]) == {"1.1": "yes", "1.2": (38, 40), "2.3": (27, 30), "3.1": "tot"}
    assert stored(ward.sheets[1]) == {
        "1.1": "no", "1.2": (9, 9), "2.3": "KAD", "3.1": "trung_binh",
    }  # fmt: skip
    assert Score.objects.filter(door=Door.IMPORT).count() == 8
    assert AuditEntry.objects.filter(action="line_saved", door=Door.IMPORT).count() == 8
    assert counts(run(DATA / "ward_sheets.xlsx", ward.clerk)) == (0, 0, 2)


def test_untouched_export_changes_nothing(ward, exported):
    save(ward, "1.2", {"num": 38, "den": 40})
    save(ward, "2.3", {"na": True})
    save(ward, "3.1", {"grade": "kha"})
    assert counts(run(exported(), ward.clerk)) == (0, 0, 2)


def test_export_filled_in_goes_in(ward, exported):
    path = exported()
    changes = {
        f"{column(path, '1.1')}6": "Có",
        f"{column(path, '1.2 tử số')}6": 38,
        f"{column(path, '1.2 mẫu số')}6": 40,
        f"{column(path, '2.2')}7": "KAD",
    }
    report = run(edited(path, changes), ward.clerk)
    assert (report.errors, counts(report)) == ([], (2, 0, 0))
    assert stored(ward.sheets[0]) == {"1.1": "yes", "1.2": (38, 40)}
    assert stored(ward.sheets[1]) == {"2.2": "KAD"}
    ward.sheets[0].refresh_from_db()
    assert (ward.sheets[0].lines_done, ward.sheets[0].self_total) == (2, 1200)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_export_survives_libreoffice(ward, exported, tmp_path):
    save(ward, "2.3", {"num": 27, "den": 30})
    path = exported()
    changed = edited(path, {f"{column(path, '1.4')}6": "Chậm tiến độ"})
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", "lo", changed]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert counts(run(tmp_path / "lo" / "phieu.xlsx", ward.clerk)) == (0, 1, 1)
    assert stored(ward.sheets[0]) == {"1.4": "late", "2.3": (27, 30)}


def test_blank_neither_scores_nor_takes_away(ward, exported, load):
    path = exported()
    save(ward, "1.2", {"num": 0, "den": 40})
    path = exported()
    num, den = column(path, "1.2 tử số"), column(path, "1.2 mẫu số")
    assert counts(run(edited(path, {f"{num}6": None, f"{den}6": None}), ward.clerk)) == (0, 0, 2)
    assert stored(ward.sheets[0]) == {"1.2": (0, 40)}
    assert counts(load(["TN-A", None, None, None, None])) == (0, 0, 1)
    assert stored(ward.sheets[0]) == {"1.2": (0, 40)}


def test_value_saved_by_another_after_the_export_is_not_written_over(ward, exported):
    path = exported()
    colleague = factories.UserFactory(full_name="Trần Thị Mẫu", roles=[("staff", ward)])
    save(ward, "1.1", {"choice": "yes"}, by=colleague)
    assert counts(run(path, ward.clerk)) == (0, 0, 2)
    assert stored(ward.sheets[0]) == {"1.1": "yes"}
    [error] = run(edited(path, {f"{column(path, '1.1')}6": "Không"}), ward.clerk).errors
    assert error.row == 6
    assert "Trần Thị Mẫu đã ghi “Có”" in error.message
    assert stored(ward.sheets[0]) == {"1.1": "yes"}


@pytest.mark.parametrize(
    ("row", "column", "part"),
    [
        (["TN-A", "Có", 41, 40], "1.2 tử số", "không được lớn hơn"),
        (["TN-A", None, -1, 40], "1.2 tử số", "không được âm"),
        (["TN-A", None, 8.5, 40], "1.2 tử số", "số nguyên"),
        (["TN-A", None, "1.234,5", 40], "1.2 tử số", "hai cách"),
        (["TN-A", None, "90%", 40], "1.2 tử số", "phần trăm"),
        (["TN-A", None, 38, None], "1.2 mẫu số", "thiếu mẫu số"),
        (["TN-A", None, "KAD", 40], "1.2 tử số", "KAD"),
        (["TN-A", "KAD"], "1.1", "không áp dụng"),
        (["TN-A", "Có lẽ"], "1.1", "“Có”, “Không”"),
        (["KHONG-CO", "Có"], "Mã", "trong phạm vi"),
        ([None, "Có"], "Mã", "Thiếu mã"),
    ],
)
def test_error_names_row_column_and_way_out(ward, load, row, column, part):
    [error] = load(row).errors
    assert (error.row, error.column) == (3, column)
    assert part in error.message
    assert not Score.objects.exists()


def test_one_error_keeps_the_whole_file_out(load):
    assert len(load(["TN-A", "Có"], ["TN-B", "Có lẽ"]).errors) == 1
    assert not Score.objects.exists()


def test_test_run_writes_nothing(load):
    assert counts(load(["TN-A", "Có"], apply=False)) == (1, 0, 0)
    assert not Score.objects.exists()


def test_locked_sheet_is_refused_with_its_reason_only_where_it_would_change(ward, load):
    save(ward, "1.1", {"choice": "yes"})
    sheet = ward.sheets[0]
    sheet.state, sheet.submitted_by = State.SUBMITTED, ward.clerk
    sheet.submitted_at = sheet.period.opened_at
    sheet.save()
    assert counts(load(["TN-A", "Có"])) == (0, 0, 1)
    [error] = load(["TN-A", "Không"]).errors
    assert (error.column, error.message[:13]) == ("1.1", "Phiếu đã nộp ")


def test_line_that_was_not_returned_is_refused_where_it_stands(ward, load):
    sheet = ward.sheets[0]
    sheet.state, sheet.submitted_at = State.RETURNED, sheet.period.opened_at
    sheet.save()
    LineReturn.objects.create(evaluation=sheet, line="1.1", reason="Thiếu biên bản", round=1)
    assert counts(load(["TN-A", "Có"])) == (1, 0, 0)
    [error] = load(["TN-A", "Có", 9, 10]).errors
    assert (error.column, error.message[:24]) == ("1.2 tử số", "Dòng này không bị trả lạ")


def test_sheet_out_of_reach_is_as_unknown(ward, load):
    secretary = factories.UserFactory(roles=[("secretary", ward.sheets[0].unit)])
    foreign, unknown = load(["TN-B", "Có"], ["KHONG-CO", "Có"], by=secretary).errors
    assert foreign.message == unknown.message
    assert counts(load(["TN-A", "Có"], by=secretary)) == (1, 0, 0)


def test_titles_are_headers_too(ward, load):
    line = ward.sheets[0].criteria.rules.indicators["1.2"]
    head = ["Mã", f"{line.title} – tử số", f"{line.title} – MẪU SỐ"]
    assert load(["TN-A", 9, 10], head=head).errors == []
    assert stored(ward.sheets[0]) == {"1.2": (9, 10)}


def test_cell_twice_in_the_file_is_refused(load):
    [error] = load(["TN-A", "Có"], ["tn-a", "Không"]).errors
    assert (error.row, "dòng 3" in error.message) == (4, True)


def test_period_that_is_not_named_and_not_sole_is_asked_for(ward, tmp_path):
    factories.sheet(
        ward.sheets[0].unit, factories.PeriodFactory(code="2026-Q3", ends_on="2026-11-30")
    )
    path = workbook(tmp_path / "a.xlsx", HEAD, ["TN-A", "Có"])
    with pytest.raises(WorkbookError, match="Không rõ tệp này của kỳ nào"):
        run(path, ward.clerk)


def test_no_text_of_the_export_becomes_a_formula(ward, exported):
    ward.sheets[0].unit.__class__.objects.filter(code="TN-A").update(name='=HYPERLINK("x")')
    page = load_workbook(exported())["Phiếu chấm"]
    assert (page["B6"].value, page["B6"].data_type) == ('=HYPERLINK("x")', "s")
    assert page["A6"].protection.locked
    assert not page["E6"].protection.locked


def test_export_queries_do_not_grow_with_the_cells(ward, django_assert_num_queries):
    period = ward.sheets[0].period
    sheet_book(user=ward.clerk, period=period, unit=ward)
    with django_assert_num_queries(4):  # sheets, returned lines, scores, criteria
        sheet_book(user=ward.clerk, period=period, unit=ward)
    for _ in range(5):
        factories.sheet(factories.UnitFactory(parent=ward))
    with django_assert_num_queries(4):
        sheet_book(user=ward.clerk, period=period, unit=ward)
