"""Making and handing over accounts: what the services allow."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cells import grants
from cells.models import Assignment, AuditEntry, Door, Role, User
from cells.services import accounts, passwords
from cells.services.accounts import AccountRefusedError
from tests import factories


def create(by, unit, role=Role.SECRETARY, name="Nguyễn Văn Đức"):
    return accounts.account_create(full_name=name, unit=unit, role=role, by=by, door=Door.WEB)


@pytest.mark.parametrize(
    ("by", "role", "unit", "granted"),
    [
        ("canbo", "secretary", "a", True),
        ("canbo", "supervisor", "a", True),
        ("canbo", "supervisor", "ward", True),
        ("canbo", "secretary", "c", False),
        ("canbo", "secretary", "city", False),
        ("canbo", "staff", "ward", False),
        ("canbo", "leader", "ward", False),
        ("thanhuy", "staff", "ward", True),
        ("thanhuy", "leader", "other", True),
        ("thanhuy", "secretary", "ward", False),  # a committee has no secretary of a cell
        ("thanhuy", "leader", "a", False),
        ("quantri", "city_admin", "city", True),
        ("lanhdao", "secretary", "a", False),
        ("bithu", "secretary", "a", False),
        ("kiemtra", "secretary", "a", False),
        ("phutrach", "secretary", "a", False),
    ],
)
def test_who_may_grant_which_role_where(tree, people, by, role, unit, granted):
    try:
        create(getattr(people, by), getattr(tree, unit), role)
    except AccountRefusedError:
        assert not granted
    else:
        assert granted


@pytest.mark.parametrize(
    ("by", "changeable"),
    [
        ("canbo", {"bithu", "phutrach"}),
        ("nguoila", set()),
        ("lanhdao", set()),
        ("bithu", set()),
        ("kiemtra", set()),
        ("thanhuy", {"canbo", "canbo2", "lanhdao", "bithu", "kiemtra", "phutrach", "nguoila"}),
        (
            "quantri",
            {"thanhuy", "canbo", "canbo2", "lanhdao", "bithu", "kiemtra", "phutrach", "nguoila"},
        ),
    ],
)
def test_who_may_change_whose_account(people, by, changeable):
    found = grants.accounts_manageable(getattr(people, by))
    assert set(found.values_list("username", flat=True)) == changeable


def test_second_role_out_of_reach_takes_the_account_out_of_hand(tree, people):
    factories.AssignmentFactory(user=people.bithu, role=Role.SECRETARY, unit=tree.c)
    with pytest.raises(AccountRefusedError):
        accounts.password_reset(user=people.bithu, by=people.canbo, door=Door.WEB)


def test_former_leader_is_not_in_the_hands_of_the_staff(people):
    people.lanhdao.assignments.update(ends_on=timezone.localdate())
    visible = grants.accounts_visible(people.canbo)
    assert people.lanhdao in visible
    assert people.lanhdao not in grants.accounts_manageable(people.canbo)


def test_new_account_has_a_readable_password_that_must_be_changed(tree, people):
    slip = create(people.canbo, tree.a)
    user = User.objects.get(username=slip.username)
    assert user.check_password(slip.password)
    assert user.must_change_password
    assert len(slip.password) >= 10
    assert not set(slip.password) & set("0O1lIo")
    assert slip.username.startswith("ducnv.")
    assert user.created_by == people.canbo


def test_password_is_nowhere_in_the_trail(tree, people):
    slip = create(people.canbo, tree.a)
    entry = AuditEntry.objects.get(action="account_created")
    assert (entry.by, entry.door, entry.unit) == (people.canbo, Door.WEB, tree.a)
    assert slip.password not in str(entry.__dict__)


def test_names_to_sign_in_with_are_free_and_plain():
    taken = {"ducnv.cb01", "ducnv.cb01.2"}
    assert passwords.username_for("Nguyễn Văn Đức", "CB-01", taken) == "ducnv.cb01.3"
    assert passwords.username_for("Đỗ Thị Ưu", "CB 02", set()) == "uudt.cb02"


def test_same_person_in_the_same_cell_gets_no_second_account(tree, people):
    create(people.canbo, tree.a)
    with pytest.raises(AccountRefusedError, match="đã có tài khoản"):
        create(people.canbo, tree.a)


def test_batch_makes_accounts_for_the_cells_that_lack_one(tree, people):
    names = {unit: f"Bí thư {unit.name}" for unit in (tree.a, tree.b, tree.c)}
    slips = accounts.secretaries_create(names=names, by=people.canbo, door=Door.WEB)
    # a has bithu, c lies outside the branch
    assert [slip.unit for slip in slips] == [tree.b.name]
    assert not grants.cells_without_secretary(people.canbo).exists()


def test_batch_costs_the_same_for_many_cells(tree, people, django_assert_num_queries):
    cells = [factories.UnitFactory(parent=tree.ward) for _ in range(20)]
    names = {unit: f"Bí thư {unit.code}" for unit in cells}
    # transaction 2, lock, roles, lacking, names taken, savepoint 2, accounts, roles, trail
    with django_assert_num_queries(11):
        accounts.secretaries_create(names=names, by=people.canbo, door=Door.WEB)


def test_ended_role_reaches_nothing(tree, people):
    held = people.bithu.assignments.get()
    today = timezone.localdate()
    accounts.assignment_end(assignment=held, ends_on=today, by=people.canbo, door=Door.WEB)
    fresh = User.objects.get(pk=people.bithu.pk)
    assert not fresh.assignments.current(today).exists()
    entry = AuditEntry.objects.get(action="assignment_ended")
    assert (entry.old, entry.new, entry.field) == (None, today.isoformat(), "secretary")


def test_role_cannot_end_before_it_starts(people):
    held = people.bithu.assignments.get()
    with pytest.raises(AccountRefusedError, match="từ"):
        accounts.assignment_end(
            assignment=held,
            ends_on=held.starts_on - timedelta(days=1),
            by=people.canbo,
            door=Door.WEB,
        )


def test_nobody_gives_himself_a_role(tree, people):
    with pytest.raises(AccountRefusedError):
        accounts.assignment_give(
            user=people.canbo,
            unit=tree.a,
            role=Role.SECRETARY,
            starts_on=date(2026, 11, 24),
            by=people.canbo,
            door=Door.WEB,
        )


def test_role_that_is_held_is_not_given_twice(tree, people):
    with pytest.raises(AccountRefusedError, match="đang có vai trò"):
        accounts.assignment_give(
            user=people.bithu,
            unit=tree.a,
            role=Role.SECRETARY,
            starts_on=date(2026, 11, 24),
            by=people.canbo,
            door=Door.WEB,
        )
    assert Assignment.objects.filter(user=people.bithu).count() == 1
