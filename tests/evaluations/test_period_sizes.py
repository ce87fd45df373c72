"""How many belong to a cell and how many attend, frozen as of the last day of the period."""

from datetime import date, timedelta

import pytest

from evaluations.models import Period
from evaluations.services.rankings import ranking_build
from members.models import Exemption, Transfer
from tests import factories
from tests.evaluations.test_periods import LAST_DAY, frozen, opened

pytestmark = pytest.mark.django_db
AFTER = LAST_DAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("joined_on", "left_on", "counted"),
    [
        (LAST_DAY, None, 1),
        (LAST_DAY + timedelta(days=1), None, 0),
        (date(2026, 1, 1), LAST_DAY, 0),
        (date(2026, 1, 1), LAST_DAY + timedelta(days=1), 1),
    ],
)
def test_the_size_counts_who_belongs_on_the_last_day(tree, joined_on, left_on, counted):
    factories.MembershipFactory(cell=tree.a, joined_on=joined_on, left_on=left_on)
    opened()
    assert (frozen(tree.a).members, frozen(tree.a).attending) == (counted, counted)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "attending"),
    [
        (LAST_DAY, None, 1),
        (AFTER, None, 2),
        (date(2026, 1, 1), LAST_DAY, 2),
        (date(2026, 1, 1), AFTER, 1),
    ],
)
def test_who_is_exempt_on_the_last_day_is_in_the_size_but_not_attending(
    tree, starts_on, ends_on, attending
):
    member, _ = (factories.MembershipFactory(cell=tree.a).member for _ in range(2))
    Exemption.objects.create(member=member, starts_on=starts_on, ends_on=ends_on)
    opened()
    assert (frozen(tree.a).members, frozen(tree.a).attending) == (2, attending)


@pytest.mark.parametrize(
    ("joined_on", "left_on", "attending"),
    [
        (LAST_DAY, None, (0, 1)),
        (AFTER, None, (1, 0)),
        (date(2026, 1, 1), LAST_DAY, (1, 0)),
        (date(2026, 1, 1), AFTER, (0, 1)),
    ],
)
def test_who_is_elsewhere_for_a_time_belongs_at_home_and_attends_there(
    tree, joined_on, left_on, attending
):
    home = factories.MembershipFactory(cell=tree.a)
    factories.MembershipFactory(
        cell=tree.b, member=home.member, is_temporary=True, joined_on=joined_on, left_on=left_on
    )
    opened()
    assert (frozen(tree.a).members, frozen(tree.b).members) == (1, 0)
    assert (frozen(tree.a).attending, frozen(tree.b).attending) == attending


@pytest.mark.parametrize(
    ("presented_on", "returns_on", "attending"),
    [(LAST_DAY, None, 0), (AFTER, None, 1), (LAST_DAY, AFTER, 0), (date(2026, 1, 9), LAST_DAY, 1)],
)
def test_who_is_outside_for_a_time_belongs_and_does_not_attend(
    tree, presented_on, returns_on, attending
):
    member = factories.MembershipFactory(cell=tree.a).member
    Transfer.objects.create(
        member=member, origin=tree.a, outside="Đảng bộ tỉnh khác", is_temporary=True,
        moved_on=date(2026, 1, 5), letter_on=date(2026, 1, 5), presented_on=presented_on,
        returns_on=returns_on,
    )  # fmt: skip
    opened()
    assert (frozen(tree.a).members, frozen(tree.a).attending) == (1, attending)


def test_double_of_another_record_is_nobody(tree):
    kept, double = (factories.MembershipFactory(cell=tree.a).member for _ in range(2))
    double.merged_into = kept
    double.save()
    opened()
    assert (frozen(tree.a).members, frozen(tree.a).attending) == (1, 1)


def test_exempt_members_do_not_lower_the_comparison_group(tree):
    factories.quarter_criteria()
    for place in [factories.MembershipFactory(cell=tree.a) for _ in range(10)][:1]:
        Exemption.objects.create(member=place.member, starts_on=date(2026, 1, 1))
    opened()
    ranking = ranking_build(period=Period.objects.get(), scope=tree.city, by=None)
    row = ranking.rows.get(unit=tree.a)
    assert (row.members, row.group) == (10, "Thôn, 10–29 đảng viên")
    assert frozen(tree.a).attending == 9
