"""The time line of a member: what is written down, and what contradicts it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cells.models import AuditEntry, Door
from members.calendar import add_working_days, holidays_from
from members.counts import counts_on
from members.models import Exemption, Joined, Left, Membership, Post, Transfer
from members.services import moving, offices, standing
from members.services.errors import MemberRefusedError
from tests import factories

DAY = date(2026, 6, 1)
NEXT = DAY + timedelta(days=1)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def by(people):
    return {"by": people.canbo, "door": Door.WEB}


@pytest.fixture
def person(tree):
    return factories.MembershipFactory(cell=tree.a).member


def refused(call, **given):
    with pytest.raises(MemberRefusedError) as caught:
        call(**given)
    return caught.value


def add(cell, by, **given):
    facts = {"full_name": "Lê  Văn Đức", "joined_on": DAY, "joined_by": Joined.ADMITTED}
    return standing.member_add(cell=cell, **{**facts, **given}, **by)


def test_admitted_member_is_probationary_from_that_day(tree, by):
    person = add(tree.a, by, decision="12-QĐ/ĐU")
    assert (person.full_name, person.admitted_on, person.full_on) == ("Lê Văn Đức", DAY, None)
    place = person.memberships.get()
    assert (place.joined_on, place.joined_by, place.decision) == (DAY, "admitted", "12-QĐ/ĐU")
    assert AuditEntry.objects.get(action="member_added").subject_id == place.pk


def test_member_from_outside_brings_the_transfer(tree, by):
    person = add(
        tree.a, by, joined_by=Joined.TRANSFERRED, came_from="Đảng bộ tỉnh khác",
        moved_on=date(2026, 4, 1), letter_on=date(2026, 5, 4), admitted_on=date(2000, 1, 1),
    )  # fmt: skip
    transfer = person.transfers.get()
    assert (transfer.outside, transfer.presented_on) == ("Đảng bộ tỉnh khác", DAY)


@pytest.mark.parametrize(
    "given",
    [
        {"joined_on": timezone.localdate() + timedelta(days=1)},
        {"joined_on": factories.FOUNDED - timedelta(days=1)},
        {"full_on": DAY},
        {"birth_year": 2020},
        {"full_name": " "},
        {"admitted_on": NEXT},
        {"joined_by": Joined.TRANSFERRED},
    ],
)
def test_what_contradicts_itself_is_not_added(tree, by, given):
    refused(add, cell=tree.a, by=by, **given)
    assert not Membership.objects.exists()


def test_card_of_another_member_is_refused_and_never_kept(tree, by):
    person = add(tree.a, by, card="001160000001")
    assert (len(person.card_hash), person.card_last4) == (64, "0001")
    error = refused(add, cell=tree.b, by=by, card="001160000001")
    assert error.field == "card"
    assert not AuditEntry.objects.filter(new__icontains="001160000001").exists()


@pytest.mark.parametrize(
    ("full_on", "allowed"), [(date(2026, 5, 31), False), (DAY, True)], ids=["364", "12 months"]
)
def test_probation_lasts_twelve_months(tree, by, full_on, allowed):
    person = factories.MembershipFactory(
        cell=tree.a, member__admitted_on=date(2025, 6, 1), member__full_on=None
    ).member
    given = {"member": person, "full_on": full_on, "decision": "", **by}
    if allowed:
        assert standing.member_make_full(**given).is_full_on(DAY)
        refused(standing.member_make_full, **given)
    else:
        assert "01/06/2026" in refused(standing.member_make_full, **given).message


def test_exemptions_do_not_overlap(person, by):
    given = {"member": person, "decision": "5-NQ/CB", **by}
    first = standing.member_exempt(starts_on=DAY, ends_on=None, **given)
    refused(standing.member_exempt, starts_on=NEXT, ends_on=None, **given)
    standing.exemption_end(exemption=first, ends_on=NEXT, **by)
    standing.member_exempt(starts_on=NEXT, ends_on=None, **given)
    assert Exemption.objects.count() == 2


def test_death_ends_memberships_posts_and_transfers(tree, person, by):
    Post.objects.create(member=person, unit=tree.a, kind="secretary", starts_on=BEFORE)
    moving.transfer_start(member=person, target=tree.b, outside="", moved_on=BEFORE, **by)
    standing.member_end(member=person, reason=Left.DIED, on=DAY, decision="", **by)
    assert person.memberships.get().left_by == Left.DIED
    assert (person.posts.get().ends_on, person.transfers.get().cancelled_on) == (DAY, DAY)
    assert not counts_on(DAY, [tree.a])
    assert counts_on(BEFORE, [tree.a])[tree.a.pk].official == 1


def test_ending_before_joining_is_refused(person, by):
    given = {"member": person, "reason": Left.REMOVED, **by}
    assert refused(standing.member_end, on=factories.FOUNDED, decision="1", **given).field == "on"
    assert refused(standing.member_end, on=DAY, decision="", **given).field == "decision"


def move(person, by, target, **given):
    return moving.transfer_start(
        member=person, target=target, outside="", moved_on=BEFORE, **given, **by
    )


def present(transfer, by, day=DAY):
    moving.transfer_letter(transfer=transfer, letter_on=day, **by)
    return moving.transfer_present(transfer=transfer, presented_on=day, **by)


def test_presenting_closes_the_old_membership_and_opens_the_new(tree, person, by):
    Post.objects.create(member=person, unit=tree.a, kind="secretary", starts_on=BEFORE)
    transfer = move(person, by, tree.b, decision="7-QĐ/ĐU")
    assert person.memberships.get().left_on is None
    present(transfer, by)
    old, new = person.memberships.order_by("joined_on")
    assert (old.cell, old.left_on, old.left_by) == (tree.a, DAY, Left.TRANSFERRED)
    assert (new.cell, new.joined_on, new.joined_by) == (tree.b, DAY, Joined.TRANSFERRED)
    assert person.posts.get().ends_on == DAY


def test_temporary_membership_stands_beside_the_official_one(tree, person, by):
    transfer = present(move(person, by, tree.b, is_temporary=True), by)
    assert person.memberships.filter(left_on=None).count() == 2
    refused(moving.transfer_return, transfer=transfer, on=DAY, **by)
    moving.transfer_return(transfer=transfer, on=NEXT, **by)
    assert person.memberships.get(is_temporary=True).left_by == Left.RETURNED
    assert counts_on(NEXT, [tree.a])[tree.a.pk].attending == 1


def test_transfer_out_and_back_in_leaves_a_gap(tree, person, by):
    out = moving.transfer_start(
        member=person, target=None, outside="Tỉnh khác", moved_on=BEFORE, **by
    )
    present(out, by)
    assert not person.memberships.filter(left_on=None).exists()
    back = moving.transfer_start(member=person, target=tree.b, outside="", moved_on=NEXT, **by)
    assert back.origin is None
    present(back, by, NEXT)
    assert person.memberships.get(left_on=None).cell == tree.b


@pytest.mark.parametrize("step", ["letter", "present", "second", "same cell", "nowhere"])
def test_steps_out_of_order_are_refused(tree, person, by, step):
    transfer = move(person, by, tree.b)
    calls = {
        "letter": lambda: moving.transfer_letter(
            transfer=transfer, letter_on=BEFORE - timedelta(days=1), **by
        ),
        "present": lambda: moving.transfer_present(transfer=transfer, presented_on=DAY, **by),
        "second": lambda: move(person, by, tree.b),
        "same cell": lambda: move(person, by, tree.a, is_temporary=True),
        "nowhere": lambda: move(person, by, None, is_temporary=True),
    }
    refused(calls[step])


def test_cancelled_transfer_moves_nobody(tree, person, by):
    transfer = move(person, by, tree.b)
    moving.transfer_cancel(transfer=transfer, on=DAY, reason="Không đi nữa", **by)
    refused(moving.transfer_letter, transfer=transfer, letter_on=DAY, **by)
    assert person.memberships.get().left_on is None


@pytest.mark.parametrize(
    ("letter_on", "allowed", "late"),
    [
        (None, 60, False),
        (None, 61, True),
        (date(2026, 3, 2), 30, False),
        (date(2026, 3, 2), 31, True),
    ],
)
def test_deadlines_are_60_and_30_working_days(tree, person, letter_on, allowed, late):
    moved = date(2026, 3, 2)
    transfer = Transfer(member=person, origin=tree.a, moved_on=moved, letter_on=letter_on)
    today = add_working_days(letter_on or moved, allowed)
    due = moving.deadline_of(transfer, today, holidays_from(moved))
    assert (due.is_late, due.left) == (late, -1 if late else 0)


def cell_of(cell, full, probationary=0):
    people = factories.MembershipFactory.create_batch(full, cell=cell)
    factories.MembershipFactory.create_batch(probationary, cell=cell, member__full_on=None)
    return [place.member for place in people]


def take(member, unit, kind, by, **given):
    return offices.post_take(member=member, unit=unit, kind=kind, starts_on=DAY, **given, **by)


@pytest.mark.parametrize(("full", "probationary", "allowed"), [(8, 5, False), (9, 0, True)])
def test_chi_uy_from_nine_full_members_on(tree, by, full, probationary, allowed):
    member = cell_of(tree.a, full, probationary)[0]
    given = {"member": member, "unit": tree.a, "kind": Post.Kind.COMMITTEE, "by": by}
    if allowed:
        assert take(**given).pk
    else:
        message = refused(take, **given).message
        assert "8 đảng viên chính thức" in message
        assert "Từ 9" in message


def test_chi_uy_has_at_most_seven_with_secretary_and_deputy(tree, by):
    people = cell_of(tree.a, 10)
    take(people[0], tree.a, Post.Kind.SECRETARY, by)
    take(people[1], tree.a, Post.Kind.DEPUTY, by)
    for member in people[2:7]:
        take(member, tree.a, Post.Kind.COMMITTEE, by)
    error = refused(take, member=people[7], unit=tree.a, kind=Post.Kind.COMMITTEE, by=by)
    assert "đã đủ 7 người" in error.message


def test_cell_has_one_secretary(tree, by):
    first, second, *_ = cell_of(tree.a, 3)
    post = take(first, tree.a, Post.Kind.SECRETARY, by)
    given = {"member": second, "unit": tree.a, "kind": Post.Kind.SECRETARY, "by": by}
    assert first.full_name in refused(take, **given).message
    refused(offices.post_leave, post=post, ends_on=DAY, **by)
    offices.post_leave(post=post, ends_on=NEXT, **by)
    refused(take, **given)
    offices.post_take(member=second, unit=tree.a, kind=Post.Kind.SECRETARY, starts_on=NEXT, **by)
    assert Post.objects.held_on(NEXT).get().member == second


@pytest.mark.parametrize("case", ["probationary", "other cell", "wrong kind"])
def test_who_may_not_hold_a_post(tree, by, case):
    member = factories.MembershipFactory(
        cell=tree.b if case == "other cell" else tree.a,
        member__full_on=None if case == "probationary" else DAY,
    ).member
    kind = Post.Kind.COMMITTEE_MEMBER if case == "wrong kind" else Post.Kind.DEPUTY
    refused(take, member=member, unit=tree.a, kind=kind, by=by)


def test_committee_member_takes_charge_of_a_cell_below(tree, by, person):
    given = {"member": person, "starts_on": DAY, **by}
    refused(offices.supervision_assign, cell=tree.b, **given)
    take(person, tree.ward, Post.Kind.COMMITTEE_MEMBER, by, term="2025-2030")
    made = offices.supervision_assign(cell=tree.b, **given)
    refused(offices.supervision_assign, cell=tree.b, **given)
    refused(offices.supervision_assign, cell=tree.c, **given)
    offices.supervision_end(supervision=made, ends_on=NEXT, **by)
    made.refresh_from_db()
    assert made.ends_on == NEXT
