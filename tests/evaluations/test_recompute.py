"""Recomputing decided sheets: what a check finds, and what a signed recompute puts in place."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cells.models import AuditEntry, Door, Job
from cells.services import audit, jobs
from evaluations.models import (
    Evaluation,
    Ranking,
    RankingRow,
    Recomputation,
    RecomputedSheet,
    Score,
)
from evaluations.rules.criteria import shipped_text
from evaluations.services.criteria import criteria_publish
from evaluations.services.errors import ReasonMissingError, RefusedError
from evaluations.services.rankings import ranking_build
from evaluations.services.recompute import recompute_check, recompute_sign
from evaluations.services.recompute_check import DIFFERENCES_KEPT, findings_of
from evaluations.tasks import recompute_nightly, recompute_request
from tests import factories
from tests.evaluations.decided import cells, decided, quarter
from tests.evaluations.tampering import tamper_criteria

pytestmark = pytest.mark.django_db
REASON = "Sửa lỗi tính nhóm 1 theo Thông báo 12."


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(jobs, "send", lambda pk: None)


@pytest.fixture
def period():
    return quarter()


def found(period):
    return [tuple(one) for one in findings_of(period, jobs.Progress()).differences]


def sign(period, by, reason=REASON, **more):
    return recompute_sign(period=period, by=by, reason=reason, door=Door.COMMAND, **more)


def stored(sheet):
    """Return everything that a recompute could touch."""
    fields = ("final_total", "level", "is_eligible", "reasons")
    scores = sheet.scores.order_by("line").values_list("line", "points", "num", "den", "option")
    return [*Evaluation.objects.values(*fields, "vetoes").filter(pk=sheet.pk)], [*scores]


def tamper(sheet, **fields):
    Evaluation.objects.filter(pk=sheet.pk).update(**fields)


def test_sheets_as_they_were_decided_show_no_difference(tree, period):
    decided(tree.a, period)
    decided(tree.b, period, l1_2=(38, 40), l4_4="na", vetoes=["V2"])
    decided(tree.c, period, without=["1.3"])
    ranking_build(period=period, scope=tree.city, by=None)
    findings = findings_of(period, jobs.Progress())
    assert (findings.checked, findings.found, findings.sheets) == (3, 0, [])


def test_sheets_without_a_decision_and_of_other_periods_are_not_checked(tree, period):
    decided(tree.a, quarter("2026-Q2"))
    factories.sheet(tree.b, period)
    assert findings_of(period, jobs.Progress()).checked == 0


def test_tampered_points_are_named_by_line_and_by_group(tree, period):
    sheet = decided(tree.a, period, l1_1="no")
    decided(tree.b, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(points=400)
    assert found(period) == [
        (tree.a.code, "points", "1.1", 400, 0),
        (tree.a.code, "group", "G1", 3000, 2600),
    ]


def test_tampered_answer_differs_in_line_group_and_total(tree, period):
    sheet = decided(tree.a, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(option="no")
    assert found(period) == [
        (tree.a.code, "points", "1.1", 400, 0),
        (tree.a.code, "group", "G1", 3000, 2600),
        (tree.a.code, "total", "", 10000, 9600),
    ]


def test_group_with_a_line_that_does_not_apply_is_spread_as_by_the_engine(tree, period):
    sheet = decided(tree.a, period, l4_4="na", l4_1=(8, 10))
    right = Score.objects.get(evaluation=sheet, line="4.1").points
    Score.objects.filter(evaluation=sheet, line="4.1").update(points=right + 1)
    computed = {what: (old, new) for _, what, _, old, new in found(period)}
    assert computed["points"] == (right + 1, right)
    # 19.00 + 0.01 of 21 applicable points of 25 stand against 19.00.
    assert computed["group"][0] > computed["group"][1]
    assert set(computed) == {"points", "group"}


def test_line_that_is_not_for_the_kind_of_cell_is_left_out(tree, period, people):
    text = shipped_text("CB4T-QUY-2026").replace("CB4T-QUY-2026", "THU-QUY-2026")
    text = text.replace('slug = "admissions"\n', 'slug = "admissions"\nkinds = ["truong_hoc"]\n')
    schools = criteria_publish(text=text, owner=None, by=None, door=Door.COMMAND)
    sheet = decided(tree.a, period, criteria=schools, without=["4.4"])
    assert (sheet.final_total, found(period)) == (10000, [])
    Score.objects.filter(evaluation=sheet, line="4.1").update(points=0)
    assert [what for _, what, *_ in found(period)] == ["points", "group"]
    sign(period, people.thanhuy)
    assert found(period) == []


@pytest.mark.parametrize(
    ("what", "fields", "old", "new"),
    [
        ("total", {"final_total": 9999}, 9999, 10000),
        ("level", {"level": "kha"}, "kha", "tot"),
        ("eligible", {"is_eligible": False}, False, True),
        ("eligible", {"is_eligible": None}, None, True),
        ("reasons", {"reasons": ["veto:V2"]}, ["veto:V2"], []),
    ],
)
def test_each_tampered_result_is_found(tree, period, what, fields, old, new):
    tamper(decided(tree.a, period), **fields)
    assert found(period) == [(tree.a.code, what, "", old, new)]


def test_tampered_vetoes_change_what_is_computed(tree, period):
    tamper(decided(tree.a, period, vetoes=["V2"]), vetoes=[])
    assert [(what, new) for _, what, _, _, new in found(period)] == [
        ("eligible", True),
        ("reasons", []),
    ]


@pytest.mark.parametrize(
    ("line", "fields"), [("1.1", {"option": "maybe"}), ("1.2", {"num": 11, "den": 10})]
)
def test_answers_that_cannot_be_scored_are_named(tree, period, line, fields):
    sheet = decided(tree.a, period)
    Score.objects.filter(evaluation=sheet, line=line).update(**fields)
    findings = findings_of(period, jobs.Progress())
    (one,) = findings.differences
    assert (one.unit, one.what, one.line, one.stored) == (tree.a.code, "unreadable", line, None)
    assert line in one.computed
    assert findings.sheets == []


@pytest.mark.parametrize("vetoes", [["V99"], 5, [{}]])
def test_vetoes_that_cannot_be_read_do_not_stop_the_check(tree, period, vetoes):
    tamper(decided(tree.a, period), vetoes=vetoes)
    tamper(decided(tree.b, period), level="kem")
    assert [what for _, what, *_ in found(period)] == ["unreadable", "level"]


def test_newest_ranking_of_the_city_is_compared(tree, period):
    decided(tree.a, period)
    decided(tree.b, period)
    ranking_build(period=period, scope=tree.city, by=None)
    newest = ranking_build(period=period, scope=tree.city, by=None)
    RankingRow.objects.filter(ranking=newest, unit=tree.a).update(total=9900)
    findings = findings_of(period, jobs.Progress())
    assert findings.differences == [(tree.a.code, "ranking", "", 9900, 10000)]
    assert findings.sheets == []


def test_tampered_criteria_text_is_found_though_the_process_has_read_the_true_one(tree, period):
    sheet = decided(tree.a, period)
    assert sheet.criteria.rules.levels
    text = sheet.criteria.text.replace("gte = 90", "gte = 99", 1)
    assert text != sheet.criteria.text
    tamper_criteria(sheet.criteria, text=text)
    found_hash = hashlib.sha256(text.encode()).hexdigest()
    first, *_ = found(period)
    assert first == ("", "criteria", sheet.criteria.code, sheet.criteria.sha256, found_hash)


def test_text_and_hash_tampered_alike_still_differ_from_what_was_published(tree, period):
    sheet = decided(tree.a, period)
    published = sheet.criteria.sha256
    text = sheet.criteria.text + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    tamper_criteria(sheet.criteria, text=text, sha256=digest)
    assert found(period) == [("", "criteria", sheet.criteria.code, published, digest)]


def test_text_that_is_no_criteria_set_leaves_its_sheets_unchecked(tree, period):
    sheet = decided(tree.a, period)
    tamper_criteria(sheet.criteria, text="không phải TOML")
    findings = findings_of(period, jobs.Progress())
    assert findings.checked == 0
    assert [one.what for one in findings.differences] == ["criteria"]


@pytest.mark.parametrize("count", [2, 30])
def test_check_costs_the_same_queries_for_many_sheets(
    tree, period, count, django_assert_num_queries
):
    for unit in cells(tree.ward, count):
        decided(unit, period)
    ranking_build(period=period, scope=tree.city, by=None)
    # Criteria sets, their publication, count, root, ranking, sheets, answers.
    with django_assert_num_queries(7):
        assert findings_of(period, jobs.Progress()).checked == count


def test_check_reads_in_chunks(tree, period, monkeypatch):
    monkeypatch.setattr("evaluations.services.ranking_reads.CHUNK", 2)
    sheets = [decided(unit, period) for unit in cells(tree.ward, 5)]
    for sheet in sheets:
        tamper(sheet, level="kem")
    progress = jobs.Progress()
    findings = findings_of(period, progress)
    assert findings.checked == 5
    assert findings.sheets == sorted(sheet.pk for sheet in sheets)
    assert (progress.done, progress.total) == (5, 5)


def test_only_the_first_differences_are_kept_but_all_are_counted(tree, period, monkeypatch):
    monkeypatch.setattr("evaluations.services.recompute_check.DIFFERENCES_KEPT", 3)
    for unit in (tree.a, tree.b, tree.c):
        tamper(decided(unit, period), level="kem", final_total=1)
    findings = findings_of(period, jobs.Progress())
    assert (len(findings.differences), findings.found, len(findings.sheets)) == (3, 6, 3)
    assert DIFFERENCES_KEPT == 1_000


def test_kept_check_changes_no_sheet(tree, period, people):
    sheet = decided(tree.a, period)
    tamper(sheet, final_total=1)
    before = stored(sheet)
    made = recompute_check(period=period, by=people.thanhuy)
    assert stored(sheet) == before
    assert (made.checked, made.found, made.sheets, made.is_signed) == (1, 1, 1, False)
    assert made.differences == [
        {"unit": tree.a.code, "what": "total", "line": "", "stored": 1, "computed": 10000}
    ]
    assert not AuditEntry.objects.filter(subject_type="evaluation").exists()


def test_signed_recompute_writes_the_computed_result_and_keeps_both(tree, period, people):
    sheet, other = decided(tree.a, period, l1_1="no"), decided(tree.b, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(points=400)
    tamper(sheet, final_total=10000, level="kha", is_eligible=False, reasons=["veto:V2"])
    untouched = stored(other)
    made = sign(period, people.thanhuy)
    assert found(period) == []
    assert stored(other) == untouched
    assert (made.by, made.reason, made.sheets) == (people.thanhuy, REASON, 1)
    kept = RecomputedSheet.objects.get()
    assert (kept.recomputation, kept.evaluation) == (made, sheet)
    assert {key: kept.old[key] for key in ("total", "level", "eligible", "reasons")} == {
        "total": 10000,
        "level": "kha",
        "eligible": False,
        "reasons": ["veto:V2"],
    }
    assert {key: kept.new[key] for key in ("total", "level", "eligible", "reasons")} == {
        "total": 9600,
        "level": "tot",
        "eligible": True,
        "reasons": [],
    }
    assert (kept.old["lines"]["1.1"], kept.new["lines"]["1.1"]) == (400, 0)
    assert len(kept.new["lines"]) == sheet.lines_total


def test_each_changed_sheet_leaves_its_audit_row(tree, period, people):
    sheet = decided(tree.a, period)
    decided(tree.b, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(points=0)
    sign(period, people.thanhuy)
    row = AuditEntry.objects.get(action="recomputed")
    assert (row.subject_type, row.subject_id, row.unit) == ("evaluation", sheet.pk, tree.a)
    assert (row.by, row.door, row.period) == (people.thanhuy, Door.COMMAND, period.code)
    assert row.reason == REASON
    assert (row.old["lines"], row.new["lines"]) == ({"1.1": 0}, {"1.1": 400})


def test_signing_twice_does_nothing_the_second_time(tree, period, people):
    tamper(decided(tree.a, period), final_total=1)
    assert sign(period, people.thanhuy)
    assert sign(period, people.thanhuy) is None
    assert Recomputation.objects.count() == 1
    assert AuditEntry.objects.filter(action="recomputed").count() == 1


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_signing_without_a_reason_is_refused(tree, period, people, reason):
    sheet = decided(tree.a, period)
    tamper(sheet, final_total=1)
    before = stored(sheet)
    with pytest.raises(ReasonMissingError, match="lý do"):
        sign(period, people.thanhuy, reason)
    assert stored(sheet) == before


@pytest.mark.parametrize(
    "name", ["canbo", "lanhdao", "bithu", "kiemtra", "phutrach", "nguoila", "quantri"]
)
def test_signing_is_the_citys_alone(tree, period, people, name):
    sheet = decided(tree.a, period)
    tamper(sheet, final_total=1)
    with pytest.raises(RefusedError, match="Chỉ quản trị Thành ủy"):
        sign(period, getattr(people, name))
    assert stored(sheet)[0][0]["final_total"] == 1
    assert not Recomputation.objects.exists()


def test_administrator_of_a_branch_cannot_sign(tree, period):
    below = factories.UserFactory(roles=[("city_admin", tree.ward)])
    tamper(decided(tree.a, period), final_total=1)
    with pytest.raises(RefusedError, match="Chỉ quản trị Thành ủy"):
        sign(period, below)


def test_nothing_is_signed_by_a_criteria_text_that_was_not_published(tree, period, people):
    sheet = decided(tree.a, period)
    text = sheet.criteria.text.replace("gte = 90", "gte = 99", 1)
    tamper_criteria(sheet.criteria, text=text)
    tamper(sheet, final_total=1)
    with pytest.raises(RefusedError, match=sheet.criteria.code):
        sign(period, people.thanhuy)
    assert stored(sheet)[0][0]["final_total"] == 1


def test_only_what_was_seen_is_signed(tree, period, people):
    first, second = decided(tree.a, period), decided(tree.b, period)
    tamper(first, final_total=1)
    tamper(second, final_total=1)
    with pytest.raises(RefusedError, match="có 1 phiếu khác, nay là 2"):
        sign(period, people.thanhuy, expected=1)
    assert stored(first)[0][0]["final_total"] == 1
    assert sign(period, people.thanhuy, expected=2).sheets == 2
    assert sign(period, people.thanhuy, expected=2) is None


def test_sheet_that_cannot_be_scored_is_left_alone_by_a_signed_recompute(tree, period, people):
    broken, wrong = decided(tree.a, period), decided(tree.b, period)
    Score.objects.filter(evaluation=broken, line="1.1").update(option="maybe")
    tamper(wrong, final_total=1)
    before = stored(broken)
    assert sign(period, people.thanhuy).sheets == 1
    assert stored(broken) == before
    assert [what for _, what, *_ in found(period)] == ["unreadable"]


def test_signing_costs_the_same_queries_for_many_sheets(tree, period, people):
    def cost(count):
        for unit in cells(tree.ward, count):
            tamper(decided(unit, period), final_total=1)
        with CaptureQueriesContext(connection) as queries:
            sign(period, people.thanhuy)
        return len(queries)

    cost(1)  # the roles of a user are read once
    assert cost(2) == cost(20)


def test_job_keeps_its_check(tree, period, people):
    decided(tree.a, period)
    job = jobs.job_run(recompute_request(period=period, by=people.thanhuy).pk)
    made = Recomputation.objects.get()
    assert made.by == people.thanhuy
    assert job.result == {"recomputation": made.pk, "checked": 1, "found": 0}
    assert job.message == "Đã tính lại 1 phiếu: không có khác biệt."


def test_signed_job_ends_with_a_clean_check_and_a_new_ranking(tree, period, people):
    tamper(decided(tree.a, period), final_total=1)
    job = recompute_request(period=period, by=people.thanhuy, reason=REASON)
    jobs.job_run(job.pk)
    check, signed = Recomputation.objects.all()
    assert (signed.is_signed, signed.sheets) == (True, 1)
    assert (check.is_signed, check.found) == (False, 0)
    jobs.job_run(Job.objects.get(kind="ranking").pk)
    assert Ranking.objects.get().differences == []


def test_job_without_the_right_fails_with_the_reason(tree, period, people):
    tamper(decided(tree.a, period), final_total=1)
    job = recompute_request(period=period, by=people.kiemtra, reason=REASON)
    job = jobs.job_run(job.pk)
    assert job.state == Job.State.FAILED
    assert "Chỉ quản trị Thành ủy" in job.message
    assert not Recomputation.objects.exists()


def test_worker_that_lost_its_job_keeps_no_second_result(tree, period):
    decided(tree.a, period)
    job = recompute_request(period=period, by=None)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=1)
    slow = jobs.Progress(Job.objects.get(pk=job.pk))
    Job.objects.filter(pk=job.pk).update(attempts=2)
    with pytest.raises(jobs.ClaimLostError):
        recompute_check(period=period, by=None, progress=slow)
    assert not Recomputation.objects.exists()


def test_every_period_with_decided_sheets_is_checked_at_night(tree):
    decided(tree.a, quarter("2026-Q2"))
    factories.sheet(tree.b, quarter("2026-Q3"))
    recompute_nightly()
    assert list(Job.objects.values_list("kind", "key", "created_by")) == [
        ("recompute", "2026-Q2", None)
    ]


def test_publication_of_another_object_with_the_same_id_is_not_taken_for_that_of_the_set(
    tree, period
):
    sheet = decided(tree.a, period)
    audit.record(
        by=None, door=Door.COMMAND, action="criteria_published", new={"sha256": "x"},
        subject=Evaluation(pk=sheet.criteria_id),
    )  # fmt: skip
    assert found(period) == []
