"""What the installation says about e-mail."""

from django.conf import settings


def mail_is_on() -> bool:
    return bool(settings.MAIL_ON)


def absolute(path: str) -> str:
    """Return the address by which a page is reached from outside."""
    return f"{settings.PUBLIC_URL}{path}"
