"""A clerk splits a cell: found by name, most to one unit, one by name to the other; and a file."""

import re

import pytest
from playwright.sync_api import expect

from tests.evaluations.test_reorganisation_upload import HEADER
from tests.workbooks import workbook

# One demo serves all of them, so they stay with one process.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAPER = {
    "Số quyết định": "15-QĐ/ĐU",
    "Ngày ký": "10/11/2026",
    "Người ký": "Trần Thị Mẫu",
    "Ngày hiệu lực": "20/11/2026",
}


def choose(page, name, text):
    """Type part of a name and take the first unit that is offered."""
    page.locator(f"#id_{name}").press_sequentially(text, delay=20)
    page.locator(f"#id_{name}-options li").first.click()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_split_is_tried_and_the_way_back_loses_nothing(visit, size):
    page = visit("canbo", size).open("/to-chuc/moi/split/?buoc=moi")
    choose(page, "before", "dan pho so 22")
    # The lists follow what is chosen, without a button.
    expect(page.locator("#rest_to")).to_be_visible()
    for label, text in PAPER.items():
        page.get_by_label(label).fill(text)
    for number, letter in enumerate("AB"):
        page.locator(f"#id_after-{number}-code").fill(f"P01-CB022{letter}")
        page.locator(f"#id_after-{number}-name").fill(f"Chi bộ số 22{letter}")
    page.locator("#id_after-1-name").press("Tab")
    expect(page.locator("#rest_to option[value='@1']")).to_have_text(re.compile("22B"))
    page.locator("#rest_to").select_option("@0")
    rows = page.locator("#members tbody tr:visible")
    expect(rows).to_have_count(0)
    page.get_by_label("Ai về nơi khác? Tìm theo tên").fill("nguyen")
    rows.first.get_by_role("combobox").select_option("@1")
    page.get_by_label("Ai về nơi khác? Tìm theo tên").fill("")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Chạy thử").click()
    expect(page.locator("h1")).to_have_text("Chạy thử: Chia tách")
    expect(page.get_by_role("row", name=re.compile("22B")).locator(".num")).to_have_text("1")
    page.go_back()
    expect(page.locator("#rest_to")).to_have_value("@0")
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Người ký")).to_have_value("Trần Thị Mẫu")


def test_file_is_tried_with_a_progress_and_its_error_named(visit, tmp_path):
    row = ("Giải thể", "20/11/2026", "15-QĐ/ĐU", "10/11/2026", "Trần Thị Mẫu", "P01-KHONG")
    page = visit("canbo").open("/to-chuc/tep/")
    page.get_by_label("Tệp Excel").set_input_files(workbook(tmp_path / "dot.xlsx", HEADER, row))
    page.get_by_role("button", name="Chạy thử tệp").click()
    error = page.get_by_role("row", name=re.compile("Dòng 2 Mã trước"))
    expect(error).to_be_visible(timeout=30_000)
    expect(error).to_contain_text("P01-KHONG")
    expect(page.get_by_role("button", name=re.compile("Ghi thật"))).to_have_count(0)
