"""The main job, end to end: enter, appraise, decide, read the card, rank, open the file."""

import re

import openpyxl
import pytest
from playwright.sync_api import expect

# One demo serves all of them, so they stay with one process.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
QUARTER = "2026-Q4"


def line(page, code):
    return page.locator(f'[data-line="{code}"]')


def wait_saved(page, code):
    expect(line(page, code)).to_have_attribute("data-state", "saved")
    expect(line(page, code)).not_to_have_attribute("data-empty", "")


def fill_best(page):
    """Give every line its best answer, through the controls a clerk uses."""
    for one in page.locator("li[data-line]").all():
        code = one.get_attribute("data-line")
        if one.locator("input[type=radio]").count():
            one.locator("input[type=radio]").first.check()
        else:
            one.locator("input[name=num]").fill("20")
            one.locator("input[name=den]").fill("20")
            one.locator("input[name=den]").press("Tab")
        wait_saved(page, code)


def open_first(page, state, link):
    page.goto(re.sub(r"(https?://[^/]+).*", rf"\1/cong-viec/{QUARTER}/?state={state}", page.url))
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=link)).first
    code = row.locator(".row-code").inner_text().split(" ")[0]
    row.get_by_role("link", name=link).click()
    page.wait_for_load_state()
    return code


def test_from_the_first_number_to_the_ranking(visit, tmp_path):
    clerk = visit("canbo").page
    expect(clerk.locator(".queue-left")).to_contain_text(re.compile(r"Còn \d+/89"))
    code = open_first(clerk, "draft", "Nhập phiếu")

    # A wrong number stays in its field with the reason beside it, and is not stored.
    wrong = line(clerk, "1.2")
    wrong.locator("input[name=num]").fill("41")
    wrong.locator("input[name=den]").fill("40")
    wrong.locator("input[name=den]").press("Tab")
    expect(wrong).to_have_attribute("data-state", "error")
    expect(wrong.locator(".field-error")).to_contain_text("41")
    expect(wrong.locator("input[name=num]")).to_have_value("41")
    expect(clerk.locator("#thanh-diem")).to_contain_text("0/24 dòng")

    fill_best(clerk)
    expect(wrong.locator(".field-error")).to_have_count(0)
    expect(clerk.locator("#thanh-diem")).to_contain_text("24/24 dòng")
    expect(clerk.locator("#thanh-diem")).to_contain_text("100,00")
    clerk.get_by_role("link", name="Xem lại và nộp").first.click()
    # Round numbers in every line are not those of the register: that is to be seen first.
    clerk.get_by_role("button", name="Nộp phiếu").click()
    expect(clerk.locator(".field-error")).to_contain_text("nên xem lại")
    clerk.get_by_label(re.compile("^Đã xem")).check()
    clerk.get_by_role("button", name="Nộp phiếu").click()
    expect(clerk.locator(".messages")).to_contain_text("Đã nộp phiếu")

    # Who submitted is told why appraising is not for him.
    clerk.goto(re.sub(r"(https?://[^/]+).*", rf"\1/tham-dinh/{QUARTER}/{code}/", clerk.url))
    expect(clerk.locator(".callout")).to_contain_text("người nộp")

    seat = visit("canbo2")
    appraiser = seat.open(f"/tham-dinh/{QUARTER}/{code}/")
    sent = []
    appraiser.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    changed = line(appraiser, "1.2")
    changed.get_by_text("Chấm khác").click()
    changed.locator("input[name=num]").fill("18")
    changed.locator("input[name=den]").fill("20")
    changed.locator("input[name=den]").press("Tab")
    expect(changed.locator("input[name=na]")).to_be_focused()
    changed.locator("[data-reason]").fill("Hai nhiệm vụ xong sau hạn")
    changed.locator("[data-reason]").press("Tab")
    wait_saved(appraiser, "1.2")
    assert len(sent) == 1, "the new value is sent with its reason, not refused before it"

    # A cut line and a reload: the reason comes back with its value.
    appraiser.context.set_offline(True)
    changed.locator("[data-reason]").fill("Hai nhiệm vụ xong sau hạn, có biên bản")
    changed.locator("[data-reason]").press("Tab")
    expect(changed).to_have_attribute("data-unsent", "kept")
    appraiser.goto("about:blank")
    appraiser.context.set_offline(False)
    seat.errors.clear()
    seat.open(f"/tham-dinh/{QUARTER}/{code}/")
    expect(changed).to_have_attribute("data-restored", "")
    wait_saved(appraiser, "1.2")
    expect(changed.locator("[data-reason]")).to_have_value("Hai nhiệm vụ xong sau hạn, có biên bản")
    line(appraiser, "1.1").get_by_role("button", name="Chấp nhận").click()
    wait_saved(appraiser, "1.1")
    appraiser.get_by_role("button", name="Chấp nhận mọi dòng còn lại").click()
    expect(appraiser.locator("#thanh-diem")).to_contain_text("96,00")
    appraiser.get_by_role("button", name="Hoàn tất thẩm định").click()
    expect(appraiser.locator(".messages")).to_contain_text("Đã thẩm định xong")

    leader = visit("lanhdao").page
    leader.goto(re.sub(r"(https?://[^/]+).*", rf"\1/quyet-dinh/{QUARTER}/", leader.url))
    leader.get_by_label("Số quyết định").fill("777-QĐ/ĐU")
    leader.get_by_role("button", name="Xem lại").click()
    leader.get_by_role("button", name=re.compile("Quyết định|Ban hành")).click()
    expect(leader.locator(".messages")).to_contain_text("777-QĐ/ĐU")

    leader.goto(re.sub(r"(https?://[^/]+).*", rf"\1/bang-diem/{QUARTER}/{code}/", leader.url))
    expect(leader.locator("main")).to_contain_text("96,00")
    expect(leader.locator("main")).to_contain_text("Đạt mức quý")
    expect(leader.locator("main")).to_contain_text("Hai nhiệm vụ xong sau hạn")
    expect(leader.locator("main")).to_contain_text("777-QĐ/ĐU")

    city = visit("thanhuy").page
    city.goto(re.sub(r"(https?://[^/]+).*", rf"\1/xep-hang/{QUARTER}/", city.url))
    city.get_by_role("button", name=re.compile("Lập")).click()
    expect(city.get_by_role("row").filter(has_text=code)).to_be_visible(timeout=60_000)
    with city.expect_download() as download:
        city.get_by_role("link", name=re.compile("Excel")).click()
    file = tmp_path / "xep-hang.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Bìa", "Xếp hạng", "Chưa đủ"]
    rows = [row for row in book["Xếp hạng"].iter_rows(values_only=True) if code in row]
    assert len(rows) == 1
    assert 96 in rows[0]


def test_secretary_reads_the_card_on_a_phone(visit):
    secretary = visit("bithu", "phone").page
    expect(secretary).to_have_url(re.compile(r"/phieu/2026-Q4/"))
    secretary.get_by_role("link", name="Bảng điểm").click()
    secretary.get_by_role("link", name="Quý III/2026").first.click()
    expect(secretary.locator("main")).to_contain_text("Điểm bốn nhóm")
    expect(secretary.locator("main")).to_contain_text("Các quý gần đây")
    assert secretary.evaluate("document.documentElement.scrollWidth") == 390
