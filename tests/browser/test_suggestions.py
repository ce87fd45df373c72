"""Taking what the quarters say, in the browser: one line, then all the others."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(("size", "cell"), [("desktop", "P01-CB003"), ("phone", "P01-CB004")])
def test_a_clerk_takes_one_line_and_then_all(visit, size, cell):
    page = visit("canbo", size).open(f"/phieu/2026/{cell}/")
    count = page.locator('[data-suggested-count="fed"]')
    before = int(count.inner_text())
    line = page.locator('[data-line="2.3"]')
    line.get_by_role("button", name="Nhận dòng 2.3").click()
    expect(line.get_by_text("Đã nhận")).to_be_visible()
    expect(line).to_have_attribute("data-state", "saved")
    expect(count).to_have_text(str(before - 1))
    expect(page.locator("#thanh-diem")).to_contain_text("1/24 dòng")

    page.get_by_role("button", name=re.compile("^Nhận tất cả")).click()
    expect(page.get_by_text(f"Đã nhận {before - 1} dòng theo gợi ý")).to_be_visible()
    expect(page.locator('[data-suggested-count="fed"]')).to_have_count(0)
    line.get_by_role("link", name="Xem nguồn").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nguồn gợi ý dòng 2.3")
