"""The list of members at any size: its count, its pages from both ends, who reads it."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Member
from members.views import lists
from tests import factories

LIST = reverse("members:list")
SINCE = date(2025, 1, 1)
READERS = ["thanhuy", "kiemtra", "canbo", "nguoila", "bithu", "phutrach", "quantri"]


@pytest.fixture
def everybody(tree):
    """Fill the cells with every way to belong: at home, as a guest, as a double, no more."""
    join = factories.MembershipFactory
    for number, cell in enumerate([tree.a] * 7 + [tree.b] * 4 + [tree.c] * 3):
        admitted = None if number % 5 == 0 else date(2000 + number % 3, 1, 1)
        person = factories.MemberFactory(
            full_name=f"Lê {number:02d}", admitted_on=admitted, full_on=date(2005, 1, 1)
        )
        join(member=person, cell=cell, joined_on=SINCE)
    guest = {"is_temporary": True, "joined_on": SINCE}
    # At home in the same ward, in another ward, nowhere; and a guest of two cells.
    join(member=Member.objects.get(full_name="Lê 00"), cell=tree.b, **guest)
    join(member=Member.objects.get(full_name="Lê 12"), cell=tree.a, **guest)
    join(cell=tree.c, **guest)
    twice = join(cell=tree.a, **guest).member
    join(member=twice, cell=tree.b, **guest)
    join(cell=tree.a, joined_on=SINCE, left_on=date(2026, 1, 1))
    double = join(cell=tree.b, joined_on=SINCE).member
    Member.objects.filter(pk=double.pk).update(merged_into=twice)


@pytest.mark.parametrize("name", READERS)
def test_count_of_the_list_is_the_number_of_its_members(everybody, people, name):
    user = getattr(people, name)
    visible = Member.objects.visible_to(user)
    assert Member.objects.count_visible_to(user) == visible.count() == len(set(visible))


def test_city_sees_whom_its_wards_see(everybody, people):
    def seen(user):
        return set(Member.objects.visible_to(user))

    assert seen(people.thanhuy) == seen(people.canbo) | seen(people.nguoila)
    assert len(seen(people.thanhuy)) == 16
    assert not seen(people.quantri)


@pytest.mark.parametrize("size", [1, 3, 5, 16, 50])
@pytest.mark.parametrize("sort", ["ten", "ngay-vao"])
def test_pages_of_the_list_are_the_list(client, everybody, people, monkeypatch, sort, size):
    client.force_login(people.thanhuy)
    whole = [member for member, _ in client.get(LIST, {"xep": sort}).context["rows"]]
    monkeypatch.setattr(lists, "PAGE_SIZE", size)
    read = []
    for number in range(1, -(-16 // size) + 1):
        rows = client.get(LIST, {"xep": sort, "page": number}).context["rows"]
        read += [member for member, _ in rows]
    assert read == whole
    assert len(read) == 16


def test_page_behind_the_last_is_the_last(client, everybody, people, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE", 5)
    client.force_login(people.thanhuy)
    page = client.get(LIST, {"page": 99}).context["page"]
    assert (page.number, len(page)) == (4, 1)


@pytest.mark.parametrize("query", [{}, {"page": "9"}, {"dien": "mien"}, {"cell": "khong-co"}])
def test_empty_list_has_one_page(client, tree, people, query):
    client.force_login(people.thanhuy)
    page = client.get(LIST, query).context["page"]
    assert (page.number, page.paginator.num_pages, list(page)) == (1, 1, [])
