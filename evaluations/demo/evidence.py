"""Some evidence on the sheets of the demo ward: minutes, one photograph twice."""

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cells.documents.party import Paragraph, PartyDocument, Signature
from cells.documents.pdf import pdf_bytes
from cells.models import AuditEntry, Door, User
from cells.vietnamese import day_text
from evaluations.models import Evaluation, Evidence, EvidenceFile, EvidenceUse, State
from evaluations.services.evidence import said
from evaluations.services.evidence_files import TakenFile, file_take

# Of so many sheets that were handed in; two cells hand in the very same photograph.
SHEETS, TWINS = 5, (1, 2)
BEFORE = timedelta(minutes=20)
SIZE = 480, 320


@dataclass(frozen=True)
class Hand:
    """Whose sheet it is, and who attached to it when."""

    sheet: Evaluation
    by: User
    at: datetime


def evidence_tell(period: str) -> int:
    """Attach evidence to sheets of the open quarter; return how many uses that makes."""
    handed_in = Evaluation.objects.filter(period__code=period, state=State.SUBMITTED)
    sheets = handed_in.select_related("unit", "unit__parent", "submitted_by", "period")
    photograph = file_take(SimpleUploadedFile("anh-hop-chi-bo.png", _photograph()))
    made = 0
    for place, sheet in enumerate(sheets.order_by("path")[:SHEETS]):
        if sheet.submitted_by is None or sheet.submitted_at is None:
            continue
        hand = Hand(sheet, sheet.submitted_by, sheet.submitted_at - BEFORE)
        minutes = file_take(SimpleUploadedFile("Biên bản họp chi bộ.pdf", _minutes(hand)))
        number = {"number": "11-BB/CB", "issued_on": hand.at.date(), "issuer": sheet.unit.name}
        document = _document(hand, minutes, title="Biên bản họp chi bộ tự chấm", **number)
        pairs = [("1.1", document), ("2.1", document)]
        if place in TWINS:
            pairs.append(("2.1", _document(hand, photograph, title="Ảnh họp chi bộ")))
        for line, file in pairs:
            _attach(hand, line, file)
            made += 1
    return made


def _minutes(hand: Hand) -> bytes:
    unit = hand.sheet.unit
    return pdf_bytes(
        PartyDocument(
            superior=unit.parent.name if unit.parent else "",
            issuer=unit.name,
            number="Số 11-BB/CB",
            place_and_date=f"Hà Nội, {day_text(hand.at.date())}",
            title="BIÊN BẢN",
            summary="Họp chi bộ tự chấm điểm quý",
            body=(Paragraph("Chi bộ thống nhất tự chấm theo từng tiêu chí (số liệu minh họa)."),),
            signature=Signature("T/M CHI BỘ", "BÍ THƯ"),
            recipients=("Lưu chi bộ.",),
        )
    )


def _document(hand: Hand, taken: TakenFile, **about: Any) -> EvidenceFile:
    written = {"by": hand.by, "at": hand.at}
    evidence = Evidence(unit=hand.sheet.unit, created_by=hand.by, created_at=hand.at, **about)
    evidence.search = evidence.search_text()
    evidence.save()
    return EvidenceFile.objects.create(evidence=evidence, **written, **vars(taken))


def _attach(hand: Hand, line: str, file: EvidenceFile) -> None:
    """Write what attaching would have written before the sheet was handed in."""
    sheet, written = hand.sheet, {"by": hand.by, "at": hand.at}
    EvidenceUse.objects.create(
        evidence=file.evidence, file=file, evaluation=sheet, line=line, **written
    )
    AuditEntry.objects.create(
        **written,
        door=Door.DEMO,
        action="evidence_attached",
        subject_type="evaluation",
        subject_id=sheet.pk,
        unit=sheet.unit,
        period=sheet.period.code,
        field=f"{line}.evidence",
        new=said(file),
    )


def _photograph() -> bytes:
    """Return a small picture: a wall, a table, no person."""
    width, height = SIZE
    rows = b""
    for y in range(height):
        wall, table = bytes((214 - y // 8, 202 - y // 8, 178)), bytes((128, 84 + y // 16, 52))
        inner = table * (width - 160) if y > height * 3 // 5 else wall * (width - 160)
        rows += b"\0" + wall * 80 + inner + wall * 80
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
