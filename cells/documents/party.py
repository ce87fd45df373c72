"""What an official Party document says, whatever it is printed as.

The layout of QĐ 399-QĐ/TW is in the writers, one of which makes PDF, the other DOCX; both take
a text as text, so nothing that somebody typed becomes markup.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cells.vietnamese import day_text

# Neither XML nor a page has a place for them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Left open on paper, to be written by hand.
GAP = "\u00a0" * 6
RULE = "-----"
DRAFT = "DỰ THẢO"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body; `lead` stands before it in bold (“Điều 1.”)."""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Heading:
    """A line in bold in the middle of the body."""

    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table; `width` is its share, to the other columns."""

    header: str
    width: int
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True)
class Annex:
    """A list behind the document, on pages of its own."""

    title: str
    summary: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    # Which document it belongs to.
    note: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signs: on whose behalf (“T/M ĐẢNG ỦY”), in which office, by name."""

    on_behalf: str
    post: str
    name: str = ""


@dataclass(frozen=True)
class PartyDocument:
    """One document of a committee or a cell; a draft says so on its first page."""

    superior: str
    issuer: str
    number: str
    place_and_date: str
    title: str
    summary: str
    body: tuple[Paragraph | Heading, ...]
    signature: Signature
    recipients: tuple[str, ...]
    to: str = ""
    # Who signs at the left, where minutes name no recipients.
    beside: Signature | None = None
    annexes: tuple[Annex, ...] = ()
    is_draft: bool = False


def clean(text: str) -> str:
    """Return a text as documents hold it: NFC, without control characters."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text))


def capitals(name: str) -> str:
    """Write a name in the capitals of a letterhead: “Đảng uỷ” is “ĐẢNG ỦY”."""
    return clean(name).upper().replace("UỶ", "ỦY")


def committee_name(name: str) -> str:
    """Return who signs for an organisation: “Đảng bộ phường A” is led by “Đảng ủy phường A”."""
    return re.sub(r"^Đảng bộ\b", "Đảng ủy", clean(name))


def number_of(number: str, code: str) -> str:
    """Return “05-QĐ/ĐU”; without a number the gap in which it is written: “…-QĐ/ĐU”."""
    return number or f"{GAP}-{code}"


def place_and_date(place: str, day: date | None, year: int) -> str:
    """Return “Hà Nội, ngày 05 tháng 02 năm 2027”, with gaps where the day is still open."""
    said = day_text(day) if day else f"ngày {GAP} tháng {GAP} năm {year}"
    return f"{place}, {said}"
