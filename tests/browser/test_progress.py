"""Progress renews itself under the hands of a person, and its list can be taken along."""

import pytest

# One demo serves all of them, so they stay with one process.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGE = "/tien-do/2026-Q4/"
NOW = ".progress-now"


def test_a_page_renews_itself_and_leaves_the_focus_alone(visit):
    visitor = visit("canbo")
    visitor.page.clock.install()
    page = visitor.open(PAGE)
    link = page.locator("#progress-live tbody th a").first
    link.focus()
    href = link.get_attribute("href")
    page.locator(NOW).evaluate("old => old.setAttribute('data-old', '')")
    with page.expect_response(lambda answer: answer.url.endswith(PAGE)):
        page.clock.run_for(31_000)
    page.wait_for_selector(".progress-now:not([data-old])")
    assert page.evaluate("document.activeElement.getAttribute('href')") == href
    assert page.locator("#progress-live canvas").count() == 1


def test_a_hidden_page_asks_for_nothing(visit):
    visitor = visit("canbo")
    visitor.page.clock.install()
    page = visitor.open(PAGE)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(65_000)
    assert asked == []


def test_the_list_is_copied_as_it_stands(visit):
    visitor = visit("canbo")
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.open(f"{PAGE}chua-nop/")
    page.get_by_role("button", name="Chép").click()
    page.get_by_text("Đã chép.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("textarea").input_value()
    assert copied.startswith("CHƯA NỘP PHIẾU QUÝ IV/2026")
