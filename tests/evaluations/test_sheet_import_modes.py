"""Workbooks of years and months: which period they are about, and the class of the year."""

import pytest

from cells.workbook import WorkbookError, open_book
from evaluations.services.sheet_import import sheets_import
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
