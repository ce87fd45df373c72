"""The sheets of cells as paper forms: blank for the meeting, or with what is stored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from cells.documents.party import capitals, committee_name
from cells.documents.pdf import typeset, typeset_apart
from cells.models import User
from cells.vietnamese import points_text
from evaluations.answers import answer_of, answers_of, score_of
from evaluations.criteria_words import WORDS
from evaluations.models import CellVote, Evaluation, Score, Stage, State
from evaluations.reports.last_answers import last_answers_of
from evaluations.reports.paper_lines import letter_of, printed_set
from evaluations.rules.engine import Outcome, score_line
from evaluations.rules.structure import Indicator
from evaluations.services.last_answers import Last

TEMPLATE = Path(__file__).with_name("paper_form.typ")
DOTS = "." * 16
NOTHING = {"num": "", "den": "", "option": "", "na": False, "points": ""}
# Which stage stands in the columns of the appraiser; before that nothing is printed there.
JUDGED = {State.APPRAISED: Stage.APPRAISED, State.DECIDED: Stage.FINAL}
NO_VOTE = dict.fromkeys(
    (
        "held_on", "chaired_by", "entitled", "present", "in_favour", "against", "other", "points",
        "note",
    ),
    "",
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """What is stored of one sheet: rows by stage and line, the vote, the period before."""

    rows: Mapping[str, Mapping[str, Score]]
    vote: CellVote | None
    last: Mapping[str, Last]


def sheets_to_print(within: QuerySet[Evaluation]) -> list[Evaluation]:
    """Return sheets with all that a form names, in the order of the tree."""
    return list(
        within.select_related(
            "period", "unit", "criteria", "period_unit__parent", "period_unit__kind"
        )
        .defer("criteria__text")
        .order_by("-unit__is_cell", "path")
    )


def forms_pdf(*, sheets: Sequence[Evaluation], user: User, is_filled: bool) -> bytes:
    """Set the forms of sheets that `user` may see, one after the other."""
    content = forms_content(sheets=sheets, user=user, is_filled=is_filled)
    return (typeset if len(sheets) == 1 else typeset_apart)(TEMPLATE, content)


def forms_content(*, sheets: Sequence[Evaluation], user: User, is_filled: bool) -> dict[str, Any]:
    stored = _stored(sheets, user, is_filled=is_filled)
    sets = {sheet.criteria.code: sheet.criteria.rules for sheet in sheets}
    first = sheets[0]
    return {
        "title": f"Phiếu chấm điểm {first.period.title}",
        "author": committee_name(first.period_unit.parent.name) if first.period_unit.parent else "",
        "nothing": NOTHING,
        "sets": {code: printed_set(rules) for code, rules in sets.items()},
        "forms": [_form(sheet, stored[sheet.pk], is_filled=is_filled) for sheet in sheets],
    }


def _stored(sheets: Sequence[Evaluation], user: User, *, is_filled: bool) -> dict[int, Stored]:
    rows: dict[int, dict[str, dict[str, Score]]] = defaultdict(lambda: defaultdict(dict))
    votes: dict[int, CellVote] = {}
    if is_filled:
        for row in Score.objects.filter(evaluation__in=sheets):
            rows[row.evaluation_id][row.stage][row.line] = row
        standing: Iterable[CellVote] = CellVote.objects.filter(evaluation__in=sheets).standing()
        votes = {vote.evaluation_id: vote for vote in standing}
    last = last_answers_of(sheets, user)
    return {
        sheet.pk: Stored(rows[sheet.pk], votes.get(sheet.pk), last[sheet.pk]) for sheet in sheets
    }


def _form(sheet: Evaluation, stored: Stored, *, is_filled: bool) -> dict[str, Any]:
    frozen, period = sheet.period_unit, sheet.period
    own, judged = _outcomes(sheet, stored) if is_filled else (None, None)
    return {
        "set": sheet.criteria.code,
        "superior": capitals(committee_name(frozen.parent.name)) if frozen.parent else "",
        "issuer": capitals(frozen.name),
        "place_and_date": f"{DOTS}, ngày {DOTS[:4]} tháng {DOTS[:4]} năm {DOTS[:6]}",
        "title": "PHIẾU CHẤM ĐIỂM",
        "summary": f"{frozen.name} – {period.title}",
        "facts": _facts(sheet),
        "self_title": "Chi bộ tự chấm" if sheet.unit.is_cell else "Đảng bộ tự chấm",
        "last_title": f"{WORDS['period'][period.kind]} trước",
        "footer": f"Mã {sheet.unit.code} · {period.title} · {sheet.criteria.code}",
        "values": {line.code: _values(sheet, line, stored) for line in _lines(sheet)},
        "sums": _sums(sheet, own, judged),
        "vetoes": sheet.vetoes if is_filled else [],
        "annual_class": sheet.annual_class if is_filled else "",
        "vote": _vote(sheet, stored.vote),
        "signatures": _signatures(sheet),
    }


def _lines(sheet: Evaluation) -> Iterable[Indicator]:
    return sheet.criteria.rules.indicators.values()


def _facts(sheet: Evaluation) -> list[str]:
    frozen = sheet.period_unit
    said = [f"Mã: {sheet.unit.code}"]
    if frozen.kind:
        said.append(f"loại hình: {frozen.kind.name}")
    if sheet.unit.is_cell and frozen.members:
        attending = f" (phải dự sinh hoạt: {frozen.attending})" if frozen.attending else ""
        said.append(f"số đảng viên: {frozen.members}{attending}")
    said.append(f"hạn nộp: {sheet.period.due_on:%d/%m/%Y}")
    return [
        f"{'; '.join(said)}.",
        f"Chấm theo: {sheet.criteria.title}, mã {sheet.criteria.code}. Ô trống là chưa chấm, không"
        " phải 0 điểm; KAD: không áp dụng.",
    ]


def _values(sheet: Evaluation, line: Indicator, stored: Stored) -> dict[str, Any]:
    judged = JUDGED.get(State(sheet.state), "")
    return {
        "applies": line.applies_to(sheet.kind_code),
        "last": str(stored.last.get(line.code, "")),
        "own": _answer(line, stored.rows.get(Stage.SELF, {}).get(line.code), sheet),
        "appraised": _answer(line, stored.rows.get(judged, {}).get(line.code), sheet),
    }


def _answer(line: Indicator, row: Score | None, sheet: Evaluation) -> dict[str, Any]:
    if row is None or not row.is_answered:
        return NOTHING
    scored = score_line(line, answer_of(row, line), kind=sheet.kind_code)
    return {
        "num": "" if row.num is None else str(row.num),
        "den": "" if row.den is None else str(row.den),
        "option": letter_of(line, row.option),
        "na": row.na,
        "points": "" if scored.points is None else points_text(scored.points),
    }


def _outcomes(sheet: Evaluation, stored: Stored) -> tuple[Outcome | None, Outcome | None]:
    rules, judged = sheet.criteria.rules, JUDGED.get(State(sheet.state), "")
    own, appraised = (
        score_of(sheet, answers_of(rows.values(), rules)) if rows else None
        for rows in (stored.rows.get(Stage.SELF), stored.rows.get(judged))
    )
    return own, appraised


def _sums(
    sheet: Evaluation, own: Outcome | None, judged: Outcome | None
) -> dict[str, dict[str, str]]:
    def said(outcome: Outcome | None, group: str) -> str:
        if outcome is None:
            return ""
        points = outcome.groups[group] if group else outcome.total
        return "" if points is None else points_text(points)

    groups = {group.code: group.code for group in sheet.criteria.rules.groups} | {"total": ""}
    return {
        name: {"own": said(own, group), "appraised": said(judged, group)}
        for name, group in groups.items()
    }


def _vote(sheet: Evaluation, vote: CellVote | None) -> dict[str, str]:
    whose = "chi bộ" if sheet.unit.is_cell else "hội nghị"
    head = {"title": f"Biểu quyết của {whose}"}
    if vote is None:
        return NO_VOTE | head
    counts = ("entitled", "present", "in_favour", "against", "other")
    return head | {
        "held_on": f"{vote.held_on:%d/%m/%Y}",
        "chaired_by": vote.chaired_by,
        "points": "" if vote.points is None else points_text(vote.points),
        "note": vote.note,
        **{name: str(getattr(vote, name)) for name in counts},
    }


def _signatures(sheet: Evaluation) -> list[dict[str, str]]:
    own = "T/M CHI BỘ" if sheet.unit.is_cell else "T/M ĐẢNG ỦY"
    return [
        {"on_behalf": "", "post": "THƯ KÝ"},
        {"on_behalf": own, "post": "BÍ THƯ"},
        {"on_behalf": "", "post": "NGƯỜI THẨM ĐỊNH"},
    ]
