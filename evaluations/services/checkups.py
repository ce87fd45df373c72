"""Handing in what the checks found: what the person has to see before, what is kept of it."""

from collections.abc import Collection, Sequence

from cells.models import User
from cells.vietnamese import tidy_paragraphs
from evaluations.models import Checkup, Evaluation, Stage
from evaluations.rules.checks import Check
from evaluations.services.errors import RefusedError
from evaluations.services.sheet_checks import unseen, why_blocked
from evaluations.services.suggestions import LAST

LONGEST_NOTE = 500


class UnseenError(RefusedError):
    """Something is to be looked at before handing in, and the person did not say so."""

    def __init__(self, left: Sequence[Check]):
        super().__init__(
            f"Còn {len(left)} điểm nên xem lại. Hãy xem rồi đánh dấu “Đã xem”, hoặc ghi giải trình"
            " ở dòng đó."
        )


def checks_refuse(checks: Sequence[Check], seen: Collection[str] | None, note: str) -> None:
    """Raise RefusedError for what stands in the way, UnseenError for what was not looked at."""
    if reason := why_blocked(checks):
        raise RefusedError(reason)
    if seen is not None and (left := unseen(checks, seen)):
        raise UnseenError(left)
    if len(tidy_paragraphs(note)) > LONGEST_NOTE:
        raise RefusedError("Lời ghi kèm dài quá 500 ký tự. Hãy viết gọn lại.")


def checkup_keep(
    sheet: Evaluation, checks: Sequence[Check], *, is_seen: bool, note: str, by: User
) -> Checkup:
    """Keep what was found with the submission, for who appraises it."""
    own = sheet.scores.filter(stage=Stage.SELF, source=LAST)
    found = [
        {"priority": one.priority, "rule": one.rule, "line": one.line, "text": one.text}
        for one in checks
    ]
    return Checkup.objects.create(
        evaluation=sheet,
        checks=found,
        is_seen=is_seen,
        note=tidy_paragraphs(note),
        carried_over=own.count(),
        by=by,
    )
