"""What the environment says about e-mail: off unless it names a server."""

import os
from dataclasses import dataclass
from datetime import time
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from chibo import env

BACKENDS = "django.core.mail.backends"
# The way to the server, its usual port, whether it turns to TLS, whether it begins with it.
SCHEMES = {
    "smtp": (25, False, False),
    "smtp+tls": (587, True, False),
    "smtps": (465, False, True),
}


@dataclass(frozen=True)
class Mail:
    """How e-mail goes out, from which address, and the address of the site named in it."""

    is_on: bool
    backend: str
    sender: str = ""
    site: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def read() -> Mail:
    """Return the mail settings; loud about what is missing, but only where mail is turned on."""
    url = os.environ.get("CHIBO_MAIL_URL", "")
    if url:
        sender, site = _needed("CHIBO_MAIL_FROM"), _site(_needed("CHIBO_PUBLIC_URL"))
        return _server(url, sender, site)
    if env.is_demo():
        site = os.environ.get("CHIBO_PUBLIC_URL") or f"http://127.0.0.1:{_port()}"
        return Mail(True, f"{BACKENDS}.console.EmailBackend", "chibo@chibo.example", site)
    return Mail(False, f"{BACKENDS}.dummy.EmailBackend")


def digest_at() -> time:
    """Return when the digests of the day go out, "07:00" by default."""
    text = os.environ.get("CHIBO_DIGEST_AT") or "07:00"
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"CHIBO_DIGEST_AT={text}: write a time as 07:00.") from error


def _needed(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"CHIBO_MAIL_URL turns e-mail on: set {name} too.")
    return value


def _site(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(f"CHIBO_PUBLIC_URL={url}: write it as https://chibo.example.vn.")
    return url.rstrip("/")


def _server(url: str, sender: str, site: str) -> Mail:
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        # Not the value: it may hold a password.
        ways = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise ImproperlyConfigured(
            f"CHIBO_MAIL_URL: write it as smtp+tls://user:password@host:587, with one of {ways}."
        )
    port, starttls, tls = SCHEMES[parts.scheme]
    return Mail(
        is_on=True,
        backend=f"{BACKENDS}.smtp.EmailBackend",
        sender=sender,
        site=site,
        host=parts.hostname,
        port=parts.port or port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=starttls,
        tls=tls,
    )


def _port() -> str:
    return os.environ.get("PORT") or "8000"
