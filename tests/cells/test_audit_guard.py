"""The database refuses to change or delete an audit row."""

import pytest
from django.db import DatabaseError, connection, transaction

from cells.models import AuditEntry, Door
from cells.services import audit


@pytest.fixture
def entry(tree, people):
    return audit.record(by=people.canbo, door=Door.WEB, action="tried", subject=tree.a, new=1)


@pytest.mark.parametrize("statement", ["UPDATE {} SET new = '2'", "DELETE FROM {}"])
def test_plain_sql_cannot_touch_the_trail(entry, statement):
    table = AuditEntry._meta.db_table
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    entry.refresh_from_db()
    assert entry.new == 1


@pytest.mark.django_db(transaction=True)
def test_model_cannot_touch_the_trail_and_the_test_is_still_cleaned_up(entry):
    with pytest.raises(DatabaseError, match="never changed"):
        AuditEntry.objects.all().delete()
    entry.reason = "khác"
    with pytest.raises(DatabaseError, match="never changed"):
        entry.save()


@pytest.mark.django_db(transaction=True)
def test_cleaning_up_left_the_guard_in_place(tree, people):
    audit.record(by=None, door=Door.COMMAND, action="tried", subject=tree.a)
    with pytest.raises(DatabaseError, match="never changed"):
        AuditEntry.objects.all().delete()
