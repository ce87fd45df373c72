"""Which accounts somebody sees, and which of them they may change."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cells import access
from cells.models import Assignment, Role, Unit, User

# A cell has a secretary; the other offices belong to a committee.
CELL_ROLES = {Role.SECRETARY}
ANYWHERE_ROLES = {Role.SUPERVISOR}


def fits(role: str, unit: Unit) -> bool:
    """Return whether a unit of this sort can have this role at all."""
    return role in ANYWHERE_ROLES or (role in CELL_ROLES) == unit.is_cell


def may_grant(by: User, role: str, unit: Unit) -> bool:
    granted = access.grants(by)
    return any(role in roles and reach.covers(unit.path) for reach, roles in granted)


def roles_to_grant(by: User) -> list[tuple[str, str]]:
    """Return the roles that `by` may give somewhere, with their names."""
    allowed = set().union(*(roles for _, roles in access.grants(by)))
    return [(value, label) for value, label in Role.choices if value in allowed]


def accounts_visible(by: User) -> QuerySet[User]:
    """Return the accounts with a role within reach; one without any role stays with its last."""
    if by.is_superuser:
        return User.objects.all()
    within = access.reach(by, access.ACCOUNTS).condition("unit__path")
    held = Assignment.objects.filter(user=OuterRef("pk"))
    is_open = _still_open()
    return User.objects.filter(
        Exists(held.filter(is_open, within))
        | ~Exists(held.filter(is_open)) & Exists(held.filter(within))
    )


def accounts_manageable(by: User) -> QuerySet[User]:
    """Return the visible accounts all of whose roles `by` could have given; never one's own."""
    held = Assignment.objects.filter(user=OuterRef("pk"))
    out_of_hand = held.exclude(grantable(by))
    is_open = _still_open()
    accounts = accounts_visible(by).exclude(pk=by.pk).exclude(Exists(out_of_hand.filter(is_open)))
    accounts = accounts.filter(Exists(held.filter(is_open)) | ~Exists(out_of_hand))
    return accounts if by.is_superuser else accounts.filter(is_superuser=False)


def cells_without_secretary(by: User) -> QuerySet[Unit]:
    """Return the cells to which `by` may give a secretary's account and that have none."""
    reached = Q(pk__in=[])
    for reach, roles in access.grants(by):
        if Role.SECRETARY in roles:
            reached |= reach.condition("path")
    served = Assignment.objects.filter(
        _still_open(), unit=OuterRef("pk"), role=Role.SECRETARY, user__is_active=True
    )
    return Unit.objects.active().cells().filter(reached).exclude(Exists(served))


def grantable(by: User) -> Q:
    """Return the condition on a role that `by` could have given."""
    condition = Q(pk__in=[])
    for reach, roles in access.grants(by):
        condition |= Q(role__in=roles) & reach.condition("unit__path")
    return condition


def _still_open() -> Q:
    """Return the condition on a role that holds today or later."""
    return Q(ends_on__isnull=True) | Q(ends_on__gt=timezone.localdate())
