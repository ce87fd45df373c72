"""Which stored sheets are reached: by today's place or the frozen one; through their indexes."""

from datetime import date

import pytest
from django.db import connection

from cells import access
from cells.models import Unit
from evaluations.models import Evaluation, MemberSheet, PeriodUnit
from tests import factories

NAMES = ["thanhuy", "kiemtra", "canbo", "lanhdao", "bithu", "phutrach", "nguoila", "quantri"]
WARDS, EACH = 40, 25


@pytest.fixture
def sheets(tree):
    """Give each cell a sheet; then move one to the other ward, after its sheet was frozen."""
    made = {name: factories.sheet(getattr(tree, name)) for name in ("a", "b", "c")}
    tree.b.parent, tree.b.path = tree.other, f"{tree.other.path}{tree.b.code}/"
    tree.b.save()
    return made


def either(user):
    """Return what the rule says, in its own words."""
    reach = access.reach(user, access.VIEW)
    return Evaluation.objects.filter(reach.condition("path") | reach.condition("unit__path"))


@pytest.mark.parametrize("name", NAMES)
def test_sheet_is_reached_by_its_place_today_or_then(sheets, people, name):
    user = getattr(people, name)
    assert set(Evaluation.objects.visible_to(user)) == set(either(user))


@pytest.mark.parametrize(
    ("name", "reached"),
    [("canbo", "ab"), ("nguoila", "bc"), ("bithu", "a"), ("thanhuy", "abc"), ("quantri", "")],
)
def test_moved_sheet_is_kept_by_the_old_ward_and_seen_by_the_new(sheets, people, name, reached):
    seen = Evaluation.objects.visible_to(getattr(people, name))
    assert set(seen) == {sheets[cell] for cell in reached}
    assert seen.count() == len(reached)


def test_two_branches_are_reached_together(sheets, tree):
    user = factories.UserFactory(roles=[("secretary", tree.a), ("secretary", tree.c)])
    assert set(Evaluation.objects.visible_to(user)) == {sheets["a"], sheets["c"]}


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads PostgreSQL's plans")
def test_ward_reads_its_sheets_through_indexes(tree, django_assert_num_queries):
    period = factories.sheet(tree.a).period
    _fill(tree, period)
    ward = Unit.objects.get(code="W07")
    user = factories.UserFactory(roles=[("staff", ward)])
    # the roles, the sheets
    with django_assert_num_queries(2):
        found = list(Evaluation.objects.visible_to(user).filter(period=period))
    assert len(found) == EACH
    with connection.cursor() as cursor:
        # Tables as small as these are else read whole.
        cursor.execute("set local enable_seqscan = off")
    sheets, members = (m.objects.visible_to(user).order_by() for m in (Evaluation, MemberSheet))
    for index in ("evaluation_by_branch", "one_unit_per_path"):
        assert index in sheets.filter(period=period).explain()
    assert "member_sheet_by_branch" in members.explain()


def _fill(tree, period):
    like = Evaluation.objects.get(period=period)
    wards = [
        factories.CommitteeFactory(parent=tree.city, code=f"W{number:02d}")
        for number in range(WARDS)
    ]
    cells = Unit.objects.bulk_create(
        Unit(
            code=f"{ward.code}C{n:02d}", path=f"{ward.path}{ward.code}C{n:02d}/", parent=ward,
            is_cell=True, name=f"Chi bộ {n}", level=tree.a.level, kind=tree.a.kind,
            founded_on=date(2020, 1, 1),
        )
        for ward in wards
        for n in range(EACH)
    )  # fmt: skip
    places = PeriodUnit.objects.bulk_create(
        PeriodUnit(
            period=period, unit=cell, path=cell.path, name=cell.name, is_cell=True,
            parent=cell.parent, level=cell.level, kind=cell.kind, members=9,
            criteria=like.criteria, is_expected=True,
        )
        for cell in cells
    )  # fmt: skip
    Evaluation.objects.bulk_create(
        Evaluation(
            period=period, unit=place.unit, period_unit=place, criteria=like.criteria,
            path=place.path, lines_total=24,
        )
        for place in places
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("analyze cells_unit; analyze evaluations_evaluation")
