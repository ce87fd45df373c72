"""Tờ trình and quyết định of a recognition, from its draft or as it was issued."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils import timezone

from cells.documents.party import (
    Annex,
    Column,
    Heading,
    Paragraph,
    PartyDocument,
    Signature,
    capitals,
    committee_name,
    number_of,
    place_and_date,
)
from cells.models import Unit
from cells.vietnamese import day_text, points_text
from evaluations.models import CriteriaSet, Decision, Recognition
from evaluations.reasons import class_name
from evaluations.reports.recognition import barred_of
from evaluations.reports.recognition_content import Content, Line

PLACE = "Hà Nội"
# Widths in millimetres: together what lies between the margins.
NUMBER, CODE, TOTAL = Column("TT", 10, "center"), Column("Mã", 26), Column("Tổng điểm", 17, "right")
CHOSEN = (NUMBER, CODE, Column("Tên", 72), TOTAL, Column("Xếp loại năm", 40))
WITH_REASON = (
    NUMBER,
    CODE,
    Column("Tên", 47),
    TOTAL,
    Column("Xếp loại năm", 28),
    Column("Lý do, ghi chú", 37),
)
BARRED = (NUMBER, CODE, Column("Tên", 45), TOTAL, Column("Lý do chưa đủ điều kiện", 67))


class Organ(NamedTuple):
    """How the papers of a committee name it: after the number, on whose behalf, its office."""

    code: str
    body: str
    office: str


WARD = Organ("ĐU", "ĐẢNG ỦY", "Văn phòng Đảng ủy")
CITY = Organ("TU", "BAN THƯỜNG VỤ", "Văn phòng Thành ủy")


def organ_of(committee: Unit) -> Organ:
    return WARD if committee.parent_id else CITY


def proposal(content: Content) -> PartyDocument:
    """Return the tờ trình: what is proposed, on which cap, and who is left out, why."""
    committee, board = content.committee, content.board
    barred = barred_of(board)
    body = [
        *_bases(content),
        Paragraph(f"Kính trình xem xét, quyết định công nhận {content.award} như sau:"),
        *_numbered(_findings(content, len(barred))),
        *map(Paragraph, _replaced(content, "Đề nghị thay thế")),
    ]
    lists = [
        Annex(
            "DANH SÁCH 1",
            f"{content.noun} được đề nghị công nhận {content.award}",
            WITH_REASON,
            _rows(content.chosen, with_reason=True),
        ),
        Annex(
            "DANH SÁCH 2",
            f"{content.noun} đủ điều kiện, không đề nghị lần này",
            WITH_REASON,
            _rows(content.passed, with_reason=True),
        ),
        Annex(
            "DANH SÁCH 3",
            f"{content.noun} chưa đủ điều kiện công nhận {content.year}",
            BARRED,
            tuple(
                (
                    str(place),
                    one.sheet.unit.code,
                    one.sheet.period_unit.name,
                    points_text(one.sheet.final_total),
                    "; ".join(one.reasons),
                )
                for place, one in enumerate(barred, start=1)
            ),
        ),
    ]
    return PartyDocument(
        **_head(content, "TTr", number="", day=None),
        title="TỜ TRÌNH",
        summary=f"về việc công nhận {content.award}",
        to=f"Ban Thường vụ {committee_name(committee.name)}",
        body=tuple(body),
        signature=Signature("NGƯỜI TRÌNH", "(ký, ghi rõ họ tên)"),
        recipients=("Như trên", "Lưu Văn phòng"),
        annexes=tuple(one for one in lists if one.rows),
        is_draft=content.is_draft,
    )


def decision(content: Content) -> PartyDocument:
    """Return the quyết định with the list of the cells that it recognises."""
    committee, made = content.committee, content.recognition
    issuer, organ = committee_name(committee.name), organ_of(committee)
    articles = []
    if content.chosen:
        articles.append(
            f"Công nhận {content.award} đối với {len(content.chosen)} {content.noun} trực thuộc"
            " (có danh sách kèm theo)."
        )
    articles += _replaced(content, "Quyết định này thay thế")
    articles.append(
        f"{organ.office}, các {content.noun} trực thuộc và các cơ quan, đơn vị liên quan chịu trách"
        " nhiệm thi hành Quyết định này. Quyết định có hiệu lực từ ngày ký."
    )
    is_final = made is not None and not made.is_draft
    number = made.number if made and is_final else ""
    day = made.signed_on if made and is_final else None
    lists = Annex(
        "DANH SÁCH",
        f"{content.noun} được công nhận {content.award}",
        CHOSEN,
        _rows(content.chosen, with_reason=False),
        note=f"(kèm theo Quyết định số {number}, {day_text(day)}, của {issuer})"
        if day
        else f"(kèm theo Quyết định của {issuer})",
    )
    superior = (f"{committee.parent.name} (để báo cáo)",) if committee.parent else ()
    return PartyDocument(
        **_head(content, "QĐ", number=number, day=day),
        title="QUYẾT ĐỊNH",
        summary=f"công nhận {content.award}",
        body=(
            *_bases(content),
            Heading(f"{capitals(issuer)} QUYẾT ĐỊNH"),
            *(Paragraph(text, f"Điều {place}.") for place, text in enumerate(articles, start=1)),
        ),
        signature=Signature(
            f"T/M {organ.body}",
            capitals(made.get_signer_post_display() if made else Recognition.Post.SECRETARY.label),
            made.signer if made else "",
        ),
        recipients=(*superior, f"Như Điều {len(articles)}", f"Lưu {organ.office}"),
        annexes=(lists,) if content.chosen else (),
        is_draft=not is_final,
    )


PAPERS = {"to-trinh": proposal, "quyet-dinh": decision}


def _head(content: Content, code: str, *, number: str, day: date | None) -> dict[str, Any]:
    committee = content.committee
    return {
        "superior": capitals(committee.parent.name) if committee.parent else "",
        "issuer": capitals(committee_name(committee.name)),
        "number": number_of(number, f"{code}/{organ_of(committee).code}"),
        "place_and_date": place_and_date(PLACE, day, timezone.localdate().year),
    }


def _bases(content: Content) -> list[Paragraph]:
    """Return the lines “Căn cứ …”: the criteria, their own bases, the decisions on the results."""
    board = content.board
    sets = {pool.criteria.code: pool.criteria for pool in board.pools}
    made = {one.sheet.decision for one in board.candidates if one.sheet.decision}
    return [
        Paragraph(f"Căn cứ {text};")
        for text in (*_legal(sets.values()), *map(_said, sets.values()), *_results(made, content))
    ]


def _legal(sets: Iterable[CriteriaSet]) -> list[str]:
    return list(dict.fromkeys(text for one in sets for text in one.rules.legal_basis))


def _said(criteria: CriteriaSet) -> str:
    return f"{criteria.title}, mã {criteria.code}"


def _results(made: Iterable[Decision], content: Content) -> list[str]:
    numbers = sorted((one.signed_on, one.number) for one in made)
    said = ", ".join(f"số {number} ngày {day:%d/%m/%Y}" for day, number in numbers)
    return [f"kết quả chấm điểm {content.year} theo quyết định {said}"] if said else []


def _cap_sentence(content: Content) -> str:
    if not content.caps:
        return f"Bộ tiêu chí không đặt trần số {content.noun} được công nhận."
    made = content.recognition
    special = made.exception_reason if made and made.has_exception else ""
    return f"Trần: {' '.join(content.caps)}" + (
        f" Áp dụng mức ngoại lệ, lý do: {special}." if special else ""
    )


def _replaced(content: Content, opening: str) -> list[str]:
    """Return the sentence on the decision that this one puts out of force, and why."""
    made = content.recognition
    if made is None or made.revokes is None or made.revokes.signed_on is None:
        return []
    old = f"Quyết định số {made.revokes.number}, {day_text(made.revokes.signed_on)}"
    return [f"{opening} {old}. Lý do: {made.revoke_reason.rstrip('.')}."]


def _findings(content: Content, barred: int) -> list[str]:
    """Return the numbered sentences of a tờ trình: who was looked at, the cap, who is proposed."""
    board = content.board
    eligible = len(board.candidates)
    waiting = f"; chưa có quyết định kết quả: {len(board.undecided)}" if board.undecided else ""
    found = [
        f"Số {content.noun} đã có quyết định kết quả {content.year}: {eligible + barred}; trong đó"
        f" đủ điều kiện: {eligible}{waiting}.",
        _cap_sentence(content),
        f"Đề nghị công nhận: {len(content.chosen)} {content.noun} (Danh sách 1)."
        + (f" Đã được công nhận trước đó: {content.held} {content.noun}." if content.held else ""),
    ]
    if content.passed:
        count = len(content.passed)
        found.append(f"Đủ điều kiện, không đề nghị lần này: {count} {content.noun} (Danh sách 2).")
    if barred:
        found.append(f"Chưa đủ điều kiện: {barred} {content.noun} (Danh sách 3).")
    return found


def _numbered(sentences: Iterable[str]) -> list[Paragraph]:
    return [Paragraph(text, f"{place}.") for place, text in enumerate(sentences, start=1)]


def _rows(lines: Sequence[Line], *, with_reason: bool) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            str(place),
            line.sheet.unit.code,
            line.sheet.period_unit.name,
            points_text(line.total),
            class_name(line.sheet.annual_class),
            *((line.reason,) if with_reason else ()),
        )
        for place, line in enumerate(lines, start=1)
    )
