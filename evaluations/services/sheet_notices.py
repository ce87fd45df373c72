"""Who is told what when a sheet takes a step."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.urls import reverse

from cells.models import NoticeKind, Unit, User
from cells.services.notices import Message, notice_send, notices_send
from cells.services.recipients import officers_at, secretaries
from evaluations.models import Decision, Evaluation


def answerable(sheets: Iterable[Evaluation]) -> dict[int, list[User]]:
    """Return who answers for each sheet, by its id: the secretaries, or a committee's own staff."""
    held = list(sheets)
    cells = secretaries(sheet.unit for sheet in held if sheet.unit.is_cell)
    committees = officers_at(sheet.unit for sheet in held if not sheet.unit.is_cell)
    return {
        sheet.pk: (cells if sheet.unit.is_cell else committees)[sheet.unit_id] for sheet in held
    }


def concerned(sheets: Iterable[Evaluation]) -> dict[int, list[User]]:
    """Return who answers for each sheet, and who handed it in."""
    held = list(sheets)
    hands = User.objects.in_bulk({sheet.submitted_by_id for sheet in held} - {None})
    found = answerable(held)
    for sheet in held:
        submitter = hands.get(sheet.submitted_by_id)
        if submitter and submitter not in found[sheet.pk]:
            found[sheet.pk].append(submitter)
    return found


def returned_tell(sheet: Evaluation, *, by: User, lines: Sequence[str] = ()) -> None:
    """Tell that a sheet came back, or the named lines of it; the reasons stand on the sheet."""
    named = ", ".join(lines)
    where = f" {'các dòng' if len(lines) > 1 else 'dòng'} {named}" if named else ""
    _tell(
        sheet,
        NoticeKind.RETURNED,
        f"{sheet.unit.name}: phiếu {sheet.period.title} được trả lại để sửa{where}."
        " Mở phiếu để xem lý do, sửa rồi nộp lại.",
        to=concerned([sheet])[sheet.pk],
        by=by,
    )


def appraised_tell(sheet: Evaluation, *, by: User) -> None:
    """Tell who answers for it; a clerk who hands in for a whole ward sees it in the queue."""
    text = f"{sheet.unit.name}: phiếu {sheet.period.title} đã thẩm định xong."
    people = answerable([sheet])[sheet.pk]
    _tell(sheet, NoticeKind.APPRAISED, text, to=people, by=by, page="scorecard")


def _tell(
    sheet: Evaluation,
    kind: NoticeKind,
    text: str,
    *,
    to: Iterable[User],
    by: User,
    page: str = "sheet",
) -> None:
    notice_send(
        kind=kind,
        to=to,
        text=text,
        url=reverse(f"evaluations:{page}", args=[sheet.period.code, sheet.unit.code]),
        unit=sheet.unit,
        period=sheet.period.code,
        by=by,
    )


def decided_tell(sheets: Iterable[Evaluation], *, decision: Decision, by: User) -> None:
    """Tell each person once of a decision, however many of the sheets are theirs."""
    own: dict[User, list[Unit]] = defaultdict(list)
    held = {sheet.pk: sheet for sheet in sheets}
    for pk, people in concerned(held.values()).items():
        for person in people:
            own[person].append(held[pk].unit)
    notices_send([_decided(person, units, decision) for person, units in own.items()], by=by)


def _decided(person: User, units: list[Unit], decision: Decision) -> Message:
    period, only = decision.period, units[0] if len(units) == 1 else None
    whose = only.name if only else f"{len(units)} đơn vị"
    where = (
        reverse("evaluations:scorecard", args=[period.code, only.code])
        if only
        else reverse("evaluations:decision", args=[period.code, decision.pk])
    )
    return Message(
        kind=NoticeKind.DECIDED,
        to=person,
        text=f"{whose}: kết quả {period.title} đã có quyết định số {decision.number}.",
        url=where,
        unit=only,
        period=period.code,
        key=f"decided:{decision.pk}",
    )
