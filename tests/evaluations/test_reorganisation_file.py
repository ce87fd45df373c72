"""The commands reorganise and tree: the reform of 1 July 2025 as one file."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from cells.models import Reorganisation, Unit
from members.models import Membership
from tests import factories
from tests.cells.reorganising import picture
from tests.workbooks import workbook

DAY = date(2025, 7, 1)
HEADER = (
    "Loại", "Ngày hiệu lực", "Số quyết định", "Ngày ký", "Người ký", "Mã trước", "Mã sau",
    "Tên sau", "Mã cấp trên", "Cấp", "Loại hình", "Chuyển đảng viên",
)  # fmt: skip
PAPER = (DAY, "1-QĐ/TU", date(2025, 6, 20), "Nguyễn Văn Ký")


@pytest.fixture
def districts(db):
    """Two districts with three communes, a cell in each."""
    city = factories.CityFactory(code="TU")
    for district, communes in (("Q1", ("X1", "X2")), ("Q2", ("X3",))):
        above = factories.CommitteeFactory(parent=city, code=district)
        for code in communes:
            commune = factories.CommitteeFactory(parent=above, code=code)
            factories.UnitFactory(parent=commune, code=f"{code}-A")
    return city


def reform(path, *more):
    return workbook(
        path,
        HEADER,
        ("Hợp nhất", *PAPER, "X1; X2", "W1", "Đảng ủy phường Một", "TU", "Đảng bộ phường"),
        ("Chuyển giao", *PAPER, "X3", "X3", None, "TU"),
        ("Giải thể", *PAPER, "Q1"),
        ("Giải thể", *PAPER, "Q2"),
        *more,
    )


def run(capsys, *args):
    status = 0
    try:
        call_command("reorganise", *map(str, args))
    except SystemExit as left:
        status = left.code
    return status, json.loads(capsys.readouterr().out)


def test_reform_is_tried_first_and_nothing_is_kept(districts, tmp_path, capsys):
    before = picture(without=())
    status, document = run(capsys, reform(tmp_path / "f.xlsx"))
    assert (status, document["events"], document["applied"]) == (0, 4, False)
    assert document["effects"]["units_along"] == 2
    assert picture(without=()) == before


def test_reform_closes_the_districts_and_keeps_the_cells(districts, tmp_path, capsys):
    status, document = run(capsys, reform(tmp_path / "f.xlsx"), "--apply")
    assert (status, document["applied"]) == (0, True)
    closed = Unit.objects.filter(closed_on=DAY).values_list("code", flat=True)
    assert set(closed) == {"X1", "X2", "Q1", "Q2"}
    assert {unit.path for unit in Unit.objects.cells()} == {
        "/TU/W1/X1-A/",
        "/TU/W1/X2-A/",
        "/TU/X3/X3-A/",
    }
    assert Reorganisation.objects.values("batch").distinct().count() == 1


def tree(capsys, *args):
    call_command("tree", *args)
    units = json.loads(capsys.readouterr().out)["units"]
    return {unit["code"]: unit["path"] for unit in units}


def test_tree_is_that_of_the_day(districts, tmp_path, capsys):
    run(capsys, reform(tmp_path / "f.xlsx"), "--apply")
    before, after = tree(capsys, "--as-of=2025-06-30"), tree(capsys, "--as-of=2025-07-01")
    assert before["X1-A"] == "/TU/Q1/X1/X1-A/"
    assert after["X1-A"] == "/TU/W1/X1-A/"
    assert "Q1" in before
    assert "Q1" not in after
    assert set(tree(capsys, "--as-of=2025-06-30", "--unit=Q2")) == {"Q2", "X3", "X3-A"}


def test_tree_of_an_unknown_unit_is_refused(districts):
    with pytest.raises(SystemExit) as left:
        call_command("tree", "--as-of=2025-06-30", "--unit=KHONG")
    assert left.value.code == 1


def test_error_names_row_and_column_and_nothing_is_written(districts, tmp_path, capsys):
    before = picture(without=())
    file = reform(tmp_path / "f.xlsx", ("Giải thể", *PAPER, "KHONG"))
    status, document = run(capsys, file, "--apply")
    (error,) = document["errors"]
    assert status == 1
    assert (error["row"], error["column"], error["value"]) == (6, "Mã trước", "KHONG")
    assert picture(without=()) == before


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (("Nổ", *PAPER, "X1"), "Loại", "Chọn một trong"),
        (("Giải thể", "hôm qua", *PAPER[1:], "X3"), "Ngày hiệu lực", "Không đọc được ngày"),
        (("Giải thể", PAPER[0], None, *PAPER[2:], "X3-A"), "Số quyết định", "Thiếu số"),
        (("Hợp nhất", *PAPER, "X1;X2", "W", "a;b"), "Tên sau", "1 mã nhưng 2 tên"),
        (("Chuyển giao", *PAPER, "X3", "X3", None, "X3-A"), "Mã cấp trên", "không phải chi bộ"),
        (("Hợp nhất", *PAPER, "X1;X2", "W", "a", "TU", "Vua"), "Cấp", "không có cấp"),
    ],
)
def test_wrong_rows_are_shown_in_their_column(districts, tmp_path, capsys, row, column, message):
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, row))
    assert any(
        error["column"] == column and message in error["message"] for error in document["errors"]
    )


def test_rows_of_one_split_are_one_event_and_members_follow(districts, tmp_path, capsys):
    cell = Unit.objects.get(code="X1-A")
    first, second = (factories.MembershipFactory(cell=cell) for _ in range(2))
    paper = (PAPER[0], "2-QĐ/ĐU", *PAPER[2:])
    rows = [
        ("Chia tách", *paper, "X1-A", "N1", "Chi bộ N1", None, "Chi bộ trực thuộc", "Thôn",
         f"{first.member_id}=N1; N2"),
        ("Chia tách", *paper, "X1-A", "N2", "Chi bộ N2", None, "Chi bộ trực thuộc", "Thôn"),
    ]  # fmt: skip
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, *rows), "--apply")
    assert document["events"] == 1
    assert Membership.objects.get(cell__code="N1").member == first.member
    assert Membership.objects.get(cell__code="N2").member == second.member


SPLIT = ("Chia tách", PAPER[0], "2-QĐ/ĐU", *PAPER[2:], "X1-A")
CELL = (None, "Chi bộ trực thuộc", "Thôn")


def split_rows(first, second):
    return [
        (*SPLIT, "N1", "Chi bộ N1", *CELL, first),
        (*SPLIT, "N2", "Chi bộ N2", *CELL, second),
    ]


def cells_of(*members):
    open_ones = Membership.objects.filter(left_on__isnull=True)
    return [open_ones.get(member=member).cell.code for member in members]


@pytest.fixture
def three(districts):
    """Return three members of one cell, two of them of one name."""
    cell = Unit.objects.get(code="X1-A")
    return [
        factories.MembershipFactory(
            cell=cell, member__full_name=name, member__birth_year=year
        ).member
        for name, year in (("Đỗ Văn Ân", 1970), ("Đỗ Văn Ân", 1980), ("Lê Thị Bình", 1960))
    ]


def test_members_are_named_as_people_do(three, tmp_path, capsys):
    rows = split_rows("Đỗ Văn Ân (1980)\nle thi binh", "còn lại")
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, *rows), "--apply")
    assert document["applied"], document["errors"]
    assert cells_of(*three) == ["N2", "N1", "N1"]


@pytest.mark.parametrize(
    ("first", "second", "row", "message"),
    [
        ("Đỗ Văn Ân", "còn lại", 2, "Có 2 đảng viên tên"),
        ("Đỗ Văn Ân (1990)", "còn lại", 2, "Không có đảng viên nào tên"),
        ("còn lại", "còn lại", 3, "Dòng trên đã ghi"),
        ("Lê Thị Bình", "Lê Thị Bình; N1", 3, "đã ghi ở dòng trên"),
        ("Lê Thị Bình=N1; Lê Thị Bình=N2", None, 2, "hai nơi đến"),
        ("N1; N2", None, 2, "một chi bộ nhận"),
        ("Lê Thị Bình=KHONG", None, 2, "Không có đơn vị"),
    ],
)
def test_contradictions_in_who_goes_where_are_refused(
    three, tmp_path, capsys, first, second, row, message
):
    file = workbook(tmp_path / "f.xlsx", HEADER, *split_rows(first, second))
    status, document = run(capsys, file, "--apply")
    error = document["errors"][0]
    assert (status, error["row"], error["column"]) == (1, row, "Chuyển đảng viên")
    assert message in error["message"]
    assert cells_of(*three) == ["X1-A"] * 3


def test_name_without_its_unit_is_asked_back(three, tmp_path, capsys):
    row = (*SPLIT, "N1; N2", "Một; Hai", *CELL, "Lê Thị Bình")
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, row))
    assert "Chưa rõ “Lê Thị Bình” về đâu" in document["errors"][0]["message"]


def test_error_stands_in_the_row_of_a_split_that_it_speaks_of(three, tmp_path, capsys):
    rows = split_rows(None, "N1")
    rows[1] = (*SPLIT, "X2-A", "Chi bộ N2", *CELL)
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, *rows))
    taken = next(error for error in document["errors"] if error["value"] == "X2-A")
    assert (taken["row"], taken["column"]) == (3, "Mã sau")


def test_wrong_kind_of_cell_stands_in_its_own_column(three, tmp_path, capsys):
    rows = split_rows("N1", None)
    rows[1] = (*SPLIT, "N2", "Chi bộ N2", None, "Chi bộ trực thuộc", "Câu lạc bộ")
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, *rows))
    assert [(one["column"], one["value"]) for one in document["errors"]] == [
        ("Loại hình", "Câu lạc bộ")
    ]


def test_merger_may_have_a_row_for_each_old_unit(districts, tmp_path, capsys):
    rows = [
        ("Hợp nhất", *PAPER, "X1", "W1", "Đảng ủy phường Một", "TU", "Đảng bộ phường"),
        ("Hợp nhất", *PAPER, "X2", "W1"),
    ]
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, *rows), "--apply")
    assert (document["events"], document["applied"]) == (1, True)
    assert set(Unit.objects.filter(closed_on=DAY).values_list("code", flat=True)) == {"X1", "X2"}


def test_unit_that_goes_on_need_not_be_named_twice(districts, tmp_path, capsys):
    rows = [
        ("Chuyển giao", *PAPER, "X3", None, None, "Q1"),
        ("Đổi tên", *PAPER, "X1-A", None, "Chi bộ Tên Mới"),
    ]
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, *rows), "--apply")
    assert document["applied"], document["errors"]
    assert Unit.objects.get(code="X3-A").path == "/TU/Q1/X3/X3-A/"
    assert Unit.objects.get(code="X1-A").name == "Chi bộ Tên Mới"


def test_both_missing_days_are_told_at_once(districts, tmp_path, capsys):
    row = ("Giải thể", None, "1-QĐ", None, "Ký", "X3-A")
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, row))
    assert [error["column"] for error in document["errors"]] == ["Ngày hiệu lực", "Ngày ký"]


def test_account_with_two_roles_counts_once(districts, tmp_path, capsys):
    two = [("secretary", Unit.objects.get(code=code)) for code in ("X1-A", "X2-A")]
    factories.UserFactory(roles=two)
    rows = [("Giải thể", *PAPER, code) for code in ("X1-A", "X2-A")]
    _, document = run(capsys, workbook(tmp_path / "f.xlsx", HEADER, *rows))
    assert document["effects"]["users"] == 1
    assert document["effects"]["assignments_ended"] == document["effects"]["units_closed"] == 2


def test_joined_cells_take_their_members_along(districts, tmp_path, capsys):
    cell = Unit.objects.get(code="X1-A")
    factories.MembershipFactory(cell=cell)
    row = ("Sáp nhập", *PAPER, "X1-A", "X2-A")
    run(capsys, workbook(tmp_path / "f.xlsx", HEADER, row), "--apply")
    assert Membership.objects.get(left_on=None).cell.code == "X2-A"


def test_json_list_is_read_too(districts, tmp_path, capsys):
    file = tmp_path / "f.json"
    event = {
        "kind": "rename", "effective_on": "2025-07-01", "decision_number": "3",
        "decided_on": "2025-06-20", "signer": "Ký", "before": ["X3"],
        "after": [{"code": "X3", "name": "Đảng ủy xã Ba"}],
    }  # fmt: skip
    file.write_text(json.dumps([event, {**event, "kind": "?"}]), encoding="utf-8")
    status, document = run(capsys, file)
    assert (status, document["errors"][0]["row"], document["errors"][0]["column"]) == (1, 2, "kind")
    file.write_text(json.dumps([event]), encoding="utf-8")
    assert run(capsys, file, "--apply")[0] == 0
    assert Unit.objects.get(code="X3").name == "Đảng ủy xã Ba"


def test_user_is_held_to_his_reach(districts, tmp_path, capsys):
    factories.UserFactory(username="canbo", roles=[("staff", Unit.objects.get(code="Q2"))])
    status, document = run(capsys, reform(tmp_path / "f.xlsx"), "--as", "canbo")
    assert status == 1
    assert document["errors"]


def test_names_of_another_ward_are_as_unknown_as_any(three, tmp_path, capsys):
    factories.UserFactory(username="canbo", roles=[("staff", Unit.objects.get(code="Q2"))])
    file = workbook(tmp_path / "f.xlsx", HEADER, *split_rows("Đỗ Văn Ân", "Không Có Ai"))
    _, document = run(capsys, file, "--as", "canbo")
    messages = [error["message"] for error in document["errors"]]
    assert len(messages) == 2
    assert all(text.startswith("Không có đảng viên nào tên") for text in messages)
