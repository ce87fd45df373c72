"""Pages that answer what was posted: the choice of a table, looked at before it is done."""


def bulk_preview_page(visitor):
    """Choose every sheet that waits to be appraised; change nothing."""
    page = visitor.open("/tham-dinh-nhieu/2026-Q4/")
    page.locator("#select-all").check()
    return _press(page, "Xem trước")


def decision_review_page(visitor):
    page = visitor.open("/quyet-dinh/2026-Q4/")
    page.get_by_label("Số quyết định").fill("99-QĐ/ĐU")
    return _press(page, "Xem lại trước khi quyết định")


def _press(page, name: str):
    page.get_by_role("button", name=name).click()
    page.wait_for_url("**/xem-*/")
    return page
