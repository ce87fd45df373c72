"""Who reaches which unit."""

from datetime import date

import pytest

from cells import access
from cells.models import Unit
from tests import factories


@pytest.mark.parametrize(
    ("name", "action", "reached"),
    [
        ("thanhuy", access.VIEW, {"city", "ward", "other", "a", "b", "c"}),
        ("thanhuy", access.ENTER, set()),
        ("thanhuy", access.ADMINISTER, {"city", "ward", "other", "a", "b", "c"}),
        ("canbo", access.ENTER, {"ward", "a", "b"}),
        ("canbo", access.APPRAISE, {"ward", "a", "b"}),
        ("canbo", access.DECIDE, set()),
        ("lanhdao", access.DECIDE, {"ward", "a", "b"}),
        ("lanhdao", access.ENTER, set()),
        ("bithu", access.ENTER, {"a"}),
        ("bithu", access.APPRAISE, set()),
        ("kiemtra", access.VIEW, {"city", "ward", "other", "a", "b", "c"}),
        ("kiemtra", access.ENTER, set()),
        ("phutrach", access.VIEW, {"a"}),
        ("phutrach", access.ENTER, set()),
        ("quantri", access.VIEW, set()),
        ("quantri", access.ACCOUNTS, {"city", "ward", "other", "a", "b", "c"}),
    ],
)
def test_role_reaches_its_branch(tree, people, name, action, reached):
    units = Unit.objects.allowed(getattr(people, name), action)
    codes = {getattr(tree, unit).code for unit in reached}
    assert set(units.values_list("code", flat=True)) == codes


def test_code_that_begins_alike_is_another_branch(tree):
    ten = factories.CommitteeFactory(parent=tree.city, code=f"{tree.ward.code}0")
    user = factories.UserFactory(roles=[("staff", tree.ward)])
    assert ten not in Unit.objects.visible_to(user)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "sees"),
    [
        (date(2026, 11, 24), None, True),
        (date(2026, 11, 25), None, False),
        (date(2026, 1, 1), date(2026, 11, 25), True),
        (date(2026, 1, 1), date(2026, 11, 24), False),
    ],
)
def test_role_holds_from_its_first_day_until_before_its_end(tree, starts_on, ends_on, sees):
    user = factories.UserFactory()
    factories.AssignmentFactory(user=user, unit=tree.ward, starts_on=starts_on, ends_on=ends_on)
    reached = Unit.objects.allowed(user, access.VIEW, on=date(2026, 11, 24))
    assert reached.exists() is sees


def test_inactive_user_reaches_nothing(tree, people):
    people.canbo.is_active = False
    assert not Unit.objects.visible_to(people.canbo).exists()
