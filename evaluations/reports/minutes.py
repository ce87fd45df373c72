"""The minutes of the meeting that votes on a sheet: a draft with gaps, or what is recorded."""

from cells.documents.party import (
    Heading,
    Paragraph,
    PartyDocument,
    Signature,
    capitals,
    committee_name,
    number_of,
    place_and_date,
)
from cells.vietnamese import day_text, points_text
from evaluations.models import CellVote, Evaluation, Stage
from evaluations.rules.engine import Outcome
from evaluations.rules.numbers import spoken
from evaluations.rules.structure import Group
from evaluations.services.sheets import outcome_of

PLACE = "Hà Nội"
DOTS = "…" * 4
# In pieces: a line of dots breaks where the page does.
LONG = " ".join(["…" * 3] * 8)


def minutes_of(sheet: Evaluation) -> PartyDocument:
    """Return the minutes: what a clerk knows is filled in, the rest is left to be written."""
    frozen, vote = sheet.period_unit, CellVote.objects.standing_of(sheet)
    is_cell = sheet.unit.is_cell
    return PartyDocument(
        superior=capitals(committee_name(frozen.parent.name)) if frozen.parent else "",
        issuer=capitals(frozen.name),
        number=number_of("", "BB/CB" if is_cell else "BB/ĐU"),
        place_and_date=place_and_date(
            PLACE, vote.held_on if vote else None, sheet.period.ends_on.year
        ),
        title="BIÊN BẢN",
        summary=f"họp {_meeting(sheet)} tự chấm điểm {sheet.period.title}",
        body=(
            *_opening(sheet, vote),
            Heading("Nội dung"),
            *_content(sheet, outcome_of(sheet, Stage.SELF)),
            Heading("Biểu quyết"),
            *_voting(vote),
            Paragraph(
                "Cuộc họp kết thúc lúc …… giờ …… cùng ngày. Biên bản đã được đọc cho toàn"
                " thể hội nghị nghe và nhất trí."
            ),
        ),
        signature=Signature("CHỦ TRÌ", "(ký, ghi rõ họ tên)", vote.chaired_by if vote else ""),
        beside=Signature("THƯ KÝ", "(ký, ghi rõ họ tên)"),
        recipients=(),
    )


def _meeting(sheet: Evaluation) -> str:
    return "chi bộ" if sheet.unit.is_cell else "ban chấp hành đảng bộ"


def _opening(sheet: Evaluation, vote: CellVote | None) -> list[Paragraph]:
    day = day_text(vote.held_on) if vote else f"ngày {DOTS}"
    present = f"{vote.present}/{vote.entitled}" if vote else f"{DOTS}/{DOTS}"
    return [
        Paragraph(f"lúc …… giờ ……, {day}, tại {LONG}", "Thời gian, địa điểm:"),
        Paragraph(
            f"{present} người được biểu quyết; vắng {DOTS} (có lý do: {DOTS}; không lý do: {DOTS})",
            "Có mặt:",
        ),
        Paragraph(vote.chaired_by if vote else LONG, "Chủ trì:"),
        Paragraph(LONG, "Thư ký:"),
    ]


def _content(sheet: Evaluation, outcome: Outcome) -> list[Paragraph]:
    whose = "Chi bộ" if sheet.unit.is_cell else "Đảng bộ"
    said = [
        Paragraph(
            f"{whose} tự chấm điểm {sheet.period.title} theo {sheet.criteria.title}, mã"
            f" {sheet.criteria.code}; điểm từng dòng có phiếu kèm theo.",
            "1.",
        )
    ]
    missing = set(outcome.missing)
    groups = [
        f"{group.title}: {_group_points(group, outcome, missing)}/{spoken(group.max)} điểm"
        for group in sheet.criteria.rules.groups
    ]
    total = None if outcome.missing else outcome.total
    said.append(Paragraph(f"{'; '.join(groups)}. Tổng cộng: {_points(total)} điểm.", "2."))
    held = [veto.title for veto in sheet.criteria.rules.vetoes if veto.code in sheet.vetoes]
    said.append(Paragraph(f"Điểm loại: {'; '.join(held) or 'không có'}.", "3."))
    said.append(Paragraph(f"Ý kiến thảo luận, giải trình: {LONG} {LONG}", "4."))
    return said


def _group_points(group: Group, outcome: Outcome, missing: set[str]) -> str:
    """Return the points of a group once all its lines have a result."""
    if missing & {line.code for line in group.indicators}:
        return DOTS
    return _points(outcome.groups[group.code])


def _points(value: int | None) -> str:
    return DOTS if value is None else points_text(value)


def _voting(vote: CellVote | None) -> list[Paragraph]:
    if vote is None:
        return [
            Paragraph(
                f"tán thành {DOTS} (đạt {DOTS} %); không tán thành {DOTS}; ý kiến khác {DOTS}."
                f" Tổng điểm hội nghị thông qua: {DOTS} điểm.",
                "Kết quả:",
            )
        ]
    points = (
        f" Tổng điểm hội nghị thông qua: {points_text(vote.points)} điểm."
        if vote.points is not None
        else ""
    )
    note = f" {vote.note}" if vote.note else ""
    return [Paragraph(f"{vote.words}.{points}{note}", "Kết quả:")]
