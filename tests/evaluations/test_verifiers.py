"""Who verifies which group of criteria: once named, only they."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cells.models import Door
from evaluations.models import GroupVerifier
from evaluations.services.appraisal import lines_waiting
from evaluations.services.errors import LockedError, RefusedError
from evaluations.services.verifiers import verifier_end, verifier_name
from tests.evaluations.appraising import accept_all, change, finish, submitted_sheet

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def name(committee, user, by, group="G1", starts_on=None):
    return verifier_name(
        committee=committee,
        group=group,
        user=user,
        starts_on=starts_on or date(2026, 1, 1),
        by=by,
        door=Door.WEB,
    )


@pytest.fixture
def submitted(tree, people):
    return submitted_sheet(tree.a, people.bithu)


def test_only_who_is_named_appraises_lines_of_the_group(submitted, people, tree):
    name(tree.ward, people.canbo2, people.lanhdao)
    with pytest.raises(LockedError, match=people.canbo2.full_name):
        change(submitted, "1.2", people.canbo)
    change(submitted, "1.2", people.canbo2)
    change(submitted, "2.1", people.canbo)


def test_accepting_all_leaves_the_lines_of_others(submitted, people, tree):
    name(tree.ward, people.canbo2, people.lanhdao)
    accept_all(submitted, people.canbo)
    assert {line.partition(".")[0] for line in lines_waiting(submitted)} == {"1"}
    with pytest.raises(RefusedError, match="chưa thẩm định"):
        finish(submitted, people.canbo)
    accept_all(submitted, people.canbo2)
    finish(submitted, people.canbo)


def test_several_may_be_named_for_one_group(submitted, people, tree):
    name(tree.ward, people.canbo2, people.lanhdao)
    name(tree.ward, people.canbo, people.lanhdao)
    change(submitted, "1.2", people.canbo)
    change(submitted, "1.3", people.canbo2)


def test_who_submitted_the_sheet_holds_nobody_up(tree, people):
    sheet = submitted_sheet(tree.a, people.canbo2)
    name(tree.ward, people.canbo2, people.lanhdao)
    change(sheet, "1.2", people.canbo)


def test_who_has_no_role_any_more_holds_nobody_up(submitted, people, tree):
    name(tree.ward, people.canbo2, people.lanhdao)
    people.canbo2.assignments.update(ends_on=TODAY())
    change(submitted, "1.2", people.canbo)


@pytest.mark.parametrize(("starts", "is_open"), [(0, False), (1, True)])
def test_naming_holds_from_its_first_day(submitted, people, tree, starts, is_open):
    name(tree.ward, people.canbo2, people.lanhdao, starts_on=TODAY() + timedelta(days=starts))
    if is_open:
        change(submitted, "1.2", people.canbo)
    else:
        with pytest.raises(LockedError):
            change(submitted, "1.2", people.canbo)


def test_ended_naming_closes_nothing(submitted, people, tree):
    row = name(tree.ward, people.canbo2, people.lanhdao)
    verifier_end(row=row, by=people.lanhdao, door=Door.WEB)
    change(submitted, "1.2", people.canbo)
    with pytest.raises(RefusedError, match="đã kết thúc"):
        verifier_end(row=row, by=people.lanhdao, door=Door.WEB)


def test_another_ward_names_its_own(submitted, people, tree):
    name(tree.other, people.nguoila, people.nguoila)
    change(submitted, "1.2", people.canbo)


@pytest.mark.parametrize("who", ["bithu", "lanhdao", "nguoila"])
def test_only_staff_of_the_committee_can_be_named(people, tree, who):
    with pytest.raises(RefusedError, match="không phải cán bộ thẩm định"):
        name(tree.ward, getattr(people, who), people.lanhdao)


def test_nobody_is_named_twice_for_a_group(people, tree):
    name(tree.ward, people.canbo, people.lanhdao)
    with pytest.raises(RefusedError, match="đã được phân công"):
        name(tree.ward, people.canbo, people.lanhdao)
    assert GroupVerifier.objects.count() == 1


def test_names_are_seen_where_one_may_name(people, tree):
    name(tree.ward, people.canbo, people.lanhdao)
    seen = {
        who: GroupVerifier.objects.visible_to(getattr(people, who)).count()
        for who in ("canbo", "lanhdao", "nguoila", "bithu", "kiemtra")
    }
    assert seen == {"canbo": 1, "lanhdao": 1, "nguoila": 0, "bithu": 0, "kiemtra": 0}
