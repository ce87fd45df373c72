"""A Party document as DOCX, for offices that edit it before it is signed."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from cells.documents.party import (
    DRAFT,
    RULE,
    Annex,
    Heading,
    Paragraph,
    PartyDocument,
    Signature,
    clean,
)

FONT = "Times New Roman"
BODY, SMALL, TABLE = Pt(14), Pt(12), Pt(12)
LINE = Pt(19)
TEXT_WIDTH = 165  # mm between the margins
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
CENTER = ALIGN["center"]


def docx_bytes(document: PartyDocument) -> bytes:
    """Write a document in the layout of its PDF."""
    page = Document()
    _set_up(page, document)
    _head(page, document)
    _title(page, document)
    for block in document.body:
        _block(page, block)
    _foot(page, document)
    for annex in document.annexes:
        _annex(page, annex)
    target = BytesIO()
    page.save(target)
    return target.getvalue()


def _set_up(page: Any, document: PartyDocument) -> None:
    section = page.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    # The first page has no number.
    section.different_first_page_header_footer = True
    _page_number(section.header.paragraphs[0])
    normal = page.styles["Normal"]
    normal.font.name, normal.font.size = FONT, BODY
    # Word picks the face of letters it calls East Asian from another attribute.
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.rPr.append(language)
    about = page.core_properties
    about.author, about.comments = clean(document.issuer), ""
    about.title = clean(f"{document.title} {document.summary}")


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _head(page: Any, document: PartyDocument) -> None:
    table = _grid(page, 2, (72, 93))
    left, right = table.rows[0].cells
    _line(left, document.superior)
    _line(left, document.issuer, bold=True)
    _line(left, "*")
    party = _line(right, "ĐẢNG CỘNG SẢN VIỆT NAM", bold=True, size=Pt(15))
    party.runs[0].underline = True
    left, right = table.rows[1].cells
    _line(left, f"Số {document.number}")
    _line(right, document.place_and_date, italic=True)
    if document.is_draft:
        _line(left, DRAFT, bold=True)


def _title(page: Any, document: PartyDocument) -> None:
    _line(page, document.title, bold=True, size=Pt(16)).paragraph_format.space_before = Pt(14)
    _line(page, document.summary, bold=True)
    _line(page, RULE).paragraph_format.space_after = Pt(6)
    if document.to:
        paragraph = _line(page, "Kính gửi: ", italic=True)
        _run(paragraph, document.to, bold=True)


def _block(page: Any, block: Paragraph | Heading) -> None:
    if isinstance(block, Heading):
        _line(page, block.text, bold=True)
        return
    paragraph = _line(page, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    paragraph.paragraph_format.first_line_indent = Mm(10)
    if block.lead:
        _run(paragraph, f"{block.lead} ", bold=True)
    _run(paragraph, block.text)


def _foot(page: Any, document: PartyDocument) -> None:
    # A signature never stands alone on a page.
    page.paragraphs[-1].paragraph_format.keep_with_next = True
    _line(page).paragraph_format.keep_with_next = True
    table = _grid(page, 1, (82, 83))
    _mark(table.rows[0], "w:cantSplit")
    left, right = table.rows[0].cells
    if document.beside:
        _signature(left, document.beside)
    else:
        _recipients(left, document.recipients)
    _signature(right, document.signature)


def _recipients(place: Any, recipients: tuple[str, ...]) -> None:
    _line(place, "Nơi nhận:", align=ALIGN["left"]).runs[0].underline = True
    for number, one in enumerate(recipients, start=1):
        end = "." if number == len(recipients) else ","
        _line(place, f"- {one}{end}", align=ALIGN["left"], size=SMALL)


def _signature(place: Any, signature: Signature) -> None:
    _line(place, signature.on_behalf, bold=True)
    _line(place, signature.post)
    for _ in range(3):
        _line(place)
    _line(place, signature.name, bold=True)


def _annex(page: Any, annex: Annex) -> None:
    title = _line(page, annex.title, bold=True, size=Pt(15))
    title.paragraph_format.page_break_before = True
    _line(page, annex.summary, bold=True)
    if annex.note:
        _line(page, annex.note, italic=True)
    _line(page, RULE).paragraph_format.space_after = Pt(6)
    shares = sum(column.width for column in annex.columns)
    widths = tuple(TEXT_WIDTH * column.width / shares for column in annex.columns)
    table = _grid(page, 1 + len(annex.rows), widths, style="Table Grid")
    _mark(table.rows[0], "w:tblHeader")
    for cell, column in zip(_cells(table, 0), annex.columns, strict=True):
        _line(cell, column.header, bold=True, size=TABLE)
    for number, row in enumerate(annex.rows, start=1):
        _mark(table.rows[number], "w:cantSplit")
        for cell, column, text in zip(_cells(table, number), annex.columns, row, strict=True):
            _line(cell, text, align=ALIGN[column.align], size=TABLE)


def _grid(page: Any, rows: int, widths: tuple[float, ...], style: str | None = None) -> Any:
    table = page.add_table(rows, len(widths), style)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    # LibreOffice goes by the columns, Word by the cells.
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = Mm(width)
    return table


def _cells(table: Any, row: int) -> list[Any]:
    # `table.cells` walks the whole table each time.
    return list(table.rows[row].cells)


def _mark(row: Any, name: str) -> None:
    """Repeat a row on each page (w:tblHeader), or keep it in one piece (w:cantSplit)."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _line(
    place: Any,
    text: str = "",
    *,
    align: WD_ALIGN_PARAGRAPH = CENTER,
    size: Length | None = None,
    bold: bool = False,
    italic: bool = False,
) -> Any:
    """Add a paragraph; the empty one that a new cell brings is used first."""
    given = place.paragraphs
    is_new_cell = hasattr(place, "_tc") and len(given) == 1 and not given[0].runs
    paragraph = given[0] if is_new_cell else place.add_paragraph()
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(0), Pt(0 if hasattr(place, "_tc") else 3)
    shape.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
    shape.line_spacing = LINE if size is None or size >= BODY else Pt(size.pt + 3)
    if text:
        _run(paragraph, text, bold=bold, italic=italic, size=size)
    return paragraph


def _run(
    paragraph: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: Length | None = None,
) -> None:
    run = paragraph.add_run(clean(text))
    run.bold, run.italic = bold or None, italic or None
    if size is not None:
        run.font.size = size
