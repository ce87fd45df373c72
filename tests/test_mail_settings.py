"""What the environment says about e-mail: off by default, loud once it is turned on."""

from datetime import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from chibo import mail

SERVER = {
    "CHIBO_MAIL_URL": "smtp+tls://chibo:m%40t@thu.vidu.vn",
    "CHIBO_MAIL_FROM": "chibo@vidu.vn",
    "CHIBO_PUBLIC_URL": "https://chibo.vidu.vn/",
}


@pytest.fixture
def environment(monkeypatch):
    """Return a function that sets these variables and no other of the mail's."""

    def put(values, demo=False):
        for name in (*SERVER, "CHIBO_DEMO", "CHIBO_DIGEST_AT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {**values, **({"CHIBO_DEMO": "1"} if demo else {})}.items():
            monkeypatch.setenv(name, value)

    return put


def test_an_installation_sends_no_mail_unless_told(environment):
    environment({})
    assert (mail.read().is_on, mail.read().backend.split(".")[-2]) == (False, "dummy")


def test_the_demo_writes_its_mail_to_the_console(environment):
    environment({"PORT": "8123"}, demo=True)
    held = mail.read()
    assert (held.backend.split(".")[-2], held.site) == ("console", "http://127.0.0.1:8123")


@pytest.mark.parametrize("name", ["CHIBO_MAIL_FROM", "CHIBO_PUBLIC_URL"])
@pytest.mark.parametrize("demo", [True, False])
def test_mail_that_is_on_names_what_is_missing(environment, name, demo):
    environment({**SERVER, name: " "}, demo)
    with pytest.raises(ImproperlyConfigured, match=name):
        mail.read()


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://thu.vidu.vn", 25, False, False),
        ("smtp+tls://thu.vidu.vn", 587, True, False),
        ("smtps://thu.vidu.vn", 465, False, True),
        ("smtps://thu.vidu.vn:2465", 2465, False, True),
    ],
)
def test_the_address_of_the_server_says_how_to_reach_it(environment, url, port, starttls, tls):
    environment({**SERVER, "CHIBO_MAIL_URL": url})
    held = mail.read()
    assert (held.host, held.port, held.starttls, held.tls) == ("thu.vidu.vn", port, starttls, tls)


def test_a_password_may_hold_any_sign(environment):
    environment(SERVER)
    held = mail.read()
    assert (held.user, held.password, held.site) == ("chibo", "m@t", "https://chibo.vidu.vn")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHIBO_MAIL_URL", "imap://chibo:bi-mat@thu.vidu.vn"),
        ("CHIBO_MAIL_URL", "thu.vidu.vn"),
        ("CHIBO_PUBLIC_URL", "chibo.vidu.vn"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_shows_no_password(environment, name, value):
    environment({**SERVER, name: value})
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        mail.read()
    assert "bi-mat" not in str(refused.value)


@pytest.mark.parametrize(("text", "expected"), [("", time(7)), ("06:30", time(6, 30))])
def test_the_digests_go_out_at_seven_unless_told(environment, text, expected):
    environment({"CHIBO_DIGEST_AT": text})
    assert mail.digest_at() == expected


def test_a_wrong_hour_is_refused(environment):
    environment({"CHIBO_DIGEST_AT": "7h"})
    with pytest.raises(ImproperlyConfigured, match="CHIBO_DIGEST_AT"):
        mail.digest_at()
