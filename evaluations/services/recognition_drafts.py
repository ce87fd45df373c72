"""The draft of a recognition: chosen cell by cell, saved as it grows, given up or issued."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from cells.models import AuditEntry, Unit, User
from cells.services import audit
from cells.vietnamese import tidy
from evaluations.models import Evaluation, Period, Recognition, RecognitionChoice, State
from evaluations.services.errors import RefusedError
from evaluations.services.recognition_board import Choice
from evaluations.services.recognition_subject import subject_of

CHANGED = "Danh sách vừa thay đổi. Hãy xem lại bảng công nhận."


class StaleError(RefusedError):
    """Somebody else saved the draft in the meantime."""

    def __init__(self, draft: Recognition | None):
        who = draft.updated_by if draft else None
        super().__init__(f"{who or 'Người khác'} vừa sửa bản dự thảo này.")
        self.draft = draft


@transaction.atomic
def recognition_save(
    *,
    committee: Unit,
    period: Period,
    choices: Mapping[int, Choice],
    has_exception: bool,
    exception_reason: str,
    version: int,
    by: User,
    door: str,
) -> Recognition | None:
    """Save what was chosen so far; sheets that `choices` leaves out keep what they had.

    Where nobody chose anything yet, no draft begins: None.

    `version` is that of the draft its author saw, 0 where there was none. Raises StaleError,
    and RefusedError where a sheet is none of the committee's decided ones.
    """
    draft = draft_locked(committee, period)
    if (draft.version if draft else 0) != version:
        raise StaleError(draft)
    draft = draft or Recognition(committee=committee, period=period, created_by=by, version=0)
    wanted = {sheet: Choice(one.is_chosen, tidy(one.reason)) for sheet, one in choices.items()}
    stored = {row.evaluation_id: row for row in draft.choices.all()} if draft.pk else {}
    changed = {
        sheet: choice for sheet, choice in wanted.items() if choice != _choice_in(stored.get(sheet))
    }
    exception = (has_exception, tidy(exception_reason))
    before = (draft.has_exception, draft.exception_reason)
    if not changed and exception == before:
        return draft if draft.pk else None
    sheets = _own_sheets(committee, period, changed)
    draft.has_exception, draft.exception_reason = exception
    _touch(draft, by)
    _write(draft, stored, changed)
    _record_choices(draft, sheets, stored, changed, by, door)
    if exception != before:
        audit.record(
            by=by, door=door, action="recognition_draft", subject=draft, unit=committee,
            period=period.code, field="exception", old=before, new=exception,
        )  # fmt: skip
    return draft


def draft_locked(committee: Unit, period: Period) -> Recognition | None:
    """Return the draft of a committee, held until the end of the transaction."""
    # The committee is locked too: two people may begin the first draft at once.
    Unit.objects.select_for_update().get(pk=committee.pk)
    found: Recognition | None = (
        Recognition.objects.drafts()
        .select_for_update(of=("self",))
        .select_related("updated_by")
        .filter(committee=committee, period=period)
        .first()
    )
    return found


def _choice_in(row: RecognitionChoice | None) -> Choice:
    return Choice(row.is_chosen, row.reason) if row else Choice(False, "")


def _own_sheets(committee: Unit, period: Period, wanted: Any) -> dict[int, Evaluation]:
    found = Evaluation.objects.filter(
        pk__in=list(wanted),
        period=period,
        period_unit__committee=committee,
        state=State.DECIDED,
        unit__is_cell=subject_of(committee, period).is_cell,
    ).select_related("unit")
    sheets = {sheet.pk: sheet for sheet in found}
    if len(sheets) != len(wanted):
        raise RefusedError(CHANGED)
    return sheets


def _touch(draft: Recognition, by: User) -> None:
    draft.version += 1
    draft.updated_by, draft.updated_at = by, timezone.now()
    draft.save()


def _write(
    draft: Recognition,
    stored: Mapping[int, RecognitionChoice],
    changed: Mapping[int, Choice],
) -> None:
    RecognitionChoice.objects.bulk_create(
        [
            RecognitionChoice(
                recognition=draft,
                evaluation_id=sheet,
                is_chosen=choice.is_chosen,
                reason=choice.reason,
            )
            for sheet, choice in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["recognition", "evaluation"],
        update_fields=["is_chosen", "reason"],
    )


def _record_choices(
    draft: Recognition,
    sheets: Mapping[int, Evaluation],
    stored: Mapping[int, RecognitionChoice],
    changed: Mapping[int, Choice],
    by: User,
    door: str,
) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(
            by=by,
            door=door,
            action="recognition_draft",
            subject_type="recognition",
            subject_id=draft.pk,
            unit=sheets[sheet].unit,
            period=draft.period.code,
            field="choice",
            old=_choice_in(stored.get(sheet))._asdict(),
            new=choice._asdict(),
        )
        for sheet, choice in changed.items()
    )


@transaction.atomic
def recognition_discard(
    *, committee: Unit, period: Period, version: int, by: User, door: str
) -> None:
    """Give up the draft; the trail keeps what it held. Raises StaleError."""
    draft = draft_locked(committee, period)
    if draft is None or draft.version != version:
        raise StaleError(draft)
    held = {
        code: Choice(chosen, reason)._asdict()
        for code, chosen, reason in draft.choices.values_list(
            "evaluation__unit__code", "is_chosen", "reason"
        )
    }
    audit.record(
        by=by, door=door, action="recognition_discarded", subject=draft, unit=committee,
        period=period.code, field="choices", old=held, reason=draft.revoke_reason,
    )  # fmt: skip
    draft.delete()
