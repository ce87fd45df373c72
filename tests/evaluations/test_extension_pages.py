"""The city gives single units more time, and takes it back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations.models import Evaluation, PeriodUnit
from tests import factories
from tests.evaluations.reopened import stored


def url(name, *args):
    return reverse(f"evaluations:{name}", args=["2026-Q4", *args])


@pytest.fixture
def city(client, people):
    client.force_login(people.thanhuy)
    return client


@pytest.fixture
def sheets(tree):
    factories.PeriodFactory(locks_at=timezone.now() - timedelta(hours=1))
    return [factories.sheet(cell) for cell in (tree.a, tree.b, tree.c)]


def later(**time):
    return f"{timezone.localtime(timezone.now() + timedelta(**time)):%H:%M %d/%m/%Y}"


@pytest.mark.parametrize("name", ["canbo", "lanhdao", "bithu", "kiemtra", "quantri"])
def test_more_time_is_the_citys_alone(client, people, sheets, name):
    client.force_login(getattr(people, name))
    assert client.get(url("extensions")).status_code == 404
    data = {"sheets": [sheets[0].pk], "until": later(days=1), "reason": "Mất điện"}
    assert client.post(url("extension_give"), data).status_code == 404
    assert client.post(url("extension_revoke", sheets[0].unit.code)).status_code == 404
    assert not PeriodUnit.objects.filter(extended_until__isnull=False).exists()


def test_units_of_one_committee_are_offered_together(city, tree, sheets):
    html = city.get(url("extensions"), {"dang-uy": tree.ward.code}).content.decode()
    assert (tree.a.name in html, tree.b.name in html, tree.c.name in html) == (True, True, False)
    html = city.get(url("extensions"), {"q": "dong"}).content.decode()
    assert (tree.a.name in html, tree.c.name in html) == (False, True)
    assert "Chưa gia hạn cho đơn vị nào" in html


def test_several_units_are_extended_at_once_and_listed(city, tree, sheets):
    data = {
        "dang-uy": tree.ward.code,
        "sheets": [sheets[0].pk, sheets[1].pk],
        "until": later(days=1),
        "reason": "Mất điện hai ngày",
    }
    answer = city.post(url("extension_give"), data, follow=True)
    html = answer.content.decode()
    assert "Đã gia hạn cho 2 đơn vị" in html
    assert html.count("Còn hiệu lực") == 2
    city.post(url("extension_revoke", tree.b.code))
    assert stored(sheets[1]).period_unit.extended_until is None
    PeriodUnit.objects.filter(unit=tree.a).update(extended_until=timezone.now())
    html = city.get(url("extensions")).content.decode()
    assert ("Đã hết" in html, "Thu hồi" in html) == (True, False)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sheets": []}, "ít nhất một đơn vị"),
        ({"until": ""}, "Hãy nhập giờ và ngày"),
        ({"until": "32/01/2027"}, "Chưa đúng"),
        ({"until": "08:00 01/01/2026"}, "đã qua"),
        ({"reason": " "}, "Hãy ghi lý do gia hạn"),
        ({"reason": "x" * 501}, "quá 500 ký tự"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(
    city, tree, sheets, changed, words
):
    data = {
        "dang-uy": tree.ward.code,
        "sheets": [sheets[0].pk],
        "until": later(days=1),
        "reason": "Mất điện",
    } | changed
    answer = city.post(url("extension_give"), data)
    html = answer.content.decode()
    assert (answer.status_code, words in html) == (422, True)
    if "sheets" not in changed:
        assert f'value="{sheets[0].pk}" checked' in html
    if "reason" not in changed:
        assert "Mất điện" in html
    assert not Evaluation.objects.filter(period_unit__extended_until__isnull=False).exists()


@pytest.mark.parametrize("more", [0, 5])
def test_page_costs_the_same_for_many_units(city, tree, sheets, more, django_assert_num_queries):
    for _ in range(more):
        factories.sheet(factories.UnitFactory(parent=tree.ward))
    PeriodUnit.objects.update(
        extended_until=timezone.now(),
        extension_reason="Mất điện",
        extended_by=sheets[0].period_unit.extended_by or factories.UserFactory(),
    )
    # Session, user, roles, root, period, counts by committee, committees, units, page count, page.
    with django_assert_num_queries(10):
        city.get(url("extensions"), {"dang-uy": tree.ward.code})
