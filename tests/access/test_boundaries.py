"""Rules of access that cut across the matrix: time, names that begin alike, four eyes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import User
from tests import factories

PAGES = ("cells:units", "members:list")


def sheet_url(sheet, name="sheet", *more):
    return reverse(f"evaluations:{name}", args=[sheet.period.code, sheet.unit.code, *more])


def test_role_that_ended_shows_nothing(client, tree, people):
    sheet = factories.sheet(tree.a)
    people.canbo.assignments.update(ends_on=timezone.localdate())
    client.force_login(people.canbo)
    for name in ("sheet", "scorecard", "history", "appraisal", "submit"):
        assert client.get(sheet_url(sheet, name)).status_code == 404
    for name in PAGES:
        assert not client.get(reverse(name)).context["rows"]
    assert client.get(reverse("cells:accounts")).status_code == 404


def test_role_that_begins_tomorrow_shows_nothing_today(client, tree):
    sheet = factories.sheet(tree.a)
    user = factories.UserFactory()
    tomorrow = timezone.localdate() + timedelta(days=1)
    factories.AssignmentFactory(user=user, unit=tree.ward, starts_on=tomorrow)
    client.force_login(user)
    assert client.get(sheet_url(sheet)).status_code == 404


def test_code_that_begins_alike_is_another_ward(client, tree):
    ten = factories.CommitteeFactory(parent=tree.city, code=f"{tree.ward.code}0")
    cell = factories.UnitFactory(parent=ten)
    sheet = factories.sheet(cell)
    client.force_login(factories.UserFactory(roles=[("staff", tree.ward)]))
    assert client.get(sheet_url(sheet)).status_code == 404
    assert client.get(reverse("evaluations:unit", args=[cell.code])).status_code == 404


def test_who_submitted_cannot_appraise_but_a_colleague_can(client, tree, people):
    sheet = factories.sheet(
        tree.a, state="submitted", submitted_by=people.canbo, submitted_at=timezone.now()
    )
    line = next(one for one in sheet.criteria.rules.indicators.values() if one.input == "ratio")
    url = sheet_url(sheet, "appraisal_line", line.code)
    data = {"num": "3", "den": "3", "version": "0", "note": "Theo biên bản"}
    client.force_login(people.canbo)
    assert client.post(url, data).status_code == 423
    assert not sheet.scores.exists()
    client.force_login(people.canbo2)
    assert client.post(url, data).status_code == 200
    assert sheet.scores.get().by == people.canbo2


def test_inactive_user_is_led_to_sign_in(client, people):
    client.force_login(people.canbo)
    User.objects.filter(pk=people.canbo.pk).update(is_active=False)
    assert client.get(reverse("cells:units")).url.startswith(reverse("login"))


def test_one_time_password_opens_nothing_else(client, tree, people):
    sheet = factories.sheet(tree.a)
    User.objects.filter(pk=people.bithu.pk).update(must_change_password=True)
    client.force_login(people.bithu)
    for url in (sheet_url(sheet), sheet_url(sheet, "scorecard"), *map(reverse, PAGES)):
        assert client.get(url).url == reverse("password_change")
    assert client.post(sheet_url(sheet, "submit")).url == reverse("password_change")


@pytest.mark.parametrize("name", ["scorecard", "sheet", "history"])
def test_ward_keeps_the_sheet_of_a_cell_that_moved_away(client, tree, people, name):
    sheet = factories.sheet(tree.a)
    type(tree.a).objects.filter(pk=tree.a.pk).update(
        parent=tree.other, path=f"{tree.other.path}{tree.a.code}/"
    )
    for user in (people.lanhdao, people.nguoila):
        client.force_login(user)
        assert client.get(sheet_url(sheet, name)).status_code == 200
    client.force_login(people.lanhdao)
    assert client.get(reverse("evaluations:unit", args=[tree.a.code])).status_code == 404
