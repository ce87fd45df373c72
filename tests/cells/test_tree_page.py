"""The tree of organisations: branch by branch, on any day, within reach."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import Placement, Unit
from tests import factories

MOVED = date(2024, 7, 1)
BEFORE = "?ngay=30/06/2024"


@pytest.fixture
def moved(tree):
    """Cell a left the ward for the other one on 1 July 2024, under a new name."""
    tree.a.placements.update(valid_to=MOVED)
    name = "Chi bộ Khu Mới"
    Placement.objects.create(
        unit=tree.a, parent=tree.other, level=tree.a.level, name=name, valid_from=MOVED
    )
    Unit.objects.filter(pk=tree.a.pk).update(
        name=name,
        parent=tree.other,
        path=f"{tree.other.path}{tree.a.code}/",
        search=Unit.search_text(tree.a.code, name),
    )
    return tree


@pytest.fixture
def get(client, people):
    def get(who, query="", name="cells:tree", *args):
        client.force_login(getattr(people, who))
        return client.get(reverse(name, args=args) + query)

    return get


def names(nodes):
    return {node.unit.dated_name for node in nodes}


def test_city_opens_at_its_wards(get, tree):
    (root,) = get("thanhuy").context["nodes"]
    assert root.unit == tree.city
    assert {node.unit for node in root.children} == {tree.ward, tree.other}
    ward = next(node for node in root.children if node.unit == tree.ward)
    assert (ward.below.committees, ward.below.cells) == (0, 2)


def test_staff_begin_at_their_own_ward(get, tree):
    (root,) = get("canbo").context["nodes"]
    assert root.unit == tree.ward
    assert {node.unit for node in root.children} == {tree.a, tree.b}


def test_branch_holds_what_stands_directly_below(get, tree):
    nodes = get("thanhuy", "", "cells:tree_branch", tree.ward.code).context["nodes"]
    assert {node.unit for node in nodes} == {tree.a, tree.b}


def test_branch_of_a_past_day_has_names_and_parents_of_then(get, moved):
    def branch(query):
        return names(get("thanhuy", query, "cells:tree_branch", moved.ward.code).context["nodes"])

    assert "Chi bộ Tổ dân phố số 1" in branch(BEFORE)
    assert branch("") == {moved.b.name}


def test_what_moved_away_is_a_name_without_a_link(get, moved):
    (root,) = get("canbo", BEFORE).context["nodes"]
    gone = next(node for node in root.children if node.unit == moved.a)
    assert not gone.is_reached
    page = get("canbo", BEFORE).content.decode()
    assert "Chi bộ Tổ dân phố số 1" in page
    assert reverse("evaluations:unit", args=[moved.a.code]) not in page


def test_what_came_from_elsewhere_stands_at_the_top_of_a_past_day(get, moved):
    nodes = get("nguoila", BEFORE).context["nodes"]
    assert {node.unit for node in nodes} == {moved.other, moved.a}


def test_search_needs_no_marks_and_shows_the_path(get, tree):
    page = get("thanhuy", "?q=duc giang")
    ((node, above),) = page.context["hits"]
    assert node.unit == tree.b
    assert above == [tree.city.name, tree.ward.name]
    assert "Thành ủy thử nghiệm › Đảng ủy phường Thử Nghiệm" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "found"), [("?q=to dan pho so 1", 0), ("?q=khu moi", 1)], ids=["old", "new"]
)
def test_search_of_today_knows_names_of_today(get, moved, query, found):
    assert len(get("thanhuy", query).context["hits"]) == found


def test_search_of_a_past_day_knows_names_of_then(get, moved):
    assert not get("thanhuy", f"{BEFORE}&q=khu moi").context["hits"]
    ((node, above),) = get("thanhuy", f"{BEFORE}&q=to dan pho so 1").context["hits"]
    assert (node.unit, above[-1]) == (moved.a, moved.ward.name)


def test_search_finds_nothing_beyond_reach(get, tree):
    page = get("canbo", "?q=thon dong")
    assert not page.context["hits"]
    assert "Không tìm thấy đơn vị nào" in page.content.decode()


def test_closed_unit_is_marked_with_its_last_day(get, tree):
    Unit.objects.filter(pk=tree.b.pk).update(closed_on=MOVED)
    tree.b.placements.update(valid_to=MOVED)
    assert "Hoạt động đến hết ngày 30/06/2024" in get("canbo", BEFORE).content.decode()
    assert tree.b.name not in get("canbo").content.decode()


def test_banner_names_the_day_and_leads_back(get, tree):
    page = get("canbo", BEFORE).content.decode()
    assert "ngày 30/06/2024" in page
    assert f'href="{reverse("cells:tree")}">' in page
    assert "Về hôm nay" not in get("canbo").content.decode()


@pytest.mark.parametrize("day", ["31/02/2025", "hom qua", "01/01/1800", "01/01/2200"])
def test_wrong_day_is_kept_and_explained(get, tree, day):
    page = get("canbo", f"?ngay={day}")
    text = page.content.decode()
    assert page.status_code == 200
    assert f'value="{day}"' in text
    assert 'id="ngay-error"' in text
    assert page.context["asked"].is_today


def test_day_before_everything_says_so(get, tree):
    assert "Ngày này chưa có đơn vị nào" in get("canbo", "?ngay=01/01/1999").content.decode()


def test_branch_of_a_wrong_day_is_not_found(get, tree):
    answer = get("thanhuy", "?ngay=31/02/2025", "cells:tree_branch", tree.ward.code)
    assert answer.status_code == 404


# Session, user, roles, then what the page itself asks.
@pytest.mark.parametrize(
    ("query", "count"),
    [
        # roots, counts, children, counts
        ("", 7),
        (BEFORE, 7),
        # hits of today's names, two levels above
        ("?q=chi bo", 7),
    ],
    ids=["today", "past", "search"],
)
def test_costs_the_same_with_many_cells(
    client, people, tree, query, count, django_assert_num_queries
):
    for _ in range(300):
        factories.UnitFactory(parent=tree.ward)
    client.force_login(people.thanhuy)
    with django_assert_num_queries(count):
        client.get(reverse("cells:tree") + query)
