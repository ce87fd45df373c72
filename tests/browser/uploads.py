"""A file with errors of several kinds in the demo, sent in by whoever asks for its page."""

import tempfile
from pathlib import Path

from tests.workbooks import workbook

HEAD = ["Mã", "1.1", "1.2 tử số", "1.2 mẫu số"]
ROWS = [
    ["P01-CB001", "Có lẽ", None, None],
    ["P01-CB002", None, 41, 40],
    ["P01-CB003", "Có", 9, None],
    ["KHONG-CO", "Có", None, None],
]


def import_page():
    """Return how to get to the page of a tested file."""

    def reach(visitor):
        page = visitor.open("/nhap-du-lieu/")
        with tempfile.TemporaryDirectory() as folder:
            path = workbook(Path(folder) / "phieu.xlsx", ["Quý IV/2026"], HEAD, *ROWS)
            page.get_by_label("Phiếu chấm của chi bộ").check()
            page.locator("input[type=file]").set_input_files(path)
            page.get_by_role("button", name="Kiểm tra tệp").click()
            page.wait_for_load_state()
        return page

    return reach
