"""`manage.py recompute`: what it prints, when it leaves with 1, and what it never writes."""

import json

import pytest
from django.core.management import call_command

from cells.models import AuditEntry, Job
from cells.services import jobs
from evaluations.models import Evaluation, Recomputation, Score
from tests.evaluations.decided import decided, quarter, total_of
from tests.evaluations.tampering import tamper_criteria

pytestmark = pytest.mark.django_db
SIGNED = {"username": "thanhuy", "reason": "Sửa lỗi tính nhóm 1."}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(jobs, "send", lambda pk: None)


@pytest.fixture
def period():
    return quarter()


@pytest.fixture
def run(capsys):
    """Return a function that runs the command: status, printed document, messages."""

    def run(period="2026-Q3", **options):
        status = 0
        try:
            call_command("recompute", period=period, **options)
        except SystemExit as stop:
            status = stop.code
        told = capsys.readouterr()
        return status, json.loads(told.out), told.err

    return run


def test_clean_period_leaves_with_0(tree, period, run):
    decided(tree.a, period)
    decided(tree.b, period, l1_1="no")
    assert run(verify=True)[:2] == (0, {"checked": 2, "differences": []})


def test_nothing_checked_leaves_with_1(tree, period, run):
    status, document, told = run(verify=True)
    assert (status, document) == (1, {"checked": 0, "differences": []})
    assert "Không có phiếu đã quyết định" in told


def test_difference_leaves_with_1_and_writes_nothing(tree, period, run):
    sheet = decided(tree.a, period)
    Evaluation.objects.filter(pk=sheet.pk).update(final_total=9950)
    entries = AuditEntry.objects.count()
    status, document, told = run(verify=True)
    assert (status, document) == (
        1,
        {
            "checked": 1,
            "differences": [
                {
                    "unit": tree.a.code,
                    "what": "total",
                    "line": "",
                    "stored": "99.50",
                    "computed": "100.00",
                }
            ],
        },
    )
    assert "1 khác biệt" in told
    assert total_of(sheet) == 9950
    assert not Recomputation.objects.exists()
    assert not Job.objects.exists()
    assert AuditEntry.objects.count() == entries


def test_points_are_printed_with_two_places_and_other_values_as_they_are(tree, period, run):
    sheet = decided(tree.a, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(points=None)
    Evaluation.objects.filter(pk=sheet.pk).update(reasons=["veto:V2"])
    _, document, _ = run(verify=True)
    assert [
        (one["what"], one["line"], one["stored"], one["computed"])
        for one in document["differences"]
    ] == [
        ("points", "1.1", None, "4.00"),
        ("group", "G1", "26.00", "30.00"),
        ("reasons", "", ["veto:V2"], []),
    ]


def test_tampered_criteria_leave_with_1(tree, period, run):
    sheet = decided(tree.a, period)
    tamper_criteria(sheet.criteria, text=sheet.criteria.text + "\n")
    status, document, _ = run(verify=True)
    assert status == 1
    assert [one["what"] for one in document["differences"]] == ["criteria"]


def test_signed_recompute_leaves_no_difference_and_then_has_nothing_to_do(
    tree, people, period, run
):
    sheet = decided(tree.a, period)
    Evaluation.objects.filter(pk=sheet.pk).update(final_total=9950)
    clean = {"checked": 1, "differences": []}
    assert run(**SIGNED)[:2] == (0, {**clean, "recomputed": 1})
    assert total_of(sheet) == 10000
    kept = Recomputation.objects.count()
    assert run(**SIGNED)[:2] == (0, {**clean, "recomputed": 0})
    assert Recomputation.objects.count() == kept
    assert AuditEntry.objects.get(action="recomputed").reason == SIGNED["reason"]


def test_what_cannot_be_recomputed_still_leaves_with_1(tree, people, period, run):
    sheet = decided(tree.a, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(option="maybe")
    status, document, _ = run(**SIGNED)
    assert (status, document["recomputed"]) == (1, 0)
    assert [one["what"] for one in document["differences"]] == ["unreadable"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"period": "1999-Q1", "verify": True}, "1999-Q1"),
        ({}, "--verify"),
        ({"verify": True, **SIGNED}, "Chọn một"),
        ({"username": "thanhuy"}, "lý do"),
        ({"username": "thanhuy", "reason": " "}, "lý do"),
        ({"reason": "Sửa lỗi."}, "tài khoản"),
        ({**SIGNED, "username": "khongco"}, "khongco"),
        ({**SIGNED, "username": "kiemtra"}, "Chỉ quản trị Thành ủy"),
        ({**SIGNED, "username": "quantri"}, "Chỉ quản trị Thành ủy"),
    ],
)
def test_refusals_say_why_and_write_nothing(tree, people, period, run, options, word):
    sheet = decided(tree.a, period)
    Evaluation.objects.filter(pk=sheet.pk).update(final_total=9950)
    status, document, told = run(**options)
    assert status == 1
    assert word in told
    assert word in document["error"]["message"]
    assert total_of(sheet) == 9950
    assert not Recomputation.objects.exists()
