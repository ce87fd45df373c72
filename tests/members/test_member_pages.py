"""The list of members and the accounts for the secretaries among them."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import User
from members.models import Exemption, Member, Post
from tests import factories

LIST = reverse("members:list")
BATCH = reverse("members:secretaries")
SINCE = date(2025, 1, 1)


def member(cell, name, **fields):
    person = factories.MemberFactory(full_name=name, **fields)
    factories.MembershipFactory(member=person, cell=cell)
    return person


@pytest.fixture
def staff(client, people):
    client.force_login(people.canbo)
    return client


@pytest.mark.parametrize("q", ["duc", "Đức", "van duc"])
def test_search_finds_with_and_without_diacritics(staff, tree, q):
    found = member(tree.a, "Nguyễn Văn Đức")
    member(tree.b, "Nguyễn Văn An")
    assert list(staff.get(LIST, {"q": q}).context["page"]) == [found]


def test_members_are_sorted_by_given_name(staff, tree):
    for name in ("Trần Đức", "Lê An", "Phạm Ân", "Vũ Dung"):
        member(tree.a, name)
    names = [str(person) for person in staff.get(LIST).context["page"]]
    assert names == ["Lê An", "Phạm Ân", "Vũ Dung", "Trần Đức"]


def test_members_of_other_wards_and_former_ones_are_not_shown(staff, tree):
    member(tree.c, "Người Bên Cạnh")
    gone = member(tree.a, "Người Đã Đi")
    gone.memberships.update(left_on=SINCE)
    assert not staff.get(LIST).context["rows"]


def test_row_says_what_the_cell_needs_and_no_card_number(staff, tree):
    person = member(tree.a, "Đỗ Thị Hoa", card_last4="4321", card_hash="f" * 64, full_on=None)
    Exemption.objects.create(member=person, starts_on=SINCE)
    Post.objects.create(member=person, unit=tree.a, kind=Post.Kind.SECRETARY, starts_on=SINCE)
    page = staff.get(LIST).content.decode()
    for text in ("1960", "19/05/1990", "Dự bị, miễn công tác", "Bí thư", "…4321", tree.a.name):
        assert text in page
    assert "ffff" not in page


def test_list_filters_by_cell(staff, tree):
    member(tree.a, "Lê An")
    wanted = member(tree.b, "Lê Bình")
    assert list(staff.get(LIST, {"cell": tree.b.code}).context["page"]) == [wanted]


def test_list_costs_the_same_for_many(staff, tree, django_assert_num_queries):
    for number in range(60):
        member(tree.a, f"Lê Thị {number}")
    # session, user, roles, count, page, memberships, posts, cells to choose from
    with django_assert_num_queries(8):
        page = staff.get(LIST).context["page"]
    assert len(page) == 50
    assert Member.objects.count() == 60


def test_preview_counts_and_names_before_anything_is_made(staff, tree):
    person = member(tree.b, "Nguyễn Văn Đức")
    Post.objects.create(member=person, unit=tree.b, kind=Post.Kind.SECRETARY, starts_on=SINCE)
    factories.UnitFactory(parent=tree.ward)
    before = User.objects.count()
    context = staff.get(BATCH).context
    assert [name for _, name in context["rows"]] == ["Nguyễn Văn Đức", None]
    assert context["unnamed"] == 1
    assert User.objects.count() == before


def test_batch_prints_a_slip_for_each_cell_that_lacks_one(staff, tree):
    person = member(tree.b, "Nguyễn Văn Đức")
    Post.objects.create(member=person, unit=tree.b, kind=Post.Kind.SECRETARY, starts_on=SINCE)
    response = staff.post(BATCH, {"committee": tree.ward.code})
    [slip] = response.context["slips"]
    assert (slip.full_name, slip.unit) == ("Nguyễn Văn Đức", tree.b.name)
    assert User.objects.get(username=slip.username).check_password(slip.password)
    assert not staff.post(BATCH, {"committee": tree.ward.code}).context["slips"]


def test_batch_of_a_foreign_ward_is_not_found(staff, tree):
    assert staff.post(BATCH, {"committee": tree.other.code}).status_code == 404
