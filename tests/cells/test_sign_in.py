"""Signing in, being locked out, choosing one's own password."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cells.models import FailedSignIn, User
from cells.services import sign_in
from tests import factories

NEW = "hoa-sen-trang-2026"
WRONG = "sai-mat-khau"


def try_in(client, username="bithu", password=WRONG, **extra):
    return client.post(reverse("login"), {"username": username, "password": password}, **extra)


def test_wrong_password_stays_on_the_page_with_a_message(client, people):
    response = try_in(client)
    assert response.status_code == 200
    page = response.content.decode()
    assert "không đúng" in page
    assert 'value="bithu"' in page


def test_capital_letter_of_a_phone_is_forgiven(client, people):
    assert try_in(client, "Bithu", factories.PASSWORD).status_code == 302


def test_ten_failures_close_the_door_even_to_the_right_password(client, people):
    for _ in range(sign_in.ALLOWED_FAILURES):
        try_in(client)
    response = try_in(client, password=factories.PASSWORD)
    assert "tạm khóa" in response.content.decode()
    assert "15 phút" in response.content.decode()


def test_door_is_closed_to_that_address_and_name_only(client, people):
    for _ in range(sign_in.ALLOWED_FAILURES):
        try_in(client)
    assert try_in(client, "canbo", factories.PASSWORD).status_code == 302
    elsewhere = try_in(Client(), password=factories.PASSWORD, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 302


def test_door_opens_again_after_a_while(client, people):
    for _ in range(sign_in.ALLOWED_FAILURES):
        try_in(client)
    FailedSignIn.objects.update(at=timezone.now() - sign_in.LOCKED_FOR - timedelta(seconds=1))
    assert try_in(client, password=factories.PASSWORD).status_code == 302


def test_right_password_starts_the_count_anew(client, people):
    for _ in range(sign_in.ALLOWED_FAILURES - 1):
        try_in(client)
    try_in(client, password=factories.PASSWORD)
    assert not FailedSignIn.objects.exists()


def test_switched_off_account_is_told_so(client, people):
    User.objects.filter(username="bithu").update(is_active=False)
    assert "ngừng dùng" in try_in(client, password=factories.PASSWORD).content.decode()
    assert "ngừng dùng" not in try_in(client).content.decode()


@pytest.fixture
def newcomer(client, people):
    User.objects.filter(username="bithu").update(must_change_password=True)
    try_in(client, password=factories.PASSWORD)
    return client


def change(client, new=NEW, old=factories.PASSWORD):
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("password_change"), data)


@pytest.mark.parametrize("name", ["home", "cells:units", "members:list"])
def test_one_time_password_leads_to_choosing_ones_own(newcomer, name):
    assert newcomer.get(reverse(name)).url == reverse("password_change")


def test_after_the_change_everything_opens(newcomer):
    assert change(newcomer).status_code == 302
    assert newcomer.get(reverse("cells:units")).status_code == 200
    assert User.objects.get(username="bithu").check_password(NEW)


def test_the_same_password_is_no_change(newcomer):
    assert "phải khác" in change(newcomer, new=factories.PASSWORD).content.decode()


def test_change_ends_all_other_sessions(client, people):
    other = Client()
    for browser in (client, other):
        try_in(browser, password=factories.PASSWORD)
    change(client)
    assert client.get(reverse("cells:units")).status_code == 200
    assert other.get(reverse("cells:units")).url.startswith(reverse("login"))


def test_signing_out_ends_the_session(client, people):
    try_in(client, password=factories.PASSWORD)
    client.post(reverse("logout"))
    assert client.get(reverse("cells:units")).url.startswith(reverse("login"))
