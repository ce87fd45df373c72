"""Naming who verifies which group of criteria, and what that closes to others."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from cells import access
from cells.models import Unit, User
from cells.services import audit
from cells.services.recipients import officers_at
from evaluations.models import Evaluation, GroupVerifier
from evaluations.services.errors import RefusedError

# By group of criteria: who is named for it.
Named = Mapping[str, list[User]]
# Who appraises: the sheets of cells at a committee, those of committees at the city.
STAFF = [role for role, actions in access.ROLE_ACTIONS.items() if access.APPRAISE in actions]


def named_for(committees: Iterable[int | None]) -> dict[int, dict[str, list[User]]]:
    """Return who verifies today, by committee and group."""
    found: dict[int, dict[str, list[User]]] = {}
    rows = GroupVerifier.objects.current().filter(
        committee__in={pk for pk in committees if pk}, user__is_active=True
    )
    for row in rows.select_related("user"):
        found.setdefault(row.committee_id, {}).setdefault(row.group, []).append(row.user)
    return found


def named_on(sheet: Evaluation) -> Named:
    return named_for([sheet.period_unit.committee_id]).get(sheet.period_unit.committee_id or 0, {})


def verifier_locks(sheet: Evaluation, by: User, named: Named) -> dict[str, str]:
    """Return the lines that others are named for, each with why `by` does not appraise it.

    Nobody is kept waiting for somebody who cannot: who submitted the sheet or may no longer
    appraise it does not count.
    """
    closed: dict[str, str] = {}
    for group in sheet.criteria.rules.groups:
        able = [user for user in named.get(group.code, []) if _can_verify(sheet, user)]
        if not able or by in able:
            continue
        names = ", ".join(user.full_name for user in able)
        why = f"Nhóm “{group.title}” được phân công cho {names} thẩm định."
        closed |= {line.code: why for line in group.indicators}
    return closed


def _can_verify(sheet: Evaluation, user: User) -> bool:
    return user.pk != sheet.submitted_by_id and sheet.allows(user, access.APPRAISE)


def staff_of(committee: Unit) -> list[User]:
    """Return who may be named for a committee: its own staff who appraise."""
    return officers_at([committee], STAFF)[committee.pk]


@transaction.atomic
def verifier_name(
    *, committee: Unit, group: str, user: User, starts_on: date, by: User, door: str
) -> GroupVerifier:
    """Name a person of the committee's staff for a group. Raises RefusedError."""
    if user not in staff_of(committee):
        raise RefusedError(f"{user.full_name} không phải cán bộ thẩm định của {committee.name}.")
    try:
        with transaction.atomic():
            row = GroupVerifier.objects.create(
                committee=committee, group=group, user=user, starts_on=starts_on, named_by=by
            )
    except IntegrityError as error:
        raise RefusedError(f"{user.full_name} đã được phân công nhóm này.") from error
    _record(row, by, door, "verifier_named", new=f"{group}: {user.full_name}")
    return row


@transaction.atomic
def verifier_end(*, row: GroupVerifier, by: User, door: str, on: date | None = None) -> None:
    """End a naming on a day (today by default: at once); ended before it began, it never held."""
    held = GroupVerifier.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.ends_on is not None:
        raise RefusedError("Phân công này đã kết thúc.")
    held.ends_on = max(on or timezone.localdate(), held.starts_on)
    held.save(update_fields=["ends_on"])
    _record(held, by, door, "verifier_ended", old=f"{held.group}: {held.user.full_name}")


def _record(row: GroupVerifier, by: User, door: str, action: str, **change: str) -> None:
    audit.record(by=by, door=door, action=action, subject=row, unit=row.committee, **change)
