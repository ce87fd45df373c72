"""A file of sheets there and back: what it says of errors, of others' changes, of locks."""

import shutil
import subprocess
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from openpyxl.styles import Font, PatternFill

from cells.imports import RowError
from cells.models import Door, Job
from cells.workbook import WorkbookError, open_book
from evaluations.models import State
from evaluations.reports.import_groups import error_groups
from evaluations.reports.sheet_book import sheet_book
from evaluations.reports.sheets_xlsx import sheets_xlsx
from evaluations.services.imports import upload_path
from evaluations.services.line_returns import line_mark, lines_return
from evaluations.services.lines import Change, lines_save
from evaluations.services.sheet_import import sheets_import
from tests import factories
from tests.workbooks import edited, ward_of_the_data, workbook

SOFFICE = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def ward(db, client):
    ward, cells, clerk = ward_of_the_data()
    ward.clerk = clerk
    ward.sheets = [factories.sheet(cell) for cell in cells]
    ward.colleague = factories.UserFactory(full_name="Trần Thị Mẫu", roles=[("staff", ward)])
    client.force_login(clerk)
    return ward


@pytest.fixture
def export(tmp_path, ward):
    def export(name="phieu.xlsx"):
        period = ward.sheets[0].period
        path = tmp_path / name
        path.write_bytes(sheets_xlsx(sheet_book(user=ward.clerk, period=period, unit=ward)))
        return path

    return export


def address(path, header, row):
    line = next(load_workbook(path)["Phiếu chấm"].iter_rows(min_row=5, max_row=5))
    letter = next(cell.column_letter for cell in line if str(cell.value).startswith(header))
    return f"{letter}{row}"


def fill(path, **values):
    """Type values: `a_1_2_num=…` is line 1.2 of the first cell, `b_…` of the second."""
    places = {}
    for name, value in values.items():
        cell, group, line, *part = name.split("_")
        header = f"{group}.{line}" + {"num": " tử số", "den": " mẫu số"}.get("".join(part), "")
        places[address(path, header, 6 if cell == "a" else 7)] = value
    return edited(path, places)


def run(path, by, **options):
    return sheets_import(book=open_book(path), by=by, **{"apply": True, **options})


def save(sheet, line, answer, by, door=Door.WEB, note=None):
    lines_save(sheet=sheet, changes=[Change(line, answer, note=note)], by=by, door=door)


def stored(sheet):
    return {
        score.line: ("KAD" if score.na else score.option or (score.num, score.den))
        for score in sheet.scores.all()
    }


def upload(client, path):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    address = reverse("evaluations:imports")
    return client.post(address, {"kind": "sheets", "file": file}).url


def page(client, url):
    return " ".join(client.get(url).content.decode().split())


# What the file of another set says


def test_file_of_another_text_of_the_set_is_refused_with_the_way_on(ward, export):
    path = export()
    book = load_workbook(path)
    book["_Chibo"]["D1"] = "0" * 64
    book.save(path)
    with pytest.raises(WorkbookError) as refused:
        run(path, ward.clerk)
    assert "một bản khác của bộ tiêu chí CB4T-QUY-2026" in refused.value.message
    assert "mã kiểm tra trong tệp 00000000" in refused.value.message
    assert "xuất lại phiếu" in refused.value.message


def test_file_of_a_set_no_longer_used_names_both(ward, export):
    path = export()
    book = load_workbook(path)
    book["_Chibo"]["C1"] = "CU-2025"
    book.save(path)
    with pytest.raises(WorkbookError, match=r"CU-2025, còn phiếu .* chấm theo CB4T-QUY-2026"):
        run(path, ward.clerk)


# What a test run tells


def test_test_run_tells_each_change_before_and_after(ward, export):
    save(ward.sheets[0], "1.1", {"choice": "no"}, ward.clerk)
    path = fill(export(), a_1_1="Có", a_1_2_num=38, a_1_2_den=40)
    report = run(path, ward.clerk, apply=False)
    changes = [(one.row, one.where, one.old, one.new) for one in report.changes]
    assert changes == [(6, "Dòng 1.1", "Không", "Có"), (6, "Dòng 1.2", "", "38/40")]
    assert report.changes_total == 2
    assert stored(ward.sheets[0]) == {"1.1": "no"}


def test_errors_are_grouped_by_kind_with_counts_and_rows(ward, export):
    path = fill(
        export(), a_1_1="Có lẽ", b_1_1="Chưa rõ", a_1_2_num=41, a_1_2_den=40, b_1_2_num=9,
    )  # fmt: skip
    groups = error_groups(run(path, ward.clerk).errors, shown=1)
    assert [(one.title, one.count, one.rows) for one in groups] == [
        ("Giá trị không có trong danh sách chọn", 2, "dòng 6, 7"),
        ("Trái quy tắc chấm điểm", 1, "dòng 6"),
        ("Còn thiếu tử số hoặc mẫu số", 1, "dòng 7"),
    ]
    assert (len(groups[0].errors), groups[0].hidden) == (1, 1)


def test_kinds_without_a_name_are_told_by_their_message():
    errors = [RowError(n, "Ngày", "x", f"Ngày 0{n}/01/2027 ở tương lai.") for n in (3, 4)]
    [group] = error_groups(errors, shown=10)
    assert (group.title, group.count, group.rows) == ("Ngày … ở tương lai.", 2, "dòng 3, 4")


# What others changed


def test_own_change_on_the_web_is_a_conflict_too(ward, export):
    path = fill(export(), a_1_1="Không")
    save(ward.sheets[0], "1.1", {"choice": "yes"}, ward.clerk)
    [error] = run(path, ward.clerk).errors
    assert error.kind == "conflict"
    assert "đã ghi “Có”" in error.message
    assert "trong tệp là “Không”" in error.message


def test_same_file_mended_goes_in_again(ward, export):
    path = fill(export(), a_1_1="Không")
    assert run(path, ward.clerk).errors == []
    assert run(fill(path, a_1_1="Có"), ward.clerk).errors == []
    assert stored(ward.sheets[0]) == {"1.1": "yes"}


def test_newer_value_on_the_web_is_kept_and_told(ward, export):
    save(ward.sheets[0], "1.1", {"choice": "no"}, ward.clerk)
    path = export()
    save(ward.sheets[0], "1.1", {"choice": "yes"}, ward.colleague)
    report = run(path, ward.clerk)
    [kept] = report.kept
    assert (kept.old, kept.new) == ("Có", "Không")
    assert kept.why.startswith("Trần Thị Mẫu")
    assert (report.errors, stored(ward.sheets[0])) == ([], {"1.1": "yes"})


def test_conflicts_and_locks_can_be_passed_over_knowingly(client, ward, export):
    path = fill(export(), a_1_1="Không", a_1_2_num=38, a_1_2_den=40, b_1_1="Có")
    save(ward.sheets[0], "1.1", {"choice": "yes"}, ward.colleague)
    sheet = ward.sheets[1]
    sheet.state, sheet.submitted_by = State.SUBMITTED, ward.colleague
    sheet.submitted_at = sheet.period.opened_at
    sheet.save()
    url = upload(client, path)
    shown = page(client, url)
    assert "Bỏ qua những chỗ đó, nhập phần còn lại" in shown
    assert "Phiếu hoặc dòng đang khóa" in shown
    client.post(reverse("evaluations:import_apply", args=[Job.objects.get().pk]), {"skip": "1"})
    assert stored(ward.sheets[0]) == {"1.1": "yes", "1.2": (38, 40)}
    assert stored(ward.sheets[1]) == {}
    done = page(client, url)
    assert "Đã nhập tệp" in done
    assert "Phiếu đã nộp nên không sửa được nữa" in done
    assert "Trần Thị Mẫu" in done


def test_errors_of_other_kinds_cannot_be_passed_over(client, ward, export):
    path = fill(export(), a_1_1="Có lẽ", b_1_1="Có")
    url = upload(client, path)
    assert "nhập phần còn lại" not in page(client, url)
    client.post(reverse("evaluations:import_apply", args=[Job.objects.get().pk]), {"skip": "1"})
    assert stored(ward.sheets[1]) == {}


def test_locked_sheet_that_the_file_leaves_alone_is_listed_with_its_reason(ward, export):
    sheet = ward.sheets[1]
    sheet.state, sheet.submitted_by = State.SUBMITTED, ward.colleague
    sheet.submitted_at = sheet.period.opened_at
    sheet.save()
    report = run(fill(export(), a_1_1="Có"), ward.clerk)
    [skipped] = report.skipped
    assert (skipped.row, skipped.where) == (7, "Cả phiếu")
    assert skipped.why.startswith("Phiếu đã nộp")
    assert report.errors == []


def test_wrong_cells_of_a_locked_sheet_are_one_complaint_about_the_lock(ward, export):
    path = fill(export(), b_1_1="Có lẽ", b_1_2_num=9)
    sheet = ward.sheets[1]
    sheet.state, sheet.submitted_by = State.SUBMITTED, ward.colleague
    sheet.submitted_at = sheet.period.opened_at
    sheet.save()
    [error] = run(path, ward.clerk).errors
    assert (error.kind, error.message[:13]) == ("locked", "Phiếu đã nộp ")
    report = run(path, ward.clerk, skip=True)
    assert (report.errors, report.unchanged, len(report.skipped)) == ([], 2, 1)


def test_line_that_was_not_returned_is_refused_by_its_cell(ward, export):
    path = fill(export(), a_1_1="Có", a_1_2_num=38, a_1_2_den=40)
    sheet = ward.sheets[0]
    sheet.state, sheet.submitted_by = State.SUBMITTED, ward.clerk
    sheet.submitted_at = sheet.period.opened_at
    sheet.save()
    line_mark(sheet=sheet, line="1.1", reason="Xem lại văn bản.", by=ward.colleague, door=Door.WEB)
    lines_return(sheet=sheet, by=ward.colleague, door=Door.WEB)
    [error] = run(path, ward.clerk).errors
    assert (error.kind, error.column[:3]) == ("locked", "1.2")
    again = export("lai.xlsx")
    page = load_workbook(again)["Phiếu chấm"]
    assert page[address(again, "1.2 tử số", 6)].protection.locked
    assert not page[address(again, "1.1", 6)].protection.locked
    assert run(path, ward.clerk, skip=True).errors == []
    assert stored(sheet) == {"1.1": "yes"}


# Why a line does not apply


def test_reason_behind_kad_is_stored_and_comes_back(ward, export):
    path = fill(export(), a_2_2="KAD: chi bộ mới lập", a_2_3_num="KAD: chưa họp", a_2_3_den="KAD")
    assert run(path, ward.clerk).errors == []
    notes = dict(ward.sheets[0].scores.values_list("line", "note"))
    assert notes == {"2.2": "chi bộ mới lập", "2.3": "chưa họp"}
    again = export("lai.xlsx")
    page = load_workbook(again)["Phiếu chấm"]
    assert page[address(again, "2.2", 6)].value == "KAD: chi bộ mới lập"
    report = run(again, ward.clerk)
    assert (report.unchanged, report.errors) == (2, [])
    # Typed over without the reason, the one that stands stays.
    assert run(fill(again, a_2_2="KAD"), ward.clerk).unchanged == 2


# The same file with its errors


@pytest.fixture
def marked(client, ward, tmp_path):
    def marked(path):
        url = upload(client, path)
        answer = client.get(url + "danh-dau-loi.xlsx")
        assert answer.status_code == 200
        target = tmp_path / "loi.xlsx"
        target.write_bytes(answer.getvalue())
        return target

    return marked


def error_cells(path):
    sheet = load_workbook(path)["Phiếu chấm"]
    last = max(cell.column for cell in sheet[5] if cell.value)
    assert sheet.cell(5, last).value == "Lỗi"
    return {row: sheet.cell(row, last).value for row in (6, 7) if sheet.cell(row, last).value}


def reds(path):
    sheet = load_workbook(path)["Phiếu chấm"]
    cells = (cell for row in sheet.iter_rows(min_row=6) for cell in row)
    return {cell.coordinate for cell in cells if cell.fill.fgColor.rgb == "FFFF9999"}


def test_own_file_comes_back_with_a_column_of_errors_and_red_cells(ward, export, marked):
    path = fill(export(), a_1_1="Có lẽ", b_1_2_num=9)
    book = load_workbook(path)
    sheet = book["Phiếu chấm"]
    sheet["B6"].font = Font(name="Arial", bold=True, color="FF123456")
    sheet.row_dimensions[7].height = 44
    book.create_sheet("Ghi chép riêng")["A1"] = "=SUM(1,2)"
    book.save(path)
    answer = marked(path)
    errors = error_cells(answer)
    assert "chọn một trong" in errors[6]
    assert errors[7] == "Dòng 1.2: còn thiếu mẫu số."
    wrong = {address(path, "1.1", 6), address(path, "1.2 mẫu số", 7)}
    assert reds(answer) == wrong
    book = load_workbook(answer)
    sheet = book["Phiếu chấm"]
    assert "chọn một trong" in sheet[address(path, "1.1", 6)].comment.text
    assert (sheet["B6"].font.name, sheet["B6"].font.color.rgb) == ("Arial", "FF123456")
    assert sheet.row_dimensions[7].height == 44
    assert sheet.freeze_panes == "C6"
    assert sheet.protection.sheet
    assert len(sheet.data_validations.dataValidation) == len(
        load_workbook(path)["Phiếu chấm"].data_validations.dataValidation
    )
    assert book["Ghi chép riêng"]["A1"].value == "=SUM(1,2)"


def test_mended_file_goes_in_with_its_column_of_errors(ward, export, marked):
    answer = marked(fill(export(), a_1_1="Có lẽ"))
    report = run(fill(answer, a_1_1="Có"), ward.clerk)
    assert (report.errors, report.notes) == ([], [])
    assert stored(ward.sheets[0]) == {"1.1": "yes"}


def test_marked_again_shows_only_what_is_left(ward, export, marked):
    path = export()
    place = address(path, "1.1", 6)
    book = load_workbook(path)
    book["Phiếu chấm"][place].fill = PatternFill("solid", fgColor="FF00FF00")
    book.save(path)
    once = marked(fill(path, a_1_1="Có lẽ", b_1_1="Có lẽ"))
    twice = marked(fill(once, a_1_1="Có"))
    assert list(error_cells(twice)) == [7]
    assert reds(twice) == {address(path, "1.1", 7)}
    cell = load_workbook(twice)["Phiếu chấm"][place]
    assert (cell.fill.fgColor.rgb, cell.comment) == ("FF00FF00", None)


def test_text_of_an_error_never_becomes_a_formula(ward, marked, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        ["Quý IV/2026"],
        ["=Mã", "1.1"],
        ["KHONG-CO", "=1+1"],
        title="Phiếu chấm",
    )
    book = load_workbook(path)
    book["Phiếu chấm"]["A2"].data_type = "s"
    book["Phiếu chấm"]["B3"].data_type = "s"
    book.save(path)
    sheet = load_workbook(marked(path))["Phiếu chấm"]
    assert (sheet["C3"].data_type, sheet["C3"].value[:5]) == ("s", "=Mã: ")


def test_members_file_is_marked_too(client, ward, tmp_path):
    path = workbook(tmp_path / "dv.xlsx", ["Họ và tên", "Mã chi bộ"], ["Nguyễn Văn An", "X-1"])
    file = SimpleUploadedFile(path.name, path.read_bytes())
    url = client.post(reverse("evaluations:imports"), {"kind": "members", "file": file}).url
    answer = client.get(url + "danh-dau-loi.xlsx")
    sheet = load_workbook(BytesIO(answer.getvalue())).worksheets[0]
    assert sheet["C1"].value == "Lỗi"
    assert sheet["C2"].value.startswith("Mã chi bộ: ")


def test_file_that_is_gone_is_asked_for_again(client, ward, export):
    url = upload(client, fill(export(), a_1_1="Có lẽ"))
    assert "Tải tệp đã đánh dấu lỗi" in page(client, url)
    upload_path(Job.objects.get()).unlink()
    assert client.get(url + "danh-dau-loi.xlsx").url == url
    assert "Tải tệp đã đánh dấu lỗi" not in page(client, url)


@SOFFICE
def test_marked_file_mended_in_libreoffice_goes_in(ward, export, marked, tmp_path):
    answer = marked(fill(export(), a_1_1="Có lẽ", b_1_2_num=9, b_1_2_den=10))
    place = address(answer, "1.1", 6)
    edited(answer, {place: "Có"}, sheet="Phiếu chấm")
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", "lo", answer]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    report = run(tmp_path / "lo" / answer.name, ward.clerk)
    assert (report.errors, report.changes_total) == ([], 2)
    assert stored(ward.sheets[1]) == {"1.2": (9, 10)}


def test_drop_downs_refer_to_lists_by_name(export):
    book = load_workbook(export())
    rules = [
        rule for rule in book["Phiếu chấm"].data_validations.dataValidation if rule.type == "list"
    ]
    assert rules
    for rule in rules:
        assert book.defined_names[rule.formula1].attr_text.startswith("_DanhMuc!")
