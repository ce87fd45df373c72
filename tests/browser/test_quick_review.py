"""The quick review by keys alone: one key for each thing, letters left to whoever types."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_lines_are_reviewed_by_keys(visit):
    page = visit("canbo").open("/tham-dinh-nhanh/2026-Q4/?dong=2.1")
    unit, left = page.locator(".quick__unit"), page.locator(".quick-left strong")
    first, before = unit.inner_text(), int(left.inner_text())

    page.keyboard.press("a")
    expect(left).to_have_text(str(before - 1))
    second = unit.inner_text()
    assert second != first

    page.keyboard.press("ArrowRight")
    expect(unit).not_to_have_text(second)
    third = unit.inner_text()

    page.keyboard.press("t")
    reason = page.get_by_label("Lý do: chi bộ phải sửa gì")
    expect(reason).to_be_focused()
    page.keyboard.type("as thieets")
    expect(reason).to_have_value("as thieets")
    page.keyboard.press("Escape")

    page.keyboard.press("s")
    expect(page.locator("[data-quick=change]")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(unit).to_have_text(third)
    expect(left).to_have_text(str(before - 1))
    expect(reason).to_have_value("as thieets")
