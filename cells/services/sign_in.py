"""Closing the door for a while to somebody who guesses passwords."""

import math
from datetime import timedelta

from django.utils import timezone

from cells.models import FailedSignIn

ALLOWED_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)


def minutes_to_wait(*, username: str, address: str) -> int:
    """Return for how many minutes no password is looked at; 0 if the door is open."""
    now = timezone.now()
    recent = FailedSignIn.objects.filter(
        username=_key(username), address=address, at__gt=now - LOCKED_FOR
    )
    moments = list(recent.order_by("-at").values_list("at", flat=True)[:ALLOWED_FAILURES])
    if len(moments) < ALLOWED_FAILURES:
        return 0
    return math.ceil((moments[-1] + LOCKED_FOR - now).total_seconds() / 60)


def failure_record(*, username: str, address: str) -> None:
    FailedSignIn.objects.create(username=_key(username), address=address)
    FailedSignIn.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()


def failures_forget(*, username: str, address: str) -> None:
    """Start counting anew after a right password."""
    FailedSignIn.objects.filter(username=_key(username), address=address).delete()


def _key(username: str) -> str:
    return username.lower()[:60]
