"""Take reorganisations back: one event, or all that one file did."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from cells.models import Reorganisation, User
from cells.services.reorganisation.participants import (
    ReorganisationRefusedError,
    Trail,
    participants,
)
from cells.services.reorganisation.resolving import UNKNOWN, reach_of
from cells.services.reorganisation.tree_writing import tree_refuses_revert, tree_restore

STILL_USED = "Đã có dữ liệu mới dựa vào sự kiện này nên không hủy bỏ được."


def reorganisation_revert(
    *, event: Reorganisation, reason: str, by: User | None, door: str
) -> Reorganisation:
    """Restore what stood before an event on which nothing depends yet.

    The event stays, marked as taken back. Raises ReorganisationRefusedError.
    """
    if not reason.strip():
        raise ReorganisationRefusedError("Cần ghi lý do hủy bỏ.")
    try:
        with transaction.atomic():
            return _revert(event, reason.strip(), by, door)
    except (IntegrityError, ProtectedError) as error:
        raise ReorganisationRefusedError(STILL_USED) from error


def _revert(event: Reorganisation, reason: str, by: User | None, door: str) -> Reorganisation:
    held = Reorganisation.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if held.reverted_at is not None:
        raise ReorganisationRefusedError("Sự kiện này đã bị hủy bỏ.")
    _check_reach(held, by)
    if why := tree_refuses_revert(held, held.undo["tree"]) or _others_refuse(held):
        raise ReorganisationRefusedError(why)
    trail = Trail(by=by, door=door, reason=reason)
    for part in reversed(participants()):
        if part.name in held.undo:
            part.revert(held, held.undo[part.name], trail)
    tree_restore(held, held.undo["tree"], trail)
    held.reverted_at, held.reverted_by, held.revert_reason = timezone.now(), by, reason
    held.save(update_fields=["reverted_at", "reverted_by", "revert_reason"])
    trail.add("reorganisation_reverted", held, None, old={"kind": held.kind})
    trail.write()
    return held


def _others_refuse(event: Reorganisation) -> str:
    for part in participants():
        if part.name in event.undo and (why := part.refuses_revert(event, event.undo[part.name])):
            return why
    return ""


def _check_reach(event: Reorganisation, by: User | None) -> None:
    """Ask for the same right as carrying out does: over all units of the event."""
    reach = reach_of(by)
    edges = event.lineage.select_related("predecessor__parent", "successor__parent")
    for edge in edges:
        for unit in (edge.predecessor, edge.successor):
            if unit is None:
                continue
            above = unit.parent if event.kind != Reorganisation.Kind.RENAME else None
            if not reach.covers((above or unit).path):
                raise ReorganisationRefusedError(UNKNOWN.format(unit.code))


@transaction.atomic
def batch_revert(*, batch: UUID, reason: str, by: User | None, door: str) -> list[Reorganisation]:
    """Take back what still stands of one file, the last event first, all or none.

    Raises ReorganisationRefusedError naming the event that hinders.
    """
    taken_back = []
    for event in Reorganisation.objects.standing().filter(batch=batch).order_by("-pk"):
        try:
            taken_back.append(reorganisation_revert(event=event, reason=reason, by=by, door=door))
        except ReorganisationRefusedError as error:
            raise ReorganisationRefusedError(f"{event}: {error.message}") from error
    return taken_back
