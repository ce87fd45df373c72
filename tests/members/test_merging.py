"""Two records of one person become one, and nothing of either is lost."""

from datetime import date, timedelta

import pytest

from cells.models import AuditEntry, Door
from members.counts import counts_on
from members.models import Exemption, Member, Membership, Post, Transfer
from members.services import merging
from members.services.errors import MemberRefusedError
from tests import factories

DAY = date(2026, 6, 1)
NEXT = DAY + timedelta(days=1)


def record(cell, name="Trần Thị Hòa", joined_on=factories.FOUNDED, left_on=None, **facts):
    member = factories.MemberFactory(full_name=name, **facts)
    factories.MembershipFactory(member=member, cell=cell, joined_on=joined_on, left_on=left_on)
    return member


def merge(people, keep, double, **chosen):
    return merging.member_merge(
        keep=keep, double=double, chosen=chosen, by=people.canbo, door=Door.WEB
    )


def test_everything_of_the_double_moves(tree, people):
    keep = record(tree.b, joined_on=DAY, birth_year=None)
    double = record(tree.a, left_on=DAY, card_hash="a" * 64, card_last4="1234")
    Exemption.objects.create(member=double, starts_on=DAY)
    Post.objects.create(
        member=double, unit=tree.a, kind="secretary", starts_on=factories.FOUNDED, ends_on=DAY
    )
    Transfer.objects.create(member=double, origin=tree.a, target=tree.b, moved_on=DAY)
    merge(people, keep, double)
    keep.refresh_from_db()
    double.refresh_from_db()
    assert double.merged_into == keep
    assert (keep.birth_year, keep.card_hash, keep.card_last4) == (1960, "a" * 64, "1234")
    related = (keep.memberships, keep.exemptions, keep.posts, keep.transfers)
    assert [rows.count() for rows in related] == [2, 1, 1, 1]
    assert AuditEntry.objects.get(action="members_merged").old["id"] == str(double.pk)


def test_records_in_one_cell_become_one_membership_audited_whole(tree, people):
    keep, double = record(tree.a, joined_on=NEXT), record(tree.a, joined_on=DAY)
    merge(people, keep, double)
    assert keep.memberships.get().joined_on == DAY
    assert Membership.objects.count() == 1
    assert AuditEntry.objects.get(action="rows_joined").old["member_id"] == str(double.pk)
    assert counts_on(NEXT, [tree.a])[tree.a.pk].official == 1


@pytest.mark.parametrize(("left_on", "allowed"), [(None, False), (NEXT, False), (DAY, True)])
def test_two_cells_at_once_are_refused_until_one_is_ended(tree, people, left_on, allowed):
    keep, double = record(tree.b, joined_on=DAY), record(tree.a, left_on=left_on)
    if allowed:
        assert merge(people, keep, double).memberships.count() == 2
    else:
        with pytest.raises(MemberRefusedError, match="cùng lúc"):
            merge(people, keep, double)


@pytest.mark.parametrize(("choice", "year"), [("keep", 1960), ("double", 1961)])
def test_conflicting_fact_is_chosen(tree, people, choice, year):
    keep, double = record(tree.a), record(tree.a, birth_year=1961)
    with pytest.raises(MemberRefusedError, match="Năm sinh"):
        merge(people, keep, double)
    assert merge(people, keep, double, birth_year=choice).birth_year == year


def test_merged_record_is_hidden_and_cannot_be_merged_again(tree, people):
    keep, double = record(tree.a), record(tree.a)
    merge(people, keep, double)
    for found in (
        Member.objects.visible_to(people.canbo),
        Member.objects.known_to(people.canbo),
        Member.objects.editable_by(people.canbo),
    ):
        assert list(found) == [keep]
    with pytest.raises(MemberRefusedError):
        merge(people, keep, double)
    with pytest.raises(MemberRefusedError):
        merge(people, keep, keep)


def test_finder_groups_by_folded_name_and_birth_year(tree, people):
    one, two = record(tree.a, "Trần Thị Hòa"), record(tree.b, "Trần Thị Hoà")
    record(tree.a, "Trần Thị Hòa", birth_year=1970)
    record(tree.c, "Trần Thị Hòa")
    [group] = merging.duplicate_groups(people.canbo)
    assert (group["birth_year"], group["n"]) == (1960, 2)
    assert set(merging.duplicates_of(people.canbo, [group])) == {one, two}
