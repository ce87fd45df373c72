"""Official documents on paper: what they say, in which letters, and that text stays text."""

import unicodedata
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from pypdf import PdfReader

from cells.documents.docx import docx_bytes
from cells.documents.party import (
    GAP,
    Annex,
    Column,
    Heading,
    Paragraph,
    PartyDocument,
    Signature,
    capitals,
    number_of,
    place_and_date,
)
from cells.documents.pdf import pdf_bytes

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LETTERS = [f"{vowel}{tone}" for vowel in VOWELS for tone in TONES]
MARKUP = '#strong[x] $a$ *b* _c_ <b>&amp; \\ "d" // `e` ]] {{ f }} <!-- g'

DECISION = PartyDocument(
    superior="THÀNH ỦY THỬ NGHIỆM",
    issuer="ĐẢNG ỦY PHƯỜNG THỬ NGHIỆM",
    number="05-QĐ/ĐU",
    place_and_date="Hà Nội, ngày 05 tháng 02 năm 2027",
    title="QUYẾT ĐỊNH",
    summary="công nhận danh hiệu",
    body=(Paragraph("Công nhận hai chi bộ.", "Điều 1."), Heading("QUYẾT NGHỊ")),
    signature=Signature("T/M ĐẢNG ỦY", "BÍ THƯ", "Phạm Văn Ký"),
    recipients=("Như Điều 1", "Lưu Văn phòng"),
    annexes=(
        Annex(
            "DANH SÁCH",
            "chi bộ được công nhận",
            (Column("TT", 1, "center"), Column("Chi bộ", 6)),
            (("1", "Chi bộ Tổ dân phố số 1"), ("2", "Chi bộ Thôn Đông")),
        ),
    ),
)


def pdf_text(document):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf_bytes(document))).pages)


def docx_text(document):
    page = Document(BytesIO(docx_bytes(document)))
    tables = [cell.text for table in page.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in page.paragraphs), *tables])


READERS = pytest.mark.parametrize("text_of", [pdf_text, docx_text], ids=["pdf", "docx"])


def saying(text):
    return replace(DECISION, body=(Paragraph(text),))


@READERS
def test_document_says_everything_it_was_given(text_of):
    text = text_of(DECISION)
    for part in (
        "ĐẢNG CỘNG SẢN VIỆT NAM", "THÀNH ỦY THỬ NGHIỆM", "Số 05-QĐ/ĐU",
        "Hà Nội, ngày 05 tháng 02 năm 2027", "Điều 1. Công nhận hai chi bộ.", "T/M ĐẢNG ỦY",
        "BÍ THƯ", "Phạm Văn Ký", "Nơi nhận:", "- Như Điều 1,", "- Lưu Văn phòng.",
        "Chi bộ Thôn Đông",
    ):  # fmt: skip
        assert part in text
    assert "DỰ THẢO" not in text


@READERS
def test_draft_says_so(text_of):
    assert "DỰ THẢO" in text_of(replace(DECISION, is_draft=True))


@READERS
def test_what_looks_like_markup_stays_a_text(text_of):
    assert MARKUP in text_of(saying(MARKUP))


@READERS
def test_control_characters_are_left_out_and_letters_composed(text_of):
    text = text_of(saying("một\x00hai\x0bba\ud800 Tie\u0302\u0301ng"))
    assert "một hai ba" in text
    assert "Tiếng" in text


@READERS
def test_every_vietnamese_letter_can_be_read_back(text_of):
    given = " ".join(f"{letter.upper()}{letter}" for letter in [*LETTERS, "đ"])
    text = " ".join(text_of(saying(given)).split())
    assert unicodedata.normalize("NFC", given) in text


def test_pdf_holds_no_other_face_than_tinos():
    fonts = {
        font.get_object()["/BaseFont"].split("+")[-1]
        for page in PdfReader(BytesIO(pdf_bytes(DECISION))).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts == {"Tinos-Regular", "Tinos-Bold", "Tinos-Italic"}


def test_pdf_is_a4():
    box = PdfReader(BytesIO(pdf_bytes(DECISION))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)


def test_docx_has_the_margins_of_party_documents():
    section = Document(BytesIO(docx_bytes(DECISION))).sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [20, 20, 30, 15]


def test_long_list_repeats_its_header_on_every_page():
    annex = replace(
        DECISION.annexes[0], rows=tuple((str(n), f"Chi bộ số {n}") for n in range(1, 131))
    )
    pages = PdfReader(BytesIO(pdf_bytes(replace(DECISION, annexes=(annex,))))).pages
    lists = [page.extract_text() for page in pages[1:]]
    assert len(lists) > 2
    assert all("TT" in text and "Chi bộ" in text for text in lists)
    assert [text.split("\n")[0].strip() for text in lists] == ["2", "3", "4", "5", "6"][
        : len(lists)
    ]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 2, 9), "Hà Nội, ngày 09 tháng 02 năm 2027"),
        (date(2027, 3, 10), "Hà Nội, ngày 10 tháng 3 năm 2027"),
        (None, f"Hà Nội, ngày {GAP} tháng {GAP} năm 2026"),
    ],
)
def test_date_has_a_zero_up_to_february_and_gaps_while_open(day, said):
    assert place_and_date("Hà Nội", day, 2026) == said


def test_number_is_open_until_it_is_given():
    assert number_of("05-QĐ/ĐU", "QĐ/ĐU") == "05-QĐ/ĐU"
    assert number_of("", "QĐ/ĐU") == f"{GAP}-QĐ/ĐU"


@pytest.mark.parametrize("name", ["Đảng ủy phường", "Đảng uỷ phường", "Đảng u\u0309y phường"])
def test_committee_is_written_one_way_in_capitals(name):
    assert capitals(name) == "ĐẢNG ỦY PHƯỜNG"
