"""The demonstration of a ward, built once for a module of tests."""

from contextlib import contextmanager
from datetime import date

from django.db import transaction
from django.test import override_settings

from evaluations.demo.build import demo_build

TODAY = date(2026, 11, 24)
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def demo_ward(blocker):
    """Give what building the ward printed; all of it is rolled back afterwards."""
    with blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=HASHERS):
            document = demo_build(scale="ward", seed=1, today=TODAY)
        yield document
        transaction.set_rollback(True)
