"""The tree of a day: the names and parents of then."""

from datetime import date

import pytest

from cells.models import Placement, Unit
from cells.services.dated_tree import dated_children, dated_path, dated_rows, dated_unit
from tests import factories

BEFORE, AFTER = date(2024, 6, 30), date(2024, 7, 1)
LONG_AGO = date(1999, 1, 1)


@pytest.fixture
def moved(tree):
    """Cell a went to the other ward on 1 July 2024, under a new name."""
    tree.a.placements.update(valid_to=AFTER)
    Placement.objects.create(
        unit=tree.a, parent=tree.other, level=tree.a.level, name="Chi bộ mới", valid_from=AFTER
    )
    Unit.objects.filter(pk=tree.a.pk).update(
        name="Chi bộ mới", parent=tree.other, path=f"{tree.other.path}{tree.a.code}/"
    )
    return tree


def test_children_are_those_of_the_day(moved):
    assert set(dated_children(moved.ward, BEFORE)) == {moved.a, moved.b}
    assert set(dated_children(moved.ward, AFTER)) == {moved.b}
    assert set(dated_children(moved.other, AFTER)) == {moved.a, moved.c}


def test_roots_have_children_and_cells_have_none(tree, django_assert_num_queries):
    with django_assert_num_queries(1):
        (root,) = dated_children(None, AFTER)
    assert root.has_children
    assert not dated_children(tree.ward, AFTER)[0].has_children


def test_unit_has_the_name_of_the_day(moved):
    assert dated_unit(moved.a, BEFORE).dated_name == "Chi bộ Tổ dân phố số 1"
    assert dated_unit(moved.a, AFTER).dated_name == "Chi bộ mới"
    assert dated_unit(moved.a, LONG_AGO) is None


def test_path_goes_over_the_parents_of_the_day(moved):
    assert dated_path(moved.a, BEFORE) == [moved.city, moved.ward, moved.a]
    assert dated_path(moved.a, AFTER) == [moved.city, moved.other, moved.a]
    assert dated_path(moved.a, LONG_AGO) == []


def test_whole_tree_is_one_query_and_lists_parents_first(moved, django_assert_num_queries):
    with django_assert_num_queries(1):
        rows = dated_rows(BEFORE)
    paths = [row.path for row in rows]
    assert f"{moved.ward.path}{moved.a.code}/" in paths
    assert all(
        row.parent is None or paths.index(row.path.removesuffix(f"{row.code}/")) < place
        for place, row in enumerate(rows)
    )


def test_branch_of_one_unit(moved):
    assert {row.code for row in dated_rows(AFTER, below=moved.other.code)} == {
        moved.other.code,
        moved.a.code,
        moved.c.code,
    }


def test_closed_unit_is_in_no_tree_from_its_last_day_on(tree):
    tree.b.placements.update(valid_to=AFTER)
    Unit.objects.filter(pk=tree.b.pk).update(closed_on=AFTER)
    assert dated_unit(tree.b, BEFORE)
    assert dated_unit(tree.b, AFTER) is None


@pytest.mark.parametrize("size", [1, 30])
def test_children_cost_the_same_for_any_number(tree, size, django_assert_num_queries):
    for _ in range(size):
        factories.UnitFactory(parent=tree.ward)
    with django_assert_num_queries(1):
        assert len(dated_children(tree.ward, AFTER)) == size + 2


def test_numbers_in_names_sort_by_value_and_names_without_marks(tree):
    for number, name in enumerate(["Tổ dân phố số 10", "Tổ dân phố số 2", "Tổ dân phố số 1B"]):
        unit = factories.UnitFactory(parent=tree.other, code=f"Z{number}")
        unit.placements.all().delete()
        Placement.objects.create(
            unit=unit, parent=tree.other, level=unit.level, name=name, valid_from=unit.founded_on
        )
    names = [unit.dated_name for unit in dated_children(tree.other, AFTER)]
    assert names[1:] == ["Tổ dân phố số 1B", "Tổ dân phố số 2", "Tổ dân phố số 10"]
