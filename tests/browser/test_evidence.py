"""Evidence at the line: chosen, pasted, dropped, cut off and sent again, without losing a value."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PDF = {
    "name": "Biên bản họp.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n" + b"0" * 9000,
}
SVG = {"name": "anh.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
# A picture as the browser hands it over when it is pasted or dropped.
GIVE = """(target, [kind, end]) => {
    const given = new DataTransfer();
    const bytes = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, end]);
    given.items.add(new File([bytes], "image.png", { type: "image/png" }));
    const how = { bubbles: true, cancelable: true };
    target.dispatchEvent(kind === "paste"
        ? new ClipboardEvent(kind, { ...how, clipboardData: given })
        : new DragEvent(kind, { ...how, dataTransfer: given }));
}"""


def open_panel(page, line):
    place = page.locator(f'[data-line="{line}"]')
    place.locator("summary", has_text="Minh chứng").click()
    expect(place.get_by_text("Chưa có minh chứng nào.")).to_be_visible()
    return place


def count_of(place):
    return place.locator("summary", has_text="Minh chứng")


def test_files_are_chosen_dropped_and_pasted_beside_a_value_that_stays(visit):
    page = visit("canbo").open("/phieu/2026-Q4/P01-CB001/")
    place = open_panel(page, "1.2")
    place.get_by_label("Số nhiệm vụ xong đúng hạn").fill("7")
    place.locator("input[type=file][multiple]").set_input_files([SVG, PDF])
    expect(place.get_by_text("Tệp không thuộc loại nhận được")).to_be_visible()
    expect(place.get_by_role("link", name="Biên bản họp", exact=True)).to_be_visible()
    place.locator("[data-drop]").evaluate(GIVE, ["drop", 1])
    expect(count_of(place)).to_contain_text("(2)")
    place.locator("[data-drop]").evaluate(GIVE, ["paste", 2])
    expect(count_of(place)).to_contain_text("(3)")
    expect(place.get_by_label("Số nhiệm vụ xong đúng hạn")).to_have_value("7")

    with page.expect_download() as download:
        place.get_by_role("link", name="Tải về Biên bản họp").click()
    assert download.value.suggested_filename == "Biên bản họp.pdf"


def test_upload_that_is_cut_off_on_a_phone_goes_on_with_one_tap(visit):
    clerk = visit("canbo", "phone")
    page = clerk.open("/phieu/2026-Q4/P01-CB001/")
    place = open_panel(page, "1.3")
    page.route(re.compile("/tai-len/$"), lambda route: route.abort())
    place.locator("input[type=file][capture]").set_input_files(PDF)
    expect(place.get_by_text("Mất mạng, tệp chưa gửi xong.")).to_be_visible()
    clerk.errors.clear()  # the browser logs the lost request
    page.unroute(re.compile("/tai-len/$"))
    place.get_by_role("button", name="Thử lại").click()
    expect(count_of(place)).to_contain_text("(1)")
    expect(place.locator("[data-queue] li")).to_have_count(0)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
