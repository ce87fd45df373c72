"""What the browser sends from a grid: the cells of many lines, as one JSON document."""

import json
from typing import Any

from evaluations.services.grid import Entry

MOST_ENTRIES = 2000
LONGEST = 200
PARTS = {"num", "den", ""}
UNREADABLE = "Không đọc được dữ liệu trình duyệt gửi lên. Tải lại trang rồi thử lại."
TOO_MANY = f"Một lần gửi tối đa {MOST_ENTRIES} dòng. Dán từng phần nhỏ hơn."


class UnreadableError(Exception):
    """A document that is no list of entries; the message is for the user."""

    def __init__(self, message: str = UNREADABLE):
        super().__init__(message)
        self.message = message


def read_entries(body: bytes) -> list[Entry]:
    """Return the entries in {"entries": [{unit, line, version, cells}, …]}."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error
    given = document.get("entries") if isinstance(document, dict) else None
    if not isinstance(given, list) or not given:
        raise UnreadableError
    if len(given) > MOST_ENTRIES:
        raise UnreadableError(TOO_MANY)
    return [_entry(one) for one in given]


def _entry(given: Any) -> Entry:
    if not isinstance(given, dict) or not isinstance(given.get("cells"), dict):
        raise UnreadableError
    version = given.get("version")
    if type(version) is not int or not 0 <= version < 10**9:
        raise UnreadableError
    cells = {str(part): _text(text) for part, text in given["cells"].items() if part in PARTS}
    return Entry(_text(given.get("unit")), _text(given.get("line")), cells, version)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise UnreadableError
    return value[:LONGEST]
