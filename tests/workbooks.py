"""Small workbooks for tests, and the ward of the workbooks in tests/data."""

from pathlib import Path

from openpyxl import Workbook, load_workbook

from tests import factories

DATA = Path(__file__).parent / "data"


def workbook(path, *rows, title="Danh sách"):
    """Write rows into the one sheet of a new file and return its path."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def edited(path, changes, sheet=None):
    """Type values into the cells of a workbook, by address."""
    book = load_workbook(path)
    page = book[sheet] if sheet else book.worksheets[0]
    for address, value in changes.items():
        page[address] = value
    book.save(path)
    return path


def ward_of_the_data():
    """Return the ward TN with cells TN-A and TN-B, and its clerk."""
    city = factories.CityFactory()
    ward = factories.CommitteeFactory(parent=city, code="TN", name="Đảng bộ phường Thử Nghiệm")
    cells = [factories.UnitFactory(parent=ward, code=code) for code in ("TN-A", "TN-B")]
    return ward, cells, factories.UserFactory(username="canbo", roles=[("staff", ward)])
