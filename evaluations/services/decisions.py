"""The written decision of a committee: it makes the appraised result final."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from cells import access
from cells.models import AuditEntry, Unit, User
from evaluations.answers import answers_of, score_of
from evaluations.models import Decision, Evaluation, Period, Score, Stage, State
from evaluations.services import locks
from evaluations.services.errors import LockedError, RefusedError
from evaluations.services.sheet_notices import decided_tell
from evaluations.services.sheets import apply_outcome


@transaction.atomic
def decision_make(
    *,
    committee: Unit,
    period: Period,
    sheets: Iterable[Evaluation],
    number: str,
    signed_on: date,
    signer: str,
    by: User,
    door: str,
) -> Decision:
    """Decide appraised sheets under one number and date; all of them or none.

    Raises LockedError naming the first sheet that is not open to it, RefusedError where the
    number was used that day already.
    """
    wanted = [sheet.pk for sheet in sheets]
    held = list(
        Evaluation.objects.select_for_update(of=("self",))
        .select_related("period", "criteria", "unit", "period_unit__kind")
        .filter(pk__in=wanted, period=period, period_unit__committee=committee)
        .order_by("pk")
    )
    if not held or len(held) != len(set(wanted)):
        raise RefusedError("Chọn ít nhất một phiếu đã thẩm định của đảng ủy này.")
    for sheet in held:
        if reason := locks.lock_status(sheet, access.DECIDE, user=by):
            raise LockedError(f"{sheet.unit.name}: {reason}")
    try:
        with transaction.atomic():
            decision = Decision.objects.create(
                committee=committee,
                period=period,
                number=number.strip(),
                signed_on=signed_on,
                signer=signer.strip(),
                by=by,
            )
    except IntegrityError as error:
        raise RefusedError(f"Đã có quyết định số {number} ký cùng ngày.") from error
    _freeze(held, decision, by, door)
    decided_tell(held, decision=decision, by=by)
    return decision


def _freeze(sheets: list[Evaluation], decision: Decision, by: User, door: str) -> None:
    appraised: dict[int, list[Score]] = {sheet.pk: [] for sheet in sheets}
    for row in Score.objects.filter(evaluation__in=sheets, stage=Stage.APPRAISED):
        appraised[row.evaluation_id].append(row)
    finals, entries = [], []
    for sheet in sheets:
        outcome = score_of(sheet, answers_of(appraised[sheet.pk], sheet.criteria.rules))
        changed = apply_outcome(sheet, Stage.FINAL, outcome)
        sheet.state, sheet.decision = State.DECIDED, decision
        finals += [_final(row, by, door) for row in appraised[sheet.pk]]
        entries.append(_entry(sheet, decision, by, door))
    Score.objects.bulk_create(finals, batch_size=1000)
    Evaluation.objects.bulk_update(sheets, ["state", "decision", *changed], batch_size=500)
    AuditEntry.objects.bulk_create(entries, batch_size=1000)


def _final(row: Score, by: User, door: str) -> Score:
    return Score(
        evaluation_id=row.evaluation_id,
        line=row.line,
        stage=Stage.FINAL,
        option=row.option,
        num=row.num,
        den=row.den,
        na=row.na,
        points=row.points,
        note=row.note,
        source=Stage.APPRAISED,
        by=by,
        door=door,
    )


def _entry(sheet: Evaluation, decision: Decision, by: User, door: str) -> AuditEntry:
    return AuditEntry(
        by=by,
        door=door,
        action=State.DECIDED,
        subject_type="evaluation",
        subject_id=sheet.pk,
        unit=sheet.unit,
        period=sheet.period.code,
        field="state",
        old=State.APPRAISED,
        new=State.DECIDED,
        reason=str(decision),
    )
