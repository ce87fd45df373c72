"""The access root of members on PostgreSQL: index ranges, not a walk over everybody."""

import re
from datetime import date

import pytest
from django.db import connection

from cells.models import Unit
from members.filters import filter_read
from members.models import Member, Membership
from members.services.merging import duplicate_groups
from members.views.lists import _page
from tests import factories

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="reads PostgreSQL's plans"),
]
WARDS, CELLS, EACH = 40, 25, 20


@pytest.fixture
def many(tree):
    """Add 20,000 members in 1,000 cells of 40 wards."""
    wards = factories.CommitteeFactory.create_batch(WARDS, parent=tree.city)
    level, kind = tree.a.level, tree.a.kind
    cells = Unit.objects.bulk_create(
        Unit(
            code=f"{ward.code}C{n:02d}", path=f"{ward.path}{ward.code}C{n:02d}/", parent=ward,
            is_cell=True, name=f"Chi bộ {n}", level=level, kind=kind, founded_on=date(2020, 1, 1),
        )
        for ward in wards
        for n in range(CELLS)
    )  # fmt: skip
    people = Member.objects.bulk_create(
        Member(
            full_name=f"Người {n}",
            sort_key=f"{n:06d}",
            search=f"nguoi {n}",
            birth_year=1950 + n % 50,
        )
        for n in range(len(cells) * EACH)
    )
    Membership.objects.bulk_create(
        Membership(member=person, cell=cells[n // EACH], joined_on=date(2020, 1, 1))
        for n, person in enumerate(people)
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze cells_unit; analyze members_member; analyze members_membership")
    return wards[0]


@pytest.mark.parametrize("method", ["visible_to", "known_to"])
def test_ward_reads_its_members_through_indexes(many, method, django_assert_num_queries):
    user = factories.UserFactory(roles=[("staff", many)])
    seen = getattr(Member.objects, method)
    page = seen(user).order_by("sort_key", "pk")[:50]
    plan = page.explain()
    # Of the thousand cells, which fit a few pages, PostgreSQL may read all.
    assert "Seq Scan on members_" not in plan, plan
    del user._roles_held
    # the roles, the page
    with django_assert_num_queries(2):
        assert len(seen(user).order_by("sort_key", "pk")[:50]) == 50
    assert seen(user).count() == CELLS * EACH


def test_city_reads_the_first_page_in_the_order_of_names(many, tree):
    user = factories.UserFactory(roles=[("city_admin", tree.city)])
    plan = Member.objects.visible_to(user).order_by("sort_key", "pk")[:50].explain()
    assert "member_by_name" in plan, plan
    assert "Hash" not in plan, plan


def test_page_looks_up_what_it_shows_for_its_rows_only(many, tree, people):
    """Without its own look-up, exemptions were read for everybody before the page."""
    page = _page(filter_read({}, people.thanhuy), "100")
    plan = page.object_list.explain(analyze=True)
    assert re.search(r"members_exemption.*loops=50\)", plan), plan


def test_doubles_of_a_ward_are_looked_up_by_name(many, tree):
    """The names of a city are not grouped for the doubles of one ward."""
    user = factories.UserFactory(roles=[("city_admin", tree.city)])
    plan = duplicate_groups(user, many).explain()
    assert "member_by_name_and_birth_year" in plan, plan
    assert "Seq Scan on members_" not in plan, plan


def test_ended_memberships_are_passed_by_where_today_is_asked_for(many):
    """Members who moved leave rows behind; only the open ones are read, by their own index."""
    before = [
        Membership(
            member_id=place.member_id, cell_id=place.cell_id, joined_on=date(2010 + n, 1, 1),
            left_on=date(2011 + n, 1, 1),
        )
        for place in Membership.objects.all()
        for n in range(3)
    ]  # fmt: skip
    Membership.objects.bulk_create(before, batch_size=10_000)
    with connection.cursor() as cursor:
        cursor.execute("analyze members_membership")
    user = factories.UserFactory(roles=[("staff", many)])
    assert "open_membership_by_cell" in Member.objects.visible_to(user).explain()
