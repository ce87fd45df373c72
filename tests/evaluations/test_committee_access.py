"""The sheet of a committee: its own staff enters it, whoever stands above judges it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cells import access
from evaluations.models import Evaluation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheets(tree):
    """Return a submitted sheet of the ward and one of a cell of it."""
    done = {"state": "submitted", "submitted_at": timezone.now()}
    return factories.sheet(tree.ward, **done), factories.sheet(tree.a, **done)


@pytest.mark.parametrize(
    ("name", "action", "of_ward", "of_cell"),
    [
        ("canbo", access.ENTER, True, True),
        ("canbo", access.SUBMIT, True, True),
        ("canbo", access.APPRAISE, False, True),
        ("lanhdao", access.DECIDE, False, True),
        ("lanhdao", access.VIEW, True, True),
        ("bithu", access.VIEW, False, True),
        ("nguoila", access.VIEW, False, False),
        ("thanhuy", access.ENTER, False, False),
        ("thanhuy", access.APPRAISE, True, False),
        ("thanhuy", access.DECIDE, True, False),
        ("kiemtra", access.APPRAISE, False, False),
        ("quantri", access.APPRAISE, False, False),
    ],
)
def test_who_may_do_what_with_the_sheet_of_a_ward(people, sheets, name, action, of_ward, of_cell):
    user = getattr(people, name)
    allowed = set(Evaluation.objects.allowed(user, action))
    assert [sheet in allowed for sheet in sheets] == [of_ward, of_cell]
    assert [sheet.allows(user, action) for sheet in sheets] == [of_ward, of_cell]


@pytest.mark.parametrize(
    ("role", "action"), [("staff", access.APPRAISE), ("leader", access.DECIDE)]
)
def test_staff_and_leader_of_the_city_judge_committees_too(tree, sheets, role, action):
    user = factories.UserFactory(roles=[(role, tree.city)])
    assert set(Evaluation.objects.allowed(user, action)) == set(sheets)


def test_nobody_judges_the_unit_where_the_role_is_held(tree, sheets):
    user = factories.UserFactory(roles=[("staff", tree.a)])
    assert not Evaluation.objects.allowed(user, access.APPRAISE).exists()
    assert Evaluation.objects.allowed(user, access.ENTER).get() == sheets[1]


@pytest.mark.parametrize(("name", "status"), [("thanhuy", 200), ("canbo2", 404), ("lanhdao", 404)])
def test_page_of_appraisal_follows(client, people, sheets, tree, name, status):
    client.force_login(getattr(people, name))
    url = reverse("evaluations:appraisal", args=[sheets[0].period.code, tree.ward.code])
    assert client.get(url).status_code == status


def test_queue_offers_each_what_is_theirs(client, people, sheets, tree):
    url = reverse("evaluations:queue", args=[sheets[0].period.code])
    to_appraise = {}
    for user in (people.thanhuy, people.canbo2):
        client.force_login(user)
        html = client.get(url).content.decode()
        to_appraise[user.username] = [
            unit.code
            for unit in (tree.ward, tree.a)
            if reverse("evaluations:appraisal", args=[sheets[0].period.code, unit.code]) in html
        ]
        assert "<strong>1</strong> phiếu chờ đồng chí thẩm định" in html
    assert to_appraise == {"thanhuy": [tree.ward.code], "canbo2": [tree.a.code]}


@pytest.mark.parametrize(
    ("asked", "shown"), [("", {"ward", "a"}), ("cell", {"a"}), ("committee", {"ward"})]
)
def test_queue_shows_cells_or_committees(client, people, sheets, tree, asked, shown):
    client.force_login(people.thanhuy)
    url = reverse("evaluations:queue", args=[sheets[0].period.code])
    context = client.get(url, {"subject": asked}).context
    assert {sheet.unit_id for sheet in context["page"]} == {
        getattr(tree, name).pk for name in shown
    }
    assert context["tabs"][0].count == len(shown)


def test_own_committee_comes_after_its_cells(client, people, tree):
    factories.sheet(tree.ward)
    cell = factories.sheet(tree.a)
    client.force_login(people.canbo)
    page = client.get(reverse("evaluations:queue", args=[cell.period.code]))
    assert page.context["next_url"].endswith(f"/{tree.a.code}/")


@pytest.mark.parametrize("more", [0, 3])
def test_queue_with_committees_costs_the_same_for_many(
    client, people, sheets, tree, more, django_assert_num_queries
):
    for _ in range(more):
        factories.sheet(factories.UnitFactory(parent=tree.ward))
    client.force_login(people.canbo)
    url = reverse("evaluations:queue", args=[sheets[0].period.code])
    client.get(url)
    # Session, user, roles, period, counts, waiting, count, rows, kinds, periods, next, requests
    # to open again, notices.
    with django_assert_num_queries(13):
        client.get(url)
