"""The database refuses to change or delete what a recomputation found or replaced."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from evaluations.models import Recomputation, RecomputedSheet
from tests import factories


@pytest.fixture
def kept(tree, people):
    """Return one signed recompute and the result of its sheet."""
    sheet = factories.sheet(tree.a)
    made = recomputation(sheet.period, by=people.thanhuy, reason="Sửa lỗi.", sheets=1)
    return made, RecomputedSheet.objects.create(
        recomputation=made, evaluation=sheet, old={"total": 1}, new={"total": 2}
    )


def recomputation(period, **fields):
    return Recomputation.objects.create(
        **{"period": period, "checked": 1, "found": 1, "sheets": 0, "seconds": 0.1} | fields
    )


@pytest.mark.parametrize("model", [Recomputation, RecomputedSheet])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_plain_sql_cannot_touch_a_result(kept, model, statement):
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(model._meta.db_table))
    assert model.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_result_is_still_cleaned_up_after_a_test(kept):
    with pytest.raises(DatabaseError, match="never changed"):
        RecomputedSheet.objects.all().delete()


def test_signed_recompute_says_who(kept):
    made, _ = kept
    with pytest.raises(IntegrityError), transaction.atomic():
        recomputation(made.period, by=None, reason="Sửa lỗi.", sheets=1)


def test_signed_recompute_changes_something(kept, people):
    made, _ = kept
    with pytest.raises(IntegrityError), transaction.atomic():
        recomputation(made.period, by=people.thanhuy, reason="Sửa lỗi.", sheets=0)
