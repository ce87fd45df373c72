"""The page of a unit."""

from datetime import date

import pytest
from django.urls import reverse

from members.models import Post
from tests import factories


@pytest.fixture
def page(client, people):
    def get(who, unit):
        client.force_login(getattr(people, who))
        return client.get(reverse("evaluations:unit", args=[unit.code]))

    return get


def test_page_shows_people_sheets_and_places(page, tree):
    sheet = factories.sheet(tree.a, self_total=87_50)
    person = factories.MembershipFactory(cell=tree.a).member
    Post.objects.create(
        member=person, unit=tree.a, kind=Post.Kind.SECRETARY, starts_on=date(2025, 1, 1)
    )
    text = page("bithu", tree.a).content.decode()
    for expected in (person.full_name, "87,50", sheet.period.title, "01/01/2020", tree.ward.name):
        assert expected in text
    assert reverse("evaluations:scorecard", args=[sheet.period.code, tree.a.code]) in text


def test_committee_counts_its_branch(page, tree):
    for cell in (tree.a, tree.a, tree.b, tree.c):
        factories.MembershipFactory(cell=cell)
    context = page("canbo", tree.ward).context
    assert (context["members"]["total"], context["below"]) == (3, 2)


@pytest.mark.parametrize("unit", ["city", "other", "c"])
def test_units_above_and_beside_are_not_found(page, tree, unit):
    assert page("canbo", getattr(tree, unit)).status_code == 404


def test_secretary_sees_the_parent_as_a_name_only(page, tree):
    text = page("bithu", tree.a).content.decode()
    assert reverse("evaluations:unit", args=[tree.ward.code]) not in text
