"""Who is told what of an explanation round."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from cells.models import NoticeKind, User
from cells.services.notices import notice_send
from cells.services.recipients import officers_above
from evaluations.models import Evaluation, ExplanationRound
from evaluations.services.sheet_notices import concerned


def round_tell(sheet: Evaluation, *, ends_at: datetime, by: User) -> None:
    """Ask the unit to explain itself."""
    end = timezone.localtime(ends_at)
    text = f"được đề nghị giải trình các dòng thẩm định khác tự chấm, đến hết {end:%d/%m/%Y}."
    _tell(sheet, text, concerned([sheet])[sheet.pk], by)


def explained_tell(sheet: Evaluation, found: ExplanationRound, *, by: User) -> None:
    """Tell who asked and who appraises that the explanation is in."""
    people = {found.opened_by, *officers_above([sheet.unit])[sheet.unit_id]}
    words = f"đã gửi giải trình {sheet.explanations_waiting} dòng, chờ trả lời."
    if not sheet.explanations_waiting:
        words = "đã đồng ý với kết quả thẩm định."
    _tell(sheet, words, people, by)


def answered_tell(sheet: Evaluation, *, line: str, by: User) -> None:
    _tell(sheet, f"đã có trả lời giải trình dòng {line}.", concerned([sheet])[sheet.pk], by)


def _tell(sheet: Evaluation, words: str, to: Iterable[User], by: User) -> None:
    notice_send(
        kind=NoticeKind.EXPLANATION,
        to=to,
        text=f"{sheet.unit.name}, {sheet.period.title}: {words}",
        url=reverse("evaluations:explanation", args=[sheet.period.code, sheet.unit.code]),
        unit=sheet.unit,
        period=sheet.period.code,
        by=by,
    )
