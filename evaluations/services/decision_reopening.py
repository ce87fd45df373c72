"""Taking a decided sheet back into appraisal: the old result is kept as it stood."""

from django.db import transaction

from cells.models import User
from evaluations.models import (
    Evaluation,
    RecognitionChoice,
    ReopenedResult,
    ReopenRequest,
    Stage,
    State,
)
from evaluations.services import locks
from evaluations.services.errors import LockedError
from evaluations.services.sheets import (
    apply_outcome,
    explaining_end,
    outcome_of,
    sheet_locked,
    sheet_move,
)

KEPT = (
    "decision", "self_total", "appraised_total", "final_total", "level", "is_eligible", "reasons",
    "vetoes", "annual_class", "submitted_by", "appraised_by",
)  # fmt: skip
ANSWER = ("option", "num", "den", "na", "points", "note")
CLEARED = ("decision", "final_total", "appraised_by", "appraised_at")


@transaction.atomic
def decision_reopen(
    *, sheet: Evaluation, request: ReopenRequest, by: User, door: str
) -> ReopenedResult:
    """Keep the decided result apart and let the sheet be appraised and decided anew.

    The decision stays; rankings built from it stay. Raises LockedError for a cell that holds a
    title by this result.
    """
    held = sheet_locked(sheet, locks.REOPEN_DECISION, by)
    title = RecognitionChoice.objects.open().filter(evaluation=held).first()
    if title is not None:
        raise LockedError(
            f"Chi bộ đang được công nhận theo quyết định {title.recognition}. Cần thay quyết định"
            " công nhận đó trước khi mở lại kết quả."
        )
    final = held.scores.filter(stage=Stage.FINAL)
    kept = ReopenedResult.objects.create(
        evaluation=held,
        request=request,
        answers={row.line: {name: getattr(row, name) for name in ANSWER} for row in final},
        by=by,
        **{name: getattr(held, name) for name in KEPT},
    )
    final.delete()
    for name in CLEARED:
        setattr(held, name, None)
    own = apply_outcome(held, Stage.SELF, outcome_of(held, Stage.SELF))
    sheet_move(
        held,
        State.SUBMITTED,
        by,
        door,
        action="decision_reopened",
        reason=f"Theo đề nghị: {request.reason} Quyết định cũ: {kept.decision}.",
        fields=[*CLEARED, *explaining_end(held), *own],
    )
    return kept
