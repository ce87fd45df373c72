"""Working days, thresholds, and every count as a question about a day."""

from datetime import date, timedelta

import pytest

from members.calendar import add_working_days, working_days_between
from members.counts import counts_on
from members.models import Exemption, Holiday, Member, Membership, Transfer
from members.thresholds import in_force, months_after
from tests import factories

DAY = date(2026, 6, 1)
NEXT = DAY + timedelta(days=1)
BEFORE = DAY - timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 12, 24), 10, date(2027, 1, 8)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 2, 13), 1, date(2026, 2, 23)),
        (date(2026, 2, 13), 0, date(2026, 2, 13)),
    ],
)
def test_working_days_pass_over_weekends_and_holidays(start, n, end):
    assert add_working_days(start, n) == end
    assert working_days_between(start, end) == n


@pytest.mark.django_db
def test_holidays_are_data():
    Holiday.objects.create(day=date(2026, 12, 25), name="Nghỉ thử")
    assert add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 11, 24), 12, date(2026, 11, 24)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_end_on_a_day_that_exists(day, months, expected):
    assert months_after(day, months) == expected


def test_thresholds_are_those_of_the_day():
    rules = in_force(date(2026, 11, 24))
    assert (rules.least_full_members, rules.committee_from, rules.subgroups_from) == (3, 9, 30)


@pytest.mark.parametrize(("day", "counted"), [(BEFORE, 0), (DAY, 1)])
def test_day_of_joining_counts(tree, day, counted):
    factories.MembershipFactory(cell=tree.a, joined_on=DAY)
    assert Membership.objects.active_on(day).count() == counted
    assert Member.objects.active_on(day).count() == counted


@pytest.mark.parametrize(("day", "counted"), [(BEFORE, 1), (DAY, 0)])
def test_day_of_leaving_does_not_count(tree, day, counted):
    factories.MembershipFactory(cell=tree.a, left_on=DAY)
    assert Membership.objects.active_on(day).count() == counted


@pytest.mark.parametrize(("day", "exempt"), [(BEFORE, 0), (DAY, 1), (NEXT, 0)])
def test_exempt_member_is_in_no_denominator(tree, day, exempt):
    place = factories.MembershipFactory(cell=tree.a)
    Exemption.objects.create(member=place.member, starts_on=DAY, ends_on=NEXT)
    count = counts_on(day, [tree.a])[tree.a.pk]
    assert (count.official, count.exempt, count.attending) == (1, exempt, 1 - exempt)
    assert Member.objects.not_exempt_on(day).count() == 1 - exempt


@pytest.mark.parametrize(("day", "full"), [(BEFORE, 0), (DAY, 1)])
def test_member_is_full_from_the_day_on(tree, day, full):
    factories.MembershipFactory(cell=tree.a, member__full_on=DAY)
    count = counts_on(day, [tree.a])[tree.a.pk]
    assert (count.full, count.probationary) == (full, 1 - full)
    assert Membership.objects.full_on(day).count() == Member.objects.full_on(day).count() == full


def test_temporary_member_counts_where_he_attends(tree):
    person = factories.MembershipFactory(cell=tree.a).member
    factories.MembershipFactory(cell=tree.b, member=person, is_temporary=True, joined_on=DAY)
    before, after = (counts_on(day, [tree.a, tree.b]) for day in (BEFORE, DAY))
    assert before[tree.a.pk].attending == 1
    assert tree.b.pk not in before
    assert (after[tree.a.pk].official, after[tree.a.pk].away) == (1, 1)
    assert [after[cell.pk].attending for cell in (tree.a, tree.b)] == [0, 1]
    assert after[tree.b.pk].official == 0


@pytest.mark.parametrize(("day", "attending"), [(BEFORE, 1), (DAY, 0), (NEXT, 1)])
def test_member_temporarily_outside_the_city_is_away(tree, day, attending):
    person = factories.MembershipFactory(cell=tree.a).member
    Transfer.objects.create(
        member=person, origin=tree.a, outside="Đảng bộ tỉnh khác", is_temporary=True,
        moved_on=DAY, letter_on=DAY, presented_on=DAY, returns_on=NEXT,
    )  # fmt: skip
    assert counts_on(day, [tree.a])[tree.a.pk].attending == attending


def test_many_cells_are_counted_in_one_query(tree, django_assert_num_queries):
    for cell in (tree.a, tree.b, tree.c):
        factories.MembershipFactory.create_batch(3, cell=cell)
    with django_assert_num_queries(1):
        counts = counts_on(DAY, [tree.a, tree.b, tree.c])
    assert [count.official for count in counts.values()] == [3, 3, 3]
