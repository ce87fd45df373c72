"""Posts from a clerk's workbook, under the rules of the pages."""

from datetime import date

import pytest

from cells.workbook import open_book
from members.models import Post
from members.services.post_import import posts_import
from tests import factories
from tests.workbooks import workbook

HEAD = ["Mã chi bộ", "Họ và tên", "Năm sinh", "Số thẻ", "Chức vụ", "Từ ngày", "Đến ngày",
        "Nhiệm kỳ", "Số quyết định"]  # fmt: skip


@pytest.fixture
def load(tmp_path, tree, people):
    def load(*rows, apply=True):
        rows = [[*row, *[None] * (len(HEAD) - len(row))] for row in rows]
        path = workbook(tmp_path / "posts.xlsx", HEAD, *rows)
        return posts_import(book=open_book(path), by=people.canbo, apply=apply)

    return load


@pytest.fixture
def two(tree):
    for name in ("Lê Đức", "Đỗ Ân"):
        person = factories.MemberFactory(full_name=name)
        factories.MembershipFactory(member=person, cell=tree.a)


def row(tree, name="Lê Đức", kind="Bí thư", start="01/02/2025", end=None, unit=None):
    return [(unit or tree.a).code, name, 1960, None, kind, start, end, "2025-2030", "9-QĐ/ĐU"]


def test_posts_go_in_and_again_change_nothing(tree, two, load):
    rows = [row(tree), row(tree, "Đỗ Ân", "đảng ủy viên", unit=tree.ward)]
    assert load(*rows, apply=False).created == 2
    assert not Post.objects.exists()
    assert load(*rows).created == 2
    post = Post.objects.get(unit=tree.a)
    assert (post.kind, post.starts_on, post.term) == ("secretary", date(2025, 2, 1), "2025-2030")
    assert load(*rows).unchanged == 2


def test_new_secretary_takes_over(tree, two, load):
    load(row(tree))
    report = load(row(tree, "Đỗ Ân", start="01/03/2026"))
    assert report.errors == []
    assert Post.objects.get(ends_on=None).member.full_name == "Đỗ Ân"


def test_row_with_an_end_ends_the_post(tree, two, load):
    load(row(tree))
    assert load(row(tree, end="01/05/2026")).updated == 1
    assert Post.objects.get().ends_on == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"name": "Không Có"}, "Họ và tên"),
        ({"kind": "Trưởng thôn"}, "Chức vụ"),
        ({"kind": "Chi ủy viên"}, "Chức vụ"),
        ({"start": "13/13/2025"}, "Từ ngày"),
        ({"end": "01/01/2025"}, "Đến ngày"),
    ],
)
def test_error_names_the_column_and_nothing_is_written(tree, two, load, change, column):
    report = load(row(tree, "Đỗ Ân", "Phó bí thư"), row(tree, **change))
    assert [error.column for error in report.errors] == [column]
    assert not Post.objects.exists()


def test_unit_out_of_reach_is_unknown(tree, two, load):
    assert load(row(tree, unit=tree.c)).errors[0].column == "Mã chi bộ"
