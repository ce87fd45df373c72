"""Changing behind Chibo's back what it never changes itself."""

from django.db import connection

from evaluations.models import CriteriaSet


def tamper_criteria(criteria: CriteriaSet, **fields) -> None:
    """Write fields of a published set as somebody would who can switch its guard off."""
    changed = CriteriaSet.objects.filter(pk=criteria.pk)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            changed.update(**fields)
            cursor.execute("SET session_replication_role = origin")
        else:
            # It comes back with the rollback at the end of the test.
            cursor.execute("DROP TRIGGER IF EXISTS published_is_frozen")
            changed.update(**fields)
