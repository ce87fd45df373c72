"""A whole sheet without a mouse; no key is taken from somebody who types Vietnamese."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_safety import expect_saved, line, open_draft

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
FOCUSED = "document.activeElement.closest('[data-line]')?.dataset.line"
# What an input method does with the keys that it takes to itself.
COMPOSING = [
    {"key": "n", "isComposing": True},
    {"key": "Process", "keyCode": 229},
    {"key": "g", "keyCode": 229},
    {"key": "n", "altKey": True},
]


def test_a_whole_sheet_is_entered_by_keys_alone(visit):
    clerk = visit("canbo")
    page = clerk.page
    open_draft(clerk)
    page.keyboard.press("g")
    for one in page.locator("li[data-line]").all():
        code = one.get_attribute("data-line")
        assert page.evaluate(FOCUSED) == code
        if one.locator("input[type=radio]").count():
            page.keyboard.press("1")
        elif code == "1.2":
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            page.keyboard.press("n")
            page.keyboard.type("Không phát sinh trong quý")
        else:
            page.keyboard.type("20")
            page.keyboard.press("Tab")
            page.keyboard.type("20")
        page.keyboard.press("Enter")
        expect_saved(page, code)
    expect(page.locator("#thanh-diem")).to_contain_text("24/24 dòng")

    # Down and up lead to other lines and change none; right and left choose.
    choice = line(page, "1.4")
    choice.locator("[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(FOCUSED) == "1.4"
    expect(choice.locator("[type=radio]").first).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(choice.locator("[type=radio]").nth(1)).to_be_checked()
    page.keyboard.press("0")
    expect(choice).to_have_attribute("data-empty", "")
    page.keyboard.press("Control+s")
    expect(page.locator("#live-region")).to_have_text(re.compile("đã lưu|Đang gửi"))

    # What is left can be shown alone, and stays so over a reload.
    page.get_by_label("Chỉ dòng chưa chấm").check()
    page.reload()
    expect(page.locator("li[data-line]:visible")).to_have_count(1)
    page.keyboard.press("g")
    assert page.evaluate(FOCUSED) == "1.4"


def test_no_key_is_taken_from_who_types_or_composes(visit):
    clerk = visit("canbo")
    page = clerk.page
    open_draft(clerk)
    choice = line(page, "1.4")
    choice.locator("[type=radio]").first.focus()
    for event in COMPOSING:
        choice.locator("[type=radio]").first.evaluate(
            """(target, init) => {
                const options = {bubbles: true, cancelable: true, ...init};
                const event = new KeyboardEvent("keydown", options);
                if (init.keyCode) Object.defineProperty(event, "keyCode", {value: init.keyCode});
                if (!target.dispatchEvent(event)) throw new Error("taken: " + JSON.stringify(init));
            }""",
            event,
        )
    assert page.evaluate(FOCUSED) == "1.4"

    # C opens the talk of the line; in its field letters and digits are text, as Telex needs them.
    page.keyboard.press("c")
    words = choice.locator("textarea[name=text]")
    expect(words).to_be_focused()
    page.keyboard.type("nguyeenx 1 2 3 gen?")
    expect(words).to_have_value("nguyeenx 1 2 3 gen?")
    page.keyboard.press("Escape")
    expect(choice.locator("[type=radio]").first).to_be_focused()
    expect(choice.locator("input:checked")).to_have_count(0)

    # Letters can be turned off; the list of keys can still be reached.
    page.keyboard.press("?")
    page.get_by_label("Dùng phím tắt").uncheck()
    page.keyboard.press("Escape")
    choice.locator("[type=radio]").first.focus()
    page.keyboard.press("2")
    expect(choice.locator("input:checked")).to_have_count(0)
