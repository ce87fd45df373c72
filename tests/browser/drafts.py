"""A draft of criteria in the demo, begun by whoever asks for one of its pages first."""

import re

CODE = "NHAP-DE-XEM"


def begin(visitor, code: str):
    """Begin the next version of the quarter set as the city; return its page."""
    page = visitor.open("/tieu-chi/bo/CB4T-QUY-2026/ban-nhap/")
    page.get_by_label("Của đơn vị").select_option("TU")
    page.get_by_label("Mã của bộ mới").fill(code)
    page.get_by_role("button", name="Tạo bản nháp").click()
    page.wait_for_url(re.compile(r"/tieu-chi/nhap/\d+/$"))
    return page


def draft_page(path: str = ""):
    """Return how to get to a page of the draft."""

    def reach(visitor):
        page = visitor.open(f"/tieu-chi/?q={CODE}")
        link = page.locator("a[href*='/tieu-chi/nhap/']", has_not_text="Tải tệp")
        if not link.count():
            page = begin(visitor, CODE)
        else:
            link.first.click()
            page.wait_for_load_state()
        if path:
            page.goto(page.url + path)
        return page

    return reach
