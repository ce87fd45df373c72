"""Finding a unit by part of its name where a code is asked for."""

import pytest
from django.urls import reverse

from cells.models import Unit


@pytest.fixture
def found(client, people):
    def found(who, text, name="unit_search"):
        client.force_login(getattr(people, who))
        answer = client.get(reverse(f"cells:{name}"), {"q": text})
        assert answer.status_code == 200
        return {unit.code for unit in answer.context["units"]}

    return found


@pytest.mark.parametrize("text", ["Tổ dân phố số 1", "to dan pho so 1", "TO  DAN PHO"])
def test_name_is_found_with_marks_and_without(found, tree, text):
    assert found("canbo", text) == {tree.a.code}


def test_code_is_found_too(found, tree):
    assert found("canbo", tree.b.code.lower()) == {tree.b.code}


def test_only_units_within_reach_are_offered(found, tree):
    assert found("canbo", tree.c.name) == set()
    assert found("thanhuy", tree.c.name) == {tree.c.code}


def test_members_move_to_any_cell_of_the_system_but_to_no_committee(found, tree):
    assert found("canbo", tree.c.name, "cell_search") == {tree.c.code}
    assert found("canbo", tree.other.name, "cell_search") == set()


def test_one_letter_offers_nothing_and_two_do(found):
    assert found("canbo", "t") == set()
    assert found("canbo", "to") != set()


def test_closed_units_are_not_offered(found, tree):
    Unit.objects.filter(pk=tree.a.pk).update(closed_on="2026-11-01")
    assert found("canbo", "to dan pho") == set()


def test_nothing_found_is_said(client, people):
    client.force_login(people.canbo)
    body = client.get(reverse("cells:unit_search"), {"q": "<b>không"}).content.decode()
    assert "Không có đơn vị nào" in body
    assert "&lt;b&gt;" in body
