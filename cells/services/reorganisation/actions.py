"""Try, carry out and take back reorganisations: one event, or many as one batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from cells.models import Reorganisation, Unit, User
from cells.services.reorganisation.checks import plan_refusals
from cells.services.reorganisation.participants import (
    Change,
    Effect,
    Refusal,
    ReorganisationRefusedError,
    Trail,
    Warned,
    drop_zero,
    participants,
    sum_of,
)
from cells.services.reorganisation.plans import Plan
from cells.services.reorganisation.resolving import plan_resolve
from cells.services.reorganisation.tree_writing import (
    tree_write,
)

# Told before each event: how many are done, of how many.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Preview:
    """What one or many plans would do: counted effects, warnings, and what hinders them."""

    effects: tuple[Effect, ...] = ()
    warnings: tuple[Warned, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class _Written:
    event: Reorganisation
    change: Change
    effects: tuple[Effect, ...]
    warnings: tuple[str, ...]


def _silently(done: int, total: int) -> None:
    return


def reorganisation_preview(*, plan: Plan, by: User | None) -> Preview:
    """Return what a plan would do; nothing is kept of it."""
    return reorganisations_preview(plans=[plan], by=by)


def reorganisations_preview(
    *, plans: Sequence[Plan], by: User | None, tell: Tell = _silently
) -> Preview:
    """Carry out the plans one after the other and undo all of it, so that nothing is guessed."""
    with transaction.atomic():
        written, refusals = _try_all(plans, by, "", tell)
        transaction.set_rollback(True)
    return _preview(written, refusals)


def reorganisation_apply(*, plan: Plan, by: User | None, door: str) -> Reorganisation:
    """Carry out one event. Raises ReorganisationRefusedError with every reason."""
    events, _ = reorganisations_apply(plans=[plan], by=by, door=door)
    return events[0]


@transaction.atomic
def reorganisations_apply(
    *, plans: Sequence[Plan], by: User | None, door: str, tell: Tell = _silently
) -> tuple[list[Reorganisation], Preview]:
    """Carry out the plans in their order, all or none. Raises ReorganisationRefusedError."""
    written, refusals = _try_all(plans, by, door, tell)
    if refusals:
        raise ReorganisationRefusedError(refusals[0].message, refusals)
    for part in participants():
        part.settle([one.change for one in written], by=by, door=door)
    return [one.event for one in written], _preview(written, [])


def _try_all(
    plans: Sequence[Plan], by: User | None, door: str, tell: Tell
) -> tuple[list[_Written], list[Refusal]]:
    """Write what can be written, and collect what hinders the rest."""
    batch = uuid4() if len(plans) > 1 else None
    written: list[_Written] = []
    refusals: list[Refusal] = []
    for number, plan in enumerate(plans):
        tell(number, len(plans))
        change, found = _change_of(plan, by)
        if change is None or found:
            refusals += [replace(one, plan=number) for one in found]
        else:
            written.append(_write(change, by, door, batch))
    return written, refusals


def _change_of(plan: Plan, by: User | None) -> tuple[Change | None, list[Refusal]]:
    if found := plan_refusals(plan, timezone.localdate()):
        return None, found
    change, found = plan_resolve(plan, by)
    if change is not None:
        found = [one for part in participants() for one in part.refusals(change)]
    return change, found


def _write(change: Change, by: User | None, door: str, batch: UUID | None) -> _Written:
    plan = change.plan
    effects = [
        *_tree_effects(change),
        *(effect for part in participants() for effect in part.effects(change)),
    ]
    event = Reorganisation.objects.create(
        kind=plan.kind, effective_on=plan.effective_on, decision_number=plan.decision_number,
        decided_on=plan.decided_on, signer=plan.signer, note=plan.note, batch=batch,
        plan=plan.document(), by=by,
    )  # fmt: skip
    trail = Trail(by=by, door=door, reason=plan.decision)
    # The parts above end and begin what hangs on units: founded first, so that it has a place.
    event.undo = {"tree": tree_write(event, change, trail)}
    for part in participants():
        event.undo[part.name] = part.apply(event, change, trail)
    event.save(update_fields=["undo"])
    trail.add("reorganised", event, _filed_under(change), new={"kind": plan.kind})
    trail.write()
    warnings = [warning for part in participants() for warning in part.warnings(change)]
    return _Written(event, change, tuple(drop_zero(effects)), tuple(warnings))


def _tree_effects(change: Change) -> list[Effect]:
    founded = 0 if change.receiving or change.moves else len(change.plan.after)
    return [
        Effect("units_founded", "Đơn vị được thành lập", founded),
        Effect("units_closed", "Đơn vị kết thúc hoạt động", len(change.closing)),
        Effect("units_changed", "Đơn vị đổi tên, cấp trên hoặc loại", len(change.moves)),
    ]


def _filed_under(change: Change) -> Unit | None:
    stayed = [*change.closing, *(move.unit for move in change.moves)]
    return stayed[0] if stayed else change.founded[0].parent


def _preview(written: Sequence[_Written], refusals: Sequence[Refusal]) -> Preview:
    return Preview(
        effects=sum_of([effect for one in written for effect in one.effects]),
        warnings=tuple(
            Warned(text, number) for number, one in enumerate(written) for text in one.warnings
        ),
        refusals=tuple(refusals),
    )
