"""Nothing typed is lost: a cut line, a failing server, an ended session, another person."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
QUARTER = "2026-Q4"


def line(page, code):
    return page.locator(f'[data-line="{code}"]')


def status(page):
    return page.locator("[data-save-status]")


def open_draft(visitor):
    """Open a sheet that nobody has begun; return its address."""
    page = visitor.open(f"/cong-viec/{QUARTER}/?state=draft")
    page.get_by_role("table").get_by_role("link", name="Nhập phiếu").first.click()
    page.wait_for_url(re.compile("/phieu/"))
    return page.url


def enter(page, code, num, den):
    one = line(page, code)
    one.locator("input[name=num]").fill(num)
    one.locator("input[name=den]").fill(den)
    one.locator("input[name=den]").press("Tab")
    return one


def expect_saved(page, code):
    expect(line(page, code)).to_have_attribute("data-state", "saved")
    expect(line(page, code)).not_to_have_attribute("data-empty", "")


def expect_kept(page, code):
    expect(line(page, code)).to_have_attribute("data-state", "error")
    expect(line(page, code).get_by_text("chưa gửi, đã giữ trên máy này")).to_be_visible()


def test_what_is_typed_on_a_cut_line_is_there_after_a_reload(visit):
    clerk, colleague = visit("canbo"), visit("canbo2")
    page = clerk.page
    address = open_draft(clerk)
    page.context.set_offline(True)
    enter(page, "4.1", "7", "9")
    enter(page, "4.3", "5", "9")
    line(page, "1.4").locator("input[type=radio]").first.check()
    for code in ("4.1", "4.3", "1.4"):
        expect_kept(page, code)
    expect(status(page)).to_contain_text("Còn 3 dòng chưa gửi")
    colleague.page.goto(address)
    enter(colleague.page, "4.3", "8", "9")
    expect_saved(colleague.page, "4.3")

    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("about:blank")
    assert asked == [], "what is kept needs no warning before leaving"
    page.context.set_offline(False)
    page.goto(address.split("/phieu/")[0] + f"/cong-viec/{QUARTER}/")
    expect(page.locator("#chua-gui")).to_contain_text("3 dòng chưa gửi")
    page.locator("#chua-gui a").click()
    for code in ("4.1", "1.4"):
        expect(line(page, code).get_by_text("đã khôi phục")).to_be_visible()
        expect_saved(page, code)
    # What a colleague saved meanwhile is not replaced by what was typed before it.
    box = line(page, "4.3")
    expect(box).to_have_attribute("data-state", "conflict")
    expect(box.locator(".conflict")).to_contain_text(re.compile(r"\S+ vừa lưu 8/9.*nhập 5/9"))
    box.get_by_role("button", name="Lưu giá trị của tôi").click()
    expect_saved(page, "4.3")
    expect(status(page).get_by_text(re.compile(r"Đã lưu lúc \d\d:\d\d:\d\d"))).to_be_visible()
    clerk.errors.clear()  # the browser logs each lost request
    page.reload()
    expect(line(page, "4.1").locator("input[name=num]")).to_have_value("7")
    expect(line(page, "1.4").locator("input[type=radio]").first).to_be_checked()
    expect(line(page, "4.1").get_by_text("đã khôi phục")).to_be_hidden()


def test_a_failing_server_never_looks_saved_and_the_next_success_sends_the_rest(visit):
    clerk = visit("canbo")
    page = clerk.page
    address = open_draft(clerk)
    answers = iter([{"status": 500}, {"status": 200, "body": "<p>Mạng khách sạn</p>"}])
    page.route("**/dong/**", lambda route: route.fulfill(**next(answers)))
    enter(page, "4.1", "6", "8")
    expect_kept(page, "4.1")
    line(page, "1.4").locator("input[type=radio]").first.check()
    expect_kept(page, "1.4")
    expect(status(page).get_by_text("Đã lưu lúc")).to_be_hidden()
    clerk.errors.clear()
    page.unroute("**/dong/**")
    enter(page, "4.3", "5", "5")
    for code in ("4.3", "4.1", "1.4"):
        expect_saved(page, code)

    # The page to hand it in opens once the last number is there, and not without it.
    page.route("**/dong/**", lambda route: route.abort())
    line(page, "4.1").locator("input[name=num]").fill("7")
    page.locator(".sheet-bar__submit").click()
    expect_kept(page, "4.1")
    expect(page.locator("#live-region")).to_have_text(re.compile("chưa sang trang nộp"))
    clerk.errors.clear()
    assert page.url == address
    page.unroute("**/dong/**")
    line(page, "4.1").locator("input[name=num]").fill("8")
    page.locator(".sheet-bar__submit").click()
    page.wait_for_url(f"{address}nop/")
    page.goto(address)
    expect(line(page, "4.1").locator("input[name=num]")).to_have_value("8")


def test_an_ended_session_keeps_the_value_until_the_same_person_is_back(visit, signed_in):
    clerk = visit("canbo")
    visit("canbo2")
    page = clerk.page
    address = open_draft(clerk)
    page.context.clear_cookies()
    enter(page, "4.1", "3", "4")
    expect_kept(page, "4.1")
    clerk.errors.clear()  # 401 or 403

    # A colleague signs in beside it: sees nothing, and the open page saves nothing in that name.
    page.context.add_cookies(signed_in["canbo2"]["cookies"])
    other = page.context.new_page()
    other.goto(address)
    expect(line(other, "4.1").locator("input[name=num]")).to_have_value("")
    expect(other.locator("#chua-gui")).to_be_hidden()
    line(page, "4.1").get_by_role("button", name="Gửi lại").click()
    expect_kept(page, "4.1")
    other.reload()
    expect(line(other, "4.1").locator("input[name=num]")).to_have_value("")
    other.close()

    page.context.clear_cookies()
    status(page).get_by_role("link", name="đăng nhập lại").click()
    page.locator("input[name=username]").fill("canbo")
    page.locator("input[name=password]").fill("chibo-demo-2026")
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(address)
    expect(line(page, "4.1").get_by_text("đã khôi phục")).to_be_visible()
    expect_saved(page, "4.1")
    expect(line(page, "4.1").locator("input[name=num]")).to_have_value("3")
    clerk.errors.clear()


def test_signing_out_asks_before_it_forgets_what_was_not_sent(visit):
    # A session of its own: it ends here.
    clerk = visit()
    page = clerk.sign_in("canbo")
    address = open_draft(clerk)
    page.route("**/dong/**", lambda route: route.abort())
    enter(page, "4.1", "3", "4")
    expect_kept(page, "4.1")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    dialog = page.get_by_role("dialog", name="Còn 1 dòng chưa gửi")
    dialog.get_by_role("button", name="Ở lại").click()
    expect_kept(page, "4.1")
    assert page.url == address

    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    dialog.get_by_role("button", name="Xóa và đăng xuất").click()
    page.wait_for_url("**/dang-nhap/**")
    clerk.sign_in("canbo")
    expect(page.locator("#chua-gui")).to_be_hidden()
    page.goto(address)
    expect(line(page, "4.1").locator("input[name=num]")).to_have_value("")
    clerk.errors.clear()


def test_two_people_on_one_line_see_both_values_and_choose(visit):
    one, other = visit("canbo"), visit("canbo2")
    address = open_draft(one)
    second = other.open(address.split(other.address)[1])
    for code in ("4.1", "4.3"):
        enter(one.page, code, "7", "9")
        expect_saved(one.page, code)
        box = enter(second, code, "5", "9")
        expect(box).to_have_attribute("data-state", "conflict")
        expect(box.locator(".conflict")).to_contain_text(re.compile(r"\S+ vừa lưu 7/9.*nhập 5/9"))
        # Typing on settles nothing: both values stand until one is chosen.
        enter(second, code, "6", "9")
        expect(box.locator(".conflict")).to_contain_text("nhập 6/9")
    line(second, "4.1").get_by_role("button", name="Lưu giá trị của tôi").click()
    line(second, "4.3").get_by_role("button", name="Giữ giá trị đã lưu").click()
    for code in ("4.1", "4.3"):
        expect_saved(second, code)
    for page in (second, one.page):
        page.reload()
        expect(line(page, "4.1").locator("input[name=num]")).to_have_value("6")
        expect(line(page, "4.3").locator("input[name=num]")).to_have_value("7")
        expect_saved(page, "4.3")
