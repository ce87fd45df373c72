"""Members from a clerk's workbook: recognised by card, moved, never with a number kept."""

import json
from datetime import date

import pytest
from django.utils import timezone

from cells.models import AuditEntry, Door
from cells.workbook import open_book
from members.cards import card_hash
from members.models import Exemption, Member, Membership, Post
from members.services.member_import import members_import
from tests import factories
from tests.workbooks import DATA, ward_of_the_data, workbook

HEAD = [
    "Họ và tên", "Năm sinh", "Số thẻ", "Mã chi bộ", "Ngày vào Đảng", "Ngày chính thức",
    "Ngày về chi bộ", "Chức vụ", "Ngày giữ chức vụ", "Miễn công tác từ ngày",
]  # fmt: skip
CARD = "001160000001"
DUC = ["Lê Đức", 1960, CARD, "TN-A", "03/02/1990", "03/02/1991", "01/01/2021"]


def run(path, by, *, apply=True):
    return members_import(book=open_book(path), by=by, apply=apply)


@pytest.fixture
def clerk(db):
    _, _, clerk = ward_of_the_data()
    return clerk


@pytest.fixture
def load(tmp_path, clerk):
    def load(*rows, apply=True):
        rows = [[*row, *[None] * (len(HEAD) - len(row))] for row in rows]
        return run(workbook(tmp_path / "a.xlsx", HEAD, *rows), clerk, apply=apply)

    return load


def counts(report):
    return report.created, report.updated, report.unchanged


def test_clerks_workbook_goes_in_and_again_changes_nothing(clerk):
    report = run(DATA / "ward_members.xlsx", clerk)
    assert report.errors == []
    assert (report.rows, *counts(report)) == (4, 4, 0, 0)
    anh = Member.objects.get(full_name="Nguyễn Thị Ánh")
    assert (anh.birth_year, anh.card_hash, anh.card_last4) == (
        1955, card_hash("001155000123"), "0123",
    )  # fmt: skip
    assert (anh.admitted_on, anh.full_on) == (date(1980, 2, 3), date(1981, 2, 3))
    assert anh.posts.get().kind == Post.Kind.SECRETARY
    duc = Member.objects.get(full_name="Lê Đức")
    assert duc.memberships.get().cell.code == "TN-B"
    # The column of numbers had lost the zeros of this card.
    assert duc.card_hash == card_hash("001038000456")
    assert Exemption.objects.get(member=duc).starts_on == date(2024, 6, 1)
    assert Member.objects.get(full_name="Tống Công Minh").birth_year == 1999
    assert counts(run(DATA / "ward_members.xlsx", clerk)) == (0, 0, 4)


def test_test_run_writes_nothing(clerk):
    assert counts(run(DATA / "ward_members.xlsx", clerk, apply=False)) == (4, 0, 0)
    assert not Member.objects.exists()


def test_card_number_is_kept_nowhere(load):
    assert load(DUC).errors == []
    stored = [str(vars(row)) for row in (*Member.objects.all(), *AuditEntry.objects.all())]
    assert not any(CARD in text for text in stored)
    assert AuditEntry.objects.filter(door=Door.IMPORT, action="membership_opened").count() == 1


@pytest.mark.parametrize("card", ["0011600000", "0011600000012", "00116000000x", "1160000001 9"])
def test_wrong_card_is_refused_without_repeating_it(load, card):
    report = load(["Lê Đức", 1960, card, "TN-A"])
    [error] = report.errors
    assert (error.row, error.column) == (2, "Số thẻ")
    assert "12 chữ số" in error.message
    assert card not in json.dumps(report.document())


def test_card_in_the_wrong_column_is_not_repeated(load):
    report = load(["Lê Đức", CARD, None, "TN-A"], [f"Lê Đức {CARD}", 1960, None, CARD])
    assert len(report.errors) == 3
    assert CARD not in json.dumps(report.document(), ensure_ascii=False)


def test_card_finds_the_member_in_another_cell_and_moves_them(load):
    load([*DUC, "Bí thư", "01/01/2022"])
    report = load(["LÊ ĐỨC", None, CARD, "TN-B", None, None, "01/10/2026"])
    assert counts(report) == (0, 1, 0)
    old, new = Membership.objects.order_by("joined_on")
    assert (old.cell.code, old.left_on) == ("TN-A", date(2026, 10, 1))
    assert (new.cell.code, new.joined_on, new.left_on) == ("TN-B", date(2026, 10, 1), None)
    assert Post.objects.get().ends_on == date(2026, 10, 1)
    assert Member.objects.count() == 1


def test_name_year_and_cell_find_the_member_without_a_card(load):
    load(["Trần Thị Hòa", 1970, None, "TN-A"])
    report = load(["Trần Thị  HOÀ", 1970, CARD, "TN-A"])
    assert counts(report) == (0, 1, 0)
    assert Member.objects.get().card_last4 == CARD[-4:]


def test_namesakes_are_told_apart_by_their_cards(load):
    other = ["Lê Đức", 1960, "001160000002", "TN-A"]
    assert counts(load(DUC, other)) == (2, 0, 0)
    [error] = load(["Lê Đức", 1960, None, "TN-A"]).errors
    assert "số thẻ" in error.message


@pytest.mark.parametrize(
    "twin", [DUC, ["Lê Văn Khác", 1971, CARD, "TN-B"], ["lê đức", 1960, None, "TN-A"]]
)
def test_same_person_twice_in_the_file_is_refused(load, twin):
    [error] = load(DUC, twin).errors
    assert (error.row, "dòng 2" in error.message) == (3, True)
    assert not Member.objects.exists()


@pytest.mark.parametrize("code", ["LA-A", "KHONG-CO"])
def test_cell_out_of_reach_is_as_unknown(load, code):
    factories.UnitFactory(parent=factories.CommitteeFactory(code="LA"), code="LA-A")
    [error] = load(["Lê Đức", 1960, None, code]).errors
    assert (error.column, error.value) == ("Mã chi bộ", code)
    assert error.message.startswith("Không có chi bộ mang mã này trong phạm vi")


def test_member_of_a_foreign_ward_is_not_taken(load):
    foreign = factories.UnitFactory(parent=factories.CommitteeFactory(code="LA"), name="Chi bộ kín")
    member = factories.MemberFactory(card_hash=card_hash(CARD), card_last4=CARD[-4:])
    factories.MembershipFactory(member=member, cell=foreign)
    report = load(DUC)
    assert [error.column for error in report.errors] == ["Số thẻ"]
    assert "kín" not in str(report.document())
    assert Membership.objects.get().left_on is None


def test_new_secretary_takes_over_from_the_old(load):
    load([*DUC, "Bí thư", "01/01/2022"])
    load(["Đỗ Ân", 1970, None, "TN-A", None, None, None, "Bí thư", "01/09/2026"])
    old, new = Post.objects.order_by("starts_on")
    assert (old.ends_on, new.ends_on) == (date(2026, 9, 1), None)
    assert load([*DUC, "Đảng viên"]).errors == []


def test_two_secretaries_in_the_file_are_refused(load):
    [error] = load([*DUC, "Bí thư"], [*["Đỗ Ân", 1970, None, "TN-A"], *[None] * 3, "BT"]).errors
    assert (error.row, error.column) == (3, "Chức vụ")


def test_blank_cells_take_nothing_away(load):
    load([*DUC, "Phó bí thư"])
    assert counts(load(["Lê Đức", None, CARD, "TN-A"])) == (0, 0, 1)
    assert Member.objects.get().birth_year == 1960


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ([None, 1960, None, "TN-A"], "Họ và tên"),
        (["Lê Đức", 1800, None, "TN-A"], "Năm sinh"),
        (["Lê Đức", 1960, None, "TN"], "Mã chi bộ"),
        (["Lê Đức", 1960, None, "TN-A", "13/13/1990"], "Ngày vào Đảng"),
        (["Lê Đức", 1960, None, "TN-A", "03/02/1990", "03/02/1989"], "Ngày chính thức"),
        (["Lê Đức", 1960, None, "TN-A", None, None, None, "Chủ tịch"], "Chức vụ"),
        (["NguyÔn V¨n An", 1960, None, "TN-A"], "Họ và tên"),
    ],
)
def test_error_names_row_and_column(load, row, column):
    [error] = load(row).errors
    assert (error.row, error.column) == (2, column)


def test_queries_do_not_grow_with_the_rows(load, django_assert_max_num_queries):
    def rows(start, count):
        return [
            [f"Người {'x' * n}", 1960, f"{n:012d}", "TN-A"] for n in range(start, start + count)
        ]

    load(*rows(0, 1))
    with django_assert_max_num_queries(14):
        load(*rows(1, 3))
    with django_assert_max_num_queries(14):
        load(*rows(10, 40))


def test_joined_today_where_the_file_does_not_say(load):
    load(["Lê Đức", 1960, None, "TN-A"])
    assert Membership.objects.get().joined_on == timezone.localdate()
