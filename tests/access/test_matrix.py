"""Walk the access matrix: every address, every role, own, foreign and parent units."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cells.access_matrix import ROLES, addresses, lines
from tests.access.world import DEFAULTS, KNOWN, OVER, World

ADDRESSES = {address.name: address for address in addresses()}
LINES = {f"{line.method} {line.name}": line for line in lines()}
SENT = ("GET", "POST")
REFUSALS = {403, 404, 405}
WITHOUT_A_LINE = [
    (method, name) for name in ADDRESSES for method in SENT if f"{method} {name}" not in LINES
]


@pytest.fixture
def world(tree):
    return World(tree)


# Loading the middleware is most of a client's cost, so one serves the whole walk.
CLIENT = Client(raise_request_exception=False)


def ask(user, method, name, arguments, data):
    """Return the status of one request, undone afterwards; 302 to sign-in counts as "login"."""
    client = CLIENT
    address = ADDRESSES[name]
    filled = {**DEFAULTS, **arguments}
    url = reverse(name, kwargs={key: filled[key] for key in address.arguments})
    with transaction.atomic():
        client.cookies.clear()
        if user:
            client.force_login(user)
        response = (
            client.generic(method, url, **_form(data)) if method == "POST" else client.get(url)
        )
        transaction.set_rollback(True)
    if response.status_code == 302 and response.url.startswith(reverse("login")):
        return "login"
    return response.status_code


def _form(data):
    body = "&".join(f"{key}={value}" for key, value in data.items())
    return {"data": body, "content_type": "application/x-www-form-urlencoded"}


def test_every_address_has_a_line_and_every_line_an_address():
    assert {line.name for line in lines()} == set(ADDRESSES)


@pytest.mark.parametrize("key", LINES)
def test_answers_are_those_of_the_matrix(world, key):
    line = LINES[key]
    wrong = []
    if not leads_to_sign_in(world, line):
        wrong.append("not signed in")
    for role in ROLES:
        for place, arguments, data in world.objects(line.about, role):
            status = ask(world.users[role], line.method, line.name, arguments, data)
            if not fits(world, line, role, place, status):
                wrong.append(f"{role} at {place or 'the page'}: {status}")
    assert not wrong, f"{key}: {'; '.join(wrong)}"


def leads_to_sign_in(world, line):
    _, arguments, data = world.objects(line.about, "staff")[0]
    status = ask(None, line.method, line.name, arguments, data)
    if line.about == "open" and line.status != "login":
        return status in (200, 503)
    return status == "login"


def fits(world, line, role, place, status):
    word = line.answers[role]
    if word == "no" or (word == "reach" and not world.is_reached(role, line.about, place)):
        return status == 404
    if word == "over" and place not in OVER[line.about]:
        return status == 404
    if place not in KNOWN.get(line.about, (place,)):
        return isinstance(status, int) and status < 500
    if line.status == "any":
        # The health page says 503 where no worker runs, as in this test.
        alive = isinstance(status, int) and (status < 500 or line.name == "healthz")
        return alive and status not in REFUSALS
    return status == line.status


@pytest.mark.parametrize(("method", "name"), WITHOUT_A_LINE)
def test_method_without_a_line_is_not_allowed(world, method, name):
    about = next(line.about for line in lines() if line.name == name)
    _, arguments, data = world.objects(about, "staff")[0]
    assert ask(world.users["staff"], method, name, arguments, data) == 405
