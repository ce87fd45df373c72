"""Making, ending and handing over accounts. Each action checks that `by` may do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cells import grants
from cells.models import Assignment, AuditEntry, Role, Unit, User
from cells.services import audit
from cells.services.passwords import one_time_hash, one_time_password, username_for
from cells.vietnamese import tidy

NOT_YOURS = "Đồng chí không có quyền thay đổi tài khoản này."


class AccountRefusedError(Exception):
    """An action on an account that cannot be done; the message says why, in Vietnamese."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Slip:
    """What is handed to a person once, on paper; the password is stored nowhere in clear."""

    full_name: str
    username: str
    password: str
    role: str
    unit: str


@transaction.atomic
def account_create(*, full_name: str, unit: Unit, role: str, by: User, door: str) -> Slip:
    """Make an account with one role from today on. Raises AccountRefusedError."""
    _check_grant(by, role, unit)
    name = tidy(full_name)
    standing = User.objects.filter(
        full_name=name,
        assignments__unit=unit,
        assignments__role=role,
        assignments__ends_on__isnull=True,
    ).first()
    if standing:
        raise AccountRefusedError(
            f"{name} đã có tài khoản “{standing.username}” ở đơn vị này."
            " Quên mật khẩu thì mở tài khoản đó và bấm “Cấp lại mật khẩu”."
        )
    return _accounts_create({unit: name}, role, by, door)[0]


@transaction.atomic
def secretaries_create(*, names: Mapping[Unit, str], by: User, door: str) -> list[Slip]:
    """Make a secretary's account for each cell that still lacks one; all of them or none."""
    # Two clerks at once: the second waits here, then finds nothing lacking.
    cells = Unit.objects.filter(pk__in=[unit.pk for unit in names]).order_by("pk")
    list(cells.select_for_update(of=("self",)).values_list("pk", flat=True))
    lacking = set(
        grants.cells_without_secretary(by)
        .filter(pk__in=[unit.pk for unit in names])
        .values_list("pk", flat=True)
    )
    wanted = {unit: tidy(name) for unit, name in names.items() if unit.pk in lacking}
    return _accounts_create(wanted, Role.SECRETARY, by, door)


def _accounts_create(names: Mapping[Unit, str], role: str, by: User, door: str) -> list[Slip]:
    taken = set(User.objects.values_list("username", flat=True))
    users, slips = [], []
    for unit, name in names.items():
        username, password = username_for(name, unit.code, taken), one_time_password()
        taken.add(username)
        users.append(
            User(
                username=username,
                full_name=name,
                search=User.search_text(name, username),
                password=one_time_hash(password),
                must_change_password=True,
                created_by=by,
            )
        )
        slips.append(Slip(name, username, password, Role(role).label, unit.name))
    try:
        with transaction.atomic():
            User.objects.bulk_create(users)
    except IntegrityError as error:
        raise AccountRefusedError("Có người vừa tạo tài khoản trùng tên. Hãy bấm lại.") from error
    today = timezone.localdate()
    made = list(zip(users, names, strict=True))
    Assignment.objects.bulk_create(
        Assignment(user=user, unit=unit, role=role, starts_on=today) for user, unit in made
    )
    AuditEntry.objects.bulk_create(
        AuditEntry(
            by=by,
            door=door,
            action="account_created",
            subject_type="user",
            subject_id=user.pk,
            unit=unit,
            new={"username": user.username, "full_name": user.full_name, "role": role},
        )
        for user, unit in made
    )
    return slips


@transaction.atomic
def password_reset(*, user: User, by: User, door: str) -> Slip:
    """Give a new one-time password; every open session of the account ends."""
    held = _managed(user, by)
    password = one_time_password()
    held.password, held.must_change_password = one_time_hash(password), True
    held.save(update_fields=["password", "must_change_password"])
    _record(held, by, door, "password_reset")
    role = held.assignments.current(timezone.localdate()).select_related("unit").first()
    return Slip(
        held.full_name,
        held.username,
        password,
        role.get_role_display() if role else "",
        role.unit.name if role else "",
    )


@transaction.atomic
def account_deactivate(*, user: User, by: User, door: str) -> None:
    _switch(user, by, door, is_active=False)


@transaction.atomic
def account_reactivate(*, user: User, by: User, door: str) -> None:
    _switch(user, by, door, is_active=True)


def _switch(user: User, by: User, door: str, *, is_active: bool) -> None:
    held = _managed(user, by)
    if held.is_active == is_active:
        return
    held.is_active = is_active
    held.save(update_fields=["is_active"])
    action = "account_reactivated" if is_active else "account_deactivated"
    _record(held, by, door, action, field="is_active", old=not is_active, new=is_active)


@transaction.atomic
def assignment_give(
    *, user: User, unit: Unit, role: str, starts_on: date, by: User, door: str
) -> Assignment:
    """Give an account another role. Raises AccountRefusedError."""
    held = _managed(user, by)
    _check_grant(by, role, unit)
    try:
        with transaction.atomic():
            given = Assignment.objects.create(user=held, unit=unit, role=role, starts_on=starts_on)
    except IntegrityError as error:
        raise AccountRefusedError("Tài khoản này đang có vai trò đó ở đơn vị này.") from error
    new = {"role": role, "from": starts_on.isoformat()}
    _record(held, by, door, "assignment_given", unit=unit, field="role", new=new)
    return given


@transaction.atomic
def assignment_end(*, assignment: Assignment, ends_on: date, by: User, door: str) -> Assignment:
    """End a role; `ends_on` is the first day on which it no longer holds."""
    _managed(assignment.user, by)
    held = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("unit", "user")
        .get(pk=assignment.pk)
    )
    if not grants.may_grant(by, held.role, held.unit):
        raise AccountRefusedError(NOT_YOURS)
    if held.ends_on is not None and held.ends_on <= timezone.localdate():
        raise AccountRefusedError("Vai trò này đã kết thúc rồi.")
    if ends_on < held.starts_on:
        raise AccountRefusedError(f"Ngày kết thúc phải từ {held.starts_on:%d/%m/%Y} trở đi.")
    old, held.ends_on = held.ends_on, ends_on
    held.save(update_fields=["ends_on"])
    _record(
        held.user,
        by,
        door,
        "assignment_ended",
        unit=held.unit,
        field=held.role,
        old=old and old.isoformat(),
        new=ends_on.isoformat(),
    )
    return held


@transaction.atomic
def password_changed(*, user: User, door: str) -> None:
    """Note that a person has chosen a password of their own."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    _record(user, user, door, "password_changed")


def _managed(user: User, by: User) -> User:
    """Return the account, locked; raises AccountRefusedError where it is not for `by` to change."""
    if not grants.accounts_manageable(by).filter(pk=user.pk).exists():
        raise AccountRefusedError(NOT_YOURS)
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _check_grant(by: User, role: str, unit: Unit) -> None:
    if not grants.may_grant(by, role, unit) or unit.closed_on is not None:
        raise AccountRefusedError("Đồng chí không cấp được vai trò này ở đơn vị này.")
    if not grants.fits(role, unit):
        sort = "chi bộ" if unit.is_cell else "đảng ủy"
        raise AccountRefusedError(f"Vai trò “{Role(role).label}” không dùng cho {sort}.")


def _record(user: User, by: User, door: str, action: str, **change: Any) -> None:
    audit.record(by=by, door=door, action=action, subject=user, **change)
