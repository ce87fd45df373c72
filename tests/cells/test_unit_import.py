"""Units from a clerk's workbook: created, changed from a day on, never rewritten."""

from datetime import date

import pytest

from cells.models import AuditEntry, Door, Placement, Unit
from cells.services.unit_import import units_import
from cells.workbook import open_book
from tests import factories
from tests.workbooks import DATA, ward_of_the_data, workbook

HEAD = [
    "Mã", "Tên", "Mã đơn vị cấp trên", "Loại tổ chức", "Loại hình", "Ngày thành lập",
    "Mã tổ chức đảng", "Số quyết định", "Ngày hiệu lực",
]  # fmt: skip


def run(path, by, *, apply=True):
    return units_import(book=open_book(path), by=by, apply=apply)


@pytest.fixture
def ward(db):
    ward, _, clerk = ward_of_the_data()
    ward.clerk = clerk
    return ward


@pytest.fixture
def load(tmp_path, ward):
    def load(*rows, by=None, apply=True):
        rows = [[*row, *[None] * (len(HEAD) - len(row))] for row in rows]
        return run(workbook(tmp_path / "a.xlsx", HEAD, *rows), by or ward.clerk, apply=apply)

    return load


def messages(report):
    return [(error.row, error.column, error.message) for error in report.errors]


def test_clerks_workbook_goes_in_and_again_changes_nothing(ward):
    report = run(DATA / "ward_units.xlsx", ward.clerk)
    assert report.errors == []
    assert (report.rows, report.created) == (4, 4)
    cell = Unit.objects.get(code="TN-CB01")
    assert cell.name == "Chi bộ Tổ dân phố số 1"
    assert cell.path == f"{ward.path}TN-DBBP/TN-CB01/"
    assert (cell.founded_on, cell.kind.code) == (date(2021, 2, 3), "to_dan_pho")
    assert cell.placements.get().valid_from == date(2021, 2, 3)
    assert Unit.objects.get(code="TN-CB02").organisation_code == "10000000000002"
    again = run(DATA / "ward_units.xlsx", ward.clerk)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)


def test_test_run_writes_nothing(ward):
    report = run(DATA / "ward_units.xlsx", ward.clerk, apply=False)
    assert (report.created, Unit.objects.filter(code__startswith="TN-CB").count()) == (4, 0)
    assert not AuditEntry.objects.exists()


def test_new_name_opens_a_placement_and_keeps_the_old_one(ward, load):
    report = load(["TN-A", "Chi bộ mới tên", *[None] * 5, "09-QĐ/ĐU", "01/07/2026"])
    assert (report.updated, report.errors) == (1, [])
    old, new = Placement.objects.filter(unit__code="TN-A").order_by("valid_from")
    assert (old.name, old.valid_to) == ("Chi bộ TN-A", date(2026, 7, 1))
    assert (new.name, new.valid_to, new.decision) == ("Chi bộ mới tên", None, "09-QĐ/ĐU")
    entry = AuditEntry.objects.get(field="name")
    assert (entry.old, entry.new, entry.door, entry.by) == (
        "Chi bộ TN-A", "Chi bộ mới tên", Door.IMPORT, ward.clerk,
    )  # fmt: skip


def test_new_parent_moves_the_whole_branch(ward, load):
    group = factories.CommitteeFactory(parent=ward, code="TN-G")
    cell = factories.UnitFactory(parent=group, code="TN-GC")
    report = load(
        ["TN-H", "Đảng bộ H", "TN", "Đảng bộ trực thuộc cơ sở", None, "01/01/2020"],
        ["TN-G", None, "TN-H"],
    )
    assert (report.created, report.updated, report.errors) == (1, 1, [])
    cell.refresh_from_db()
    assert cell.path == f"{ward.path}TN-H/TN-G/TN-GC/"


@pytest.mark.parametrize("code", ["DU-LA", "KHONG-CO"])
def test_parent_out_of_reach_is_as_unknown(ward, load, code):
    factories.CommitteeFactory(parent=ward.parent, code="DU-LA")
    report = load(["X1", "Chi bộ X", code, "Chi bộ", "Thôn", "01/01/2020"])
    [(row, column, message)] = messages(report)
    assert (row, column) == (2, "Mã đơn vị cấp trên")
    assert "trong phạm vi" in message


def test_unit_out_of_reach_is_neither_changed_nor_shown(ward, load):
    factories.CommitteeFactory(parent=ward.parent, code="DU-LA", name="Tên kín")
    report = load(["DU-LA", "Đổi tên", "TN", "Chi bộ", "Thôn", "01/01/2020"])
    assert "Tên kín" not in str(report.document())
    assert report.errors
    assert Unit.objects.get(code="DU-LA").name == "Tên kín"


@pytest.mark.parametrize(
    ("row", "column", "part"),
    [
        (["TN X", "Tên", "TN", "Chi bộ", "Thôn", "01/01/2020"], "Mã", "dấu cách"),
        (["X", None, "TN", "Chi bộ", "Thôn", "01/01/2020"], "Tên", "Thiếu tên"),
        (["X", "Tên", "TN", "Chi bộ trực thuộc", None, "01/01/2020"], "Loại tổ chức", "26/07/2026"),
        (["X", "Tên", "TN", "Chi bộ", "Chợ", "01/01/2020"], "Loại hình", "Trường học"),
        (["X", "Tên", "TN", "Chi bộ", "Thôn", "02/13/2020"], "Ngày thành lập", "ngày/tháng/năm"),
        (["X", "Tên", "TN", "Chi bộ", "Thôn", "01/01/2030"], "Ngày thành lập", "tương lai"),
        (["X", "Tên", "TN-A", "Chi bộ", "Thôn", "01/01/2020"], "Mã đơn vị cấp trên", "đảng ủy"),
        (["X", "T", "TN", "Chi bộ", "Thôn", "01/01/2020", "123"], "Mã tổ chức đảng", "14 chữ số"),
        (["TN-A", None, None, None, None, "01/01/2021"], "Ngày thành lập", "không sửa"),
        (["TN-A", "Mới", *[None] * 6, "01/01/2019"], "Ngày hiệu lực", "02/01/2020"),
        (["TN-A", None, None, "Đảng bộ phường"], "Loại tổ chức", "không đổi thành"),
        (["TN", None, "TN"], "Mã đơn vị cấp trên", "chính mình"),
    ],
)
def test_error_names_row_column_and_way_out(load, row, column, part):
    [error] = load(row).errors
    assert (error.row, error.column) == (2, column)
    assert part in error.message


def test_one_error_keeps_the_whole_file_out(ward, load):
    good = ["X1", "Chi bộ X", "TN", "Chi bộ", "Thôn", "01/01/2020"]
    report = load(good, ["X2", "Chi bộ Y", "TN", "Chi bộ", "Thôn", "hôm qua"])
    assert len(report.errors) == 1
    assert not Unit.objects.filter(code="X1").exists()


def test_code_twice_in_the_file_names_the_first_row(load):
    row = ["X1", "Chi bộ X", "TN", "Chi bộ", "Thôn", "01/01/2020"]
    [error] = load(row, row).errors
    assert (error.row, "dòng 2" in error.message) == (3, True)


def test_circle_in_the_file_is_refused(load):
    rows = [
        [code, code, above, "Đảng bộ trực thuộc cơ sở", None, "01/01/2020"]
        for code, above in (("X1", "X2"), ("X2", "X1"))
    ]
    assert "chính mình" in load(*rows).errors[0].message


def test_queries_do_not_grow_with_the_rows(load, django_assert_num_queries):
    def rows(start, count):
        return [
            [f"N{n}", f"Chi bộ {n}", "TN", "Chi bộ", "Thôn", "01/01/2020"]
            for n in range(start, start + count)
        ]

    load(*rows(500, 1))  # reads the roles of the user, once
    with django_assert_num_queries(9):  # 4 reads; savepoint, 3 bulk inserts, release
        load(*rows(0, 3))
    with django_assert_num_queries(9):
        load(*rows(100, 60))
