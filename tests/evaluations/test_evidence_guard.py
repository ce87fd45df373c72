"""The database refuses to delete evidence or to change what was attached."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from evaluations.models import Evidence, EvidenceFile, EvidenceUse
from tests import factories

MODELS = [Evidence, EvidenceFile, EvidenceUse]


@pytest.fixture
def use(tree, people):
    return factories.evidence_use(factories.sheet(tree.a), by=people.bithu)


def run(statement, model):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))


@pytest.mark.parametrize("model", MODELS)
def test_plain_sql_cannot_delete_evidence(use, model):
    with pytest.raises(DatabaseError, match="never deleted"):
        run("DELETE FROM {}", model)
    assert model.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Evidence, "UPDATE {} SET unit_id = unit_id + 1"),
        (EvidenceFile, "UPDATE {} SET sha256 = 'x'"),
        (EvidenceUse, "UPDATE {} SET line = '1.2'"),
    ],
)
def test_plain_sql_cannot_change_what_was_attached(use, model, change):
    with pytest.raises(DatabaseError, match="never changed"):
        run(change, model)


def test_description_of_a_document_can_be_corrected(use):
    use.evidence.title = "Biên bản họp chi bộ"
    use.evidence.save(update_fields=["title"])
    assert Evidence.objects.get().title == "Biên bản họp chi bộ"


def test_use_can_be_detached_once_and_not_attached_again(use):
    use.detached_by, use.detached_at, use.reason = use.by, timezone.now(), "Nhầm tệp."
    use.save()
    use.detached_by, use.detached_at, use.reason = None, None, ""
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        use.save()


@pytest.mark.parametrize(
    "wrong",
    [
        {"detached_at": timezone.now()},
        {"reason": "Không gỡ mà có lý do."},
        {"kind": "scan", "line": "1.1"},
        {"stage": "final"},
    ],
)
def test_use_that_contradicts_itself_is_refused(tree, people, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.evidence_use(factories.sheet(tree.a), by=people.bithu, **wrong)


def test_line_holds_a_document_once_at_a_time(use, people):
    again = {"evidence": use.evidence, "file": use.file, "by": people.bithu}
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.evidence_use(use.evaluation, **again)
    factories.evidence_use(use.evaluation, **again, line="1.2")


@pytest.mark.django_db(transaction=True)
def test_evidence_is_still_cleaned_up_after_a_test(use):
    with pytest.raises(DatabaseError, match="never deleted"):
        EvidenceUse.objects.all().delete()
