"""The pages of accounts and units."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from cells.models import User
from tests import factories


@pytest.fixture
def staff(client, people):
    client.force_login(people.canbo)
    return client


def account(name, pk):
    return reverse(f"cells:{name}", args=[pk])


def test_slip_is_shown_once_and_opens_the_door(staff, client, tree):
    response = staff.post(
        reverse("cells:account_new"),
        {"full_name": "Đỗ Thị Hoa", "unit": tree.b.code, "role": "secretary"},
    )
    [slip] = response.context["slips"]
    page = response.content.decode()
    assert slip.password in page
    assert slip.username in page
    assert "http://testserver/" in page
    assert "no-store" in response["Cache-Control"]
    again = staff.get(reverse("cells:account", args=[User.objects.get(username=slip.username).pk]))
    assert slip.password not in again.content.decode()
    client.logout()
    login = {"username": slip.username, "password": slip.password}
    assert client.post(reverse("login"), login).status_code == 302


def test_bad_input_stays_in_the_form_with_what_to_do(staff, tree):
    response = staff.post(
        reverse("cells:account_new"),
        {"full_name": "Đỗ Thị Hoa", "unit": tree.ward.code, "role": "secretary"},
    )
    page = response.content.decode()
    assert "Đỗ Thị Hoa" in page
    assert "không dùng cho đảng ủy" in page


@pytest.mark.parametrize("name", ["account_reset", "account_deactivate", "assignment_new"])
@pytest.mark.parametrize("whom", ["canbo2", "lanhdao", "thanhuy", "canbo", "nguoila", "quantri"])
def test_staff_cannot_touch_colleagues_or_those_above(staff, people, name, whom):
    user = getattr(people, whom)
    assert staff.post(account(name, user.pk)).status_code == 404
    user.refresh_from_db()
    assert user.is_active
    assert user.check_password(factories.PASSWORD)


def test_colleague_is_seen_without_buttons(staff, people):
    page = staff.get(account("account", people.canbo2.pk)).content.decode()
    assert people.canbo2.full_name in page
    assert reverse("cells:account_reset", args=[people.canbo2.pk]) not in page


@pytest.mark.parametrize("q", ["duc", "Đức", "DUC", "ducnv"])
def test_search_finds_with_and_without_diacritics(staff, tree, q):
    factories.UserFactory(
        username="ducnv.x", full_name="Nguyễn Văn Đức", roles=[("secretary", tree.b)]
    )
    page = staff.get(reverse("cells:accounts"), {"q": q})
    assert [user.username for user in page.context["page"]] == ["ducnv.x"]


def test_unit_is_typed_by_its_code_where_the_list_is_long(client, people, tree, monkeypatch):
    monkeypatch.setattr("cells.forms.LIST_AT_MOST", 1)
    client.force_login(people.thanhuy)
    url = reverse("cells:account_new")
    data = {"full_name": "Đỗ Thị Hoa", "unit": "KHONG-CO", "role": "secretary"}
    assert "Không có đơn vị nào mang mã này" in client.post(url, data).content.decode()
    assert client.post(url, {**data, "unit": tree.c.code}).context["slips"]


def test_filter_by_role_and_unit(staff, tree, people):
    url = reverse("cells:accounts")
    by_role = staff.get(url, {"role": "secretary"}).context["page"]
    by_unit = staff.get(url, {"unit": "duc giang"}).context["page"]
    assert list(by_role) == [people.bithu]
    assert list(by_unit) == []


def test_list_costs_the_same_for_many(staff, tree, django_assert_num_queries):
    for _ in range(30):
        factories.UserFactory(roles=[("secretary", tree.b)])
    # session, user, roles, count, page, its roles, cells without an account
    with django_assert_num_queries(7):
        page = staff.get(reverse("cells:accounts")).context["page"]
    assert len(page) == 25


def test_units_are_found_and_counted(staff, tree, django_assert_num_queries):
    for _ in range(3):
        factories.MembershipFactory(cell=tree.b)
    # session, user, roles, count, page, committees, kinds; of the page: names of the parents
    # today and on the day, members official, away and exempt
    with django_assert_num_queries(11):
        response = staff.get(reverse("cells:units"), {"q": "duc giang"})
    assert response.context["rows"] == [(tree.b, tree.ward.name, 3)]


def test_units_of_others_are_not_listed(staff, tree):
    rows = staff.get(reverse("cells:units")).context["rows"]
    assert {unit.code for unit, *_ in rows} == {tree.ward.code, tree.a.code, tree.b.code}


def test_inactive_user_is_signed_out_at_once(staff, client, people):
    client.force_login(people.bithu)
    User.objects.filter(pk=people.bithu.pk).update(is_active=False)
    response = client.get(reverse("cells:units"))
    assert response.url.startswith(reverse("login"))


def test_reset_ends_the_sessions_of_the_account(people, client):
    client.force_login(people.bithu)
    assert SESSION_KEY in client.session
    other = type(client)()
    other.force_login(people.canbo)
    assert other.post(account("account_reset", people.bithu.pk)).status_code == 200
    assert client.get(reverse("cells:units")).url.startswith(reverse("login"))
