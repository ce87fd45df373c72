"""An author clones a set, makes a mistake, is led to it, mends it, publishes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.drafts import begin

# One demo serves all of them, so they stay with one process.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def save(page):
    page.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(page.locator(".messages")).to_contain_text("Đã lưu")


def back_to_draft(page):
    page.get_by_role("link", name="Bản nháp", exact=True).click()


@pytest.mark.parametrize(("size", "year"), [("desktop", 2031), ("phone", 2032)])
def test_set_is_cloned_mended_and_published(visit, size, year):
    visitor = visit("thanhuy", size)
    code = f"CB4T-QUY-{year}"
    page = begin(visitor, code)

    # The one error leads to its field, which takes the focus.
    page.get_by_role("link", name=re.compile("“Có hiệu lực từ” phải là một ngày")).click()
    expect(page.get_by_label("Có hiệu lực từ ngày")).to_be_focused()
    page.keyboard.type(f"01/01/{year}")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("Đã lưu")
    back_to_draft(page)
    expect(page.locator("#findings").locator("xpath=..")).to_contain_text("Không còn lỗi nào")

    # A line edited wrongly: the sum follows while typing, the finding stands beside the field.
    page.get_by_role("link", name=re.compile("^1.2 ")).click()
    total = page.locator("[data-total]")
    expect(total).to_contain_text("30 trên 30")
    page.get_by_label("Điểm tối đa").fill("10,5")
    expect(total).to_contain_text("30,5 trên 30")
    expect(total).to_have_class(re.compile("wrong"))
    save(page)
    expect(page.locator("#rows-bands-notes")).to_contain_text("được đủ 10,5 điểm")
    back_to_draft(page)
    expect(page.get_by_role("heading", name="2 lỗi phải sửa")).to_be_visible()
    page.get_by_role("link", name=re.compile("cộng lại là 30,5")).click()
    expect(page.locator("#id_groups-0-max")).to_be_focused()

    page.go_back()
    page.get_by_role("link", name=re.compile("được đủ 10,5 điểm")).click()
    page.get_by_label("Điểm tối đa").fill("10")
    save(page)
    expect(page.locator(".draft-note.tone-error")).to_have_count(0)
    back_to_draft(page)
    expect(page.locator("#findings").locator("xpath=..")).to_contain_text("Không còn lỗi nào")

    page.get_by_role("link", name="Xem để ban hành").click()
    shown = page.locator(".criteria-hash").inner_text()
    page.get_by_role("button", name="Ban hành", exact=True).click()
    expect(page.locator(".messages")).to_contain_text(f"Đã ban hành bộ tiêu chí {code}")
    expect(page.locator(".criteria-hash")).to_have_text(shown)
    expect(page.get_by_role("link", name="Tạo bản nháp từ bộ này")).to_be_visible()


def test_rows_change_in_place_and_keep_the_focus(visit):
    page = begin(visit("thanhuy"), "NHAP-DONG")
    page.get_by_role("link", name=re.compile("^1.2 ")).click()
    page.get_by_label("Tên dòng").fill("Tên đang gõ dở")
    page.get_by_role("button", name="Thêm mức điểm").click()
    expect(page.locator("#id_bands-5-edge")).to_be_focused()
    expect(page.get_by_label("Tên dòng")).to_have_value("Tên đang gõ dở")
    expect(page.locator(".draft-unsaved")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"Xuống\s*: mức điểm 1$")).click()
    expect(page.locator("#id_bands-0-threshold")).to_have_value("95")
    expect(page.locator("#id_bands-1-edge")).to_be_focused()
    page.get_by_role("button", name=re.compile(r"Bỏ\s*: mức điểm 6$")).click()
    expect(page.locator("#id_bands-5-edge")).to_have_count(0)

    # The way of measuring shows its own fields.
    expect(page.get_by_label("Đếm gì")).to_be_visible()
    page.get_by_label("Chọn một trong các lựa chọn").check()
    expect(page.get_by_label("Đếm gì")).to_be_hidden()
    expect(page.get_by_role("button", name="Thêm lựa chọn")).to_be_visible()


def test_second_author_is_told_and_keeps_what_was_typed(visit):
    first = begin(visit("thanhuy"), "NHAP-HAI-NGUOI")
    first.get_by_role("link", name="Thông tin chung").click()
    second = visit("thanhuy").open("/" + first.url.split("/", 3)[3])
    second.get_by_label("Tên bộ tiêu chí").fill("Tên của người thứ hai")
    save(second)
    first.get_by_label("Có hiệu lực từ ngày").fill("01/01/2033")
    first.get_by_role("button", name="Lưu", exact=True).last.click()
    expect(first.locator(".callout")).to_contain_text("Có người vừa lưu")
    expect(first.get_by_label("Có hiệu lực từ ngày")).to_have_value("01/01/2033")
    save(first)
