"""The database refuses to change what a published criteria set says."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from evaluations.models import CriteriaSet
from evaluations.services.criteria import criteria_publish_shipped


@pytest.fixture
def published(db):
    criteria_publish_shipped(by=None)
    return CriteriaSet.objects.get(code="CB4T-2026")


@pytest.mark.parametrize(
    "change",
    [
        {"text": "code = 'khác'"},
        {"sha256": "0" * 64},
        {"code": "CB4T-KHAC"},
        {"valid_from": date(2020, 1, 1)},
        {"published_at": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_published_set_says_stays(published, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        CriteriaSet.objects.filter(pk=published.pk).update(**change)
    assert CriteriaSet.objects.filter(pk=published.pk, text=published.text).exists()


def test_its_name_and_last_day_may_be_put_right(published):
    CriteriaSet.objects.filter(pk=published.pk).update(
        title="Tên cấp ủy đặt", valid_to=date(2027, 12, 31)
    )
    published.refresh_from_db()
    assert (published.title, published.valid_to) == ("Tên cấp ủy đặt", date(2027, 12, 31))
