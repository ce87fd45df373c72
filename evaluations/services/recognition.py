"""Recognising cells for a year: a decision that stays, and the one that corrects it."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cells.models import AuditEntry, Unit, User
from cells.services import audit
from cells.vietnamese import tidy
from evaluations.models import Period, Recognition, RecognitionChoice
from evaluations.services.errors import ReasonMissingError, RefusedError
from evaluations.services.recognition_board import Board, Pool, board_of
from evaluations.services.recognition_drafts import CHANGED, StaleError, draft_locked
from evaluations.services.recognition_problems import Problems, problems_of


class NotReadyError(RefusedError):
    """The choice cannot become a decision yet; `problems` says where."""

    def __init__(self, problems: Problems):
        first = [*problems.general, *problems.rows.values()][0]
        super().__init__(first)
        self.problems = problems


@transaction.atomic
def recognition_issue(
    *,
    committee: Unit,
    period: Period,
    number: str,
    signed_on: date,
    signer: str,
    signer_post: str,
    chosen: Collection[int],
    version: int,
    by: User,
    door: str,
) -> Recognition:
    """Make the draft a decision: from now on it never changes, and its cells hold the title.

    `chosen` and `version` are the sheets and the draft that the signer read: StaleError or
    RefusedError where they are others now. Raises NotReadyError where a cap or a missing reason
    hinders, RefusedError where the number was used that day already.
    """
    draft = draft_locked(committee, period)
    if draft is None or draft.version != version:
        raise StaleError(draft)
    # Results may have been recomputed, other decisions made: all is read anew.
    board = board_of(committee, period)
    if problems := problems_of(board):
        raise NotReadyError(problems)
    if set(chosen) != {one.sheet.pk for one in board.chosen}:
        raise RefusedError(CHANGED)
    if draft.revokes_id:
        _revoke(draft.revokes_id)
    _freeze_choices(draft, board)
    draft.quota = [_quota(pool) for pool in board.pools]
    draft.number, draft.signed_on, draft.signer = tidy(number), signed_on, tidy(signer)
    draft.signer_post = signer_post
    draft.state, draft.issued_by, draft.issued_at = Recognition.State.ISSUED, by, timezone.now()
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:
        raise RefusedError(f"Đã có quyết định công nhận số {number} ký cùng ngày.") from error
    _record_issue(draft, board, by, door)
    return draft


def _revoke(pk: int) -> None:
    revoked = Recognition.objects.select_for_update().get(pk=pk)
    if revoked.state != Recognition.State.ISSUED:
        raise RefusedError("Quyết định cần thay đã bị một quyết định khác thay thế.")
    RecognitionChoice.objects.open().filter(recognition=revoked).update(is_open=False)
    Recognition.objects.filter(pk=pk).update(state=Recognition.State.REVOKED)


def _freeze_choices(draft: Recognition, board: Board) -> None:
    """Store every eligible cell as it stood, also those passed over."""
    draft.choices.all().delete()
    RecognitionChoice.objects.bulk_create(
        RecognitionChoice(
            recognition=draft,
            evaluation=one.sheet,
            is_chosen=one.choice.is_chosen,
            reason=one.choice.reason,
            total=one.total,
            is_open=one.choice.is_chosen,
        )
        for one in board.candidates
        if not one.held
    )


def _quota(pool: Pool) -> dict[str, Any]:
    counts = {"label": pool.label, "eligible": pool.eligible, "chosen": pool.chosen}
    return {**counts, "held": pool.held, **(asdict(pool.cap) if pool.cap else {})}


def _record_issue(made: Recognition, board: Board, by: User, door: str) -> None:
    period = made.period.code
    audit.record(
        by=by, door=door, action="recognised", subject=made, unit=made.committee, period=period,
        field="state", old=Recognition.State.DRAFT, new=Recognition.State.ISSUED, reason=str(made),
    )  # fmt: skip
    AuditEntry.objects.bulk_create(
        AuditEntry(
            by=by,
            door=door,
            action="recognised",
            subject_type="evaluation",
            subject_id=one.sheet.pk,
            unit=one.sheet.unit,
            period=period,
            field="recognition",
            new=made.pk,
            reason=str(made),
        )
        for one in board.chosen
    )
    if made.revokes:
        audit.record(
            by=by, door=door, action="recognition_revoked", subject=made.revokes,
            unit=made.committee, period=period, field="state", old=Recognition.State.ISSUED,
            new=Recognition.State.REVOKED, reason=made.revoke_reason,
        )  # fmt: skip


@transaction.atomic
def recognition_correct(
    *, recognition: Recognition, reason: str, by: User, door: str
) -> Recognition:
    """Begin the draft of a decision that will replace an issued one, with the same choice."""
    reason = tidy(reason)
    if not reason:
        raise ReasonMissingError("Hãy ghi rõ vì sao phải thay quyết định này.")
    if draft_locked(recognition.committee, recognition.period):
        raise RefusedError("Đang có một bản dự thảo. Ban hành hoặc bỏ bản đó trước.")
    issued = Recognition.objects.select_for_update(of=("self",)).get(pk=recognition.pk)
    if issued.state != Recognition.State.ISSUED:
        raise RefusedError("Quyết định này không còn hiệu lực nên không thay được nữa.")
    draft = Recognition.objects.create(
        committee=recognition.committee,
        period=recognition.period,
        revokes=issued,
        revoke_reason=reason,
        has_exception=issued.has_exception,
        exception_reason=issued.exception_reason,
        created_by=by,
        updated_by=by,
    )
    RecognitionChoice.objects.bulk_create(
        RecognitionChoice(
            recognition=draft,
            evaluation_id=row.evaluation_id,
            is_chosen=row.is_chosen,
            reason=row.reason,
        )
        for row in issued.choices.all()
        if row.is_chosen or row.reason
    )
    audit.record(
        by=by, door=door, action="recognition_correction", subject=draft, unit=draft.committee,
        period=draft.period.code, field="revokes", new=issued.pk, reason=reason,
    )  # fmt: skip
    return draft
