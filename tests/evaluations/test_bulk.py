"""Many sheets at once: what is left out and why, run again safely, told row by row."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import AuditEntry, Door, Job
from cells.services.jobs import Progress, job_run
from evaluations.models import Checkup, Evaluation, LineFlag, Score, State
from evaluations.services.bulk_plans import ACTIONS, bulk_plan
from evaluations.services.bulk_runs import bulk_request, bulk_run
from evaluations.services.verifiers import verifier_name
from tests.evaluations.appraising import (
    accept_all,
    appraised_sheet,
    change,
    give_back,
    mark,
    submit,
    submitted_sheet,
)
from tests.evaluations.test_sheet_services import save

pytestmark = pytest.mark.django_db
ACCEPT, RETURN_LINES, RETURN, EXPLAIN = ACTIONS.values()


@pytest.fixture
def sheets(tree, people):
    return [submitted_sheet(unit, people.bithu) for unit in (tree.a, tree.b)]


@pytest.fixture
def canbo(client, people):
    client.force_login(people.canbo)
    return client


def plan(sheets, by, action=ACCEPT):
    return bulk_plan(by, sheets[0].period, action, [sheet.pk for sheet in sheets])


def states():
    return sorted(Evaluation.objects.values_list("state", flat=True))


def request(sheets, by, action=ACCEPT, **more):
    return bulk_request(plan=plan(sheets, by, action), period=sheets[0].period, by=by, **more)


def mark_first(sheets, people, tree):
    mark(sheets[0], "1.2", people.canbo)


def flag_first(sheets, people, tree):
    LineFlag.objects.create(evaluation=sheets[0], line="1.2", reason="Hỏi lại", by=people.canbo)


def warn_of_first(sheets, people, tree):
    checks = [{"priority": "medium", "rule": "jump", "line": "1.2", "text": "Khác kỳ trước"}]
    Checkup.objects.create(evaluation=sheets[0], checks=checks, is_seen=True, by=people.bithu)


def change_first_after_appraisal(sheets, people, tree):
    accept_all(sheets[0], people.canbo)
    back = give_back(sheets[0], people.canbo, "1.2")
    save(back, "1.2", {"num": 1, "den": 2}, people.bithu)
    submit(back, people.bithu)


def name_another_for_first(sheets, people, tree):
    accept_all(sheets[1], people.canbo)
    verifier_name(
        committee=tree.ward, group="G1", user=people.canbo2,
        starts_on=sheets[0].period.starts_on, by=people.lanhdao, door=Door.WEB,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (mark_first, "đánh dấu trả lại"),
        (flag_first, "đánh dấu theo dõi"),
        (warn_of_first, "cảnh báo"),
        (change_first_after_appraisal, "thay đổi sau khi đã thẩm định"),
        (name_another_for_first, "phân công cho người khác"),
    ],
)
def test_sheet_that_needs_a_look_is_left_out(sheets, people, tree, prepare, reason):
    prepare(sheets, people, tree)
    found = plan(sheets, people.canbo)
    assert [sheet.pk for sheet in found.ready] == [sheets[1].pk]
    [(why, left)] = found.reasons
    assert reason in why
    assert [sheet.pk for sheet in left] == [sheets[0].pk]


def test_own_submission_is_left_out(tree, people):
    sheet = submitted_sheet(tree.a, people.canbo)
    assert "người nộp" in plan([sheet], people.canbo).reasons[0][0]
    assert plan([sheet], people.canbo2).ready


def test_warning_that_somebody_looked_at_leaves_nothing_out(sheets, people, tree):
    warn_of_first(sheets, people, tree)
    change(sheets[0], "1.2", people.canbo)
    assert len(plan(sheets, people.canbo).ready) == 2


def test_foreign_sheets_are_not_in_the_plan(sheets, people):
    found = plan(sheets, people.nguoila)
    assert (found.ready, found.left_out) == ((), ())


def test_accepted_sheets_are_appraised_as_scored_and_recorded(sheets, people):
    change(sheets[0], "1.2", people.canbo)
    job = request(sheets, people.canbo)
    result = job_run(job.pk).result
    assert (result["done"], states()) == (2, ["appraised", "appraised"])
    entries = AuditEntry.objects.filter(action="appraised_in_bulk").order_by("subject_id")
    lines = len(sheets[0].criteria.rules.indicators)
    assert [entry.new["lines"] for entry in entries] == [lines - 1, lines]
    assert Score.objects.get(evaluation=sheets[0], stage="appraised", line="1.2").num == 1


def test_run_again_it_does_nothing_twice(sheets, people):
    job = request(sheets, people.canbo)
    first = bulk_run(job, Progress())
    trail = AuditEntry.objects.count()
    assert bulk_run(job, Progress()) == first
    assert AuditEntry.objects.count() == trail


def test_stopped_in_the_middle_it_goes_on_with_the_rest(sheets, people):
    job = request(sheets, people.canbo)
    half = Job(pk=job.pk, created_by=job.created_by, parameters={**job.parameters})
    half.parameters["sheets"] = job.parameters["sheets"][:1]
    bulk_run(half, Progress())
    assert states() == ["appraised", "submitted"]
    assert bulk_run(job, Progress())["done"] == 2
    assert states() == ["appraised", "appraised"]


def test_sheet_that_changed_after_the_preview_is_left_and_told(sheets, people):
    job = request(sheets, people.canbo)
    change(sheets[0], "1.2", people.canbo)
    rows = job_run(job.pk).result["rows"]
    assert [row["why"] for row in rows] == ["Phiếu đã thay đổi sau khi xem trước.", ""]
    assert states() == ["appraised", "submitted"]


def test_same_request_twice_is_one_job(sheets, people):
    assert request(sheets, people.canbo).pk == request(sheets, people.canbo).pk


def test_marked_lines_go_back_together(sheets, people):
    mark_first(sheets, people, None)
    found = plan(sheets, people.canbo, RETURN_LINES)
    assert [sheet.pk for sheet in found.ready] == [sheets[0].pk]
    job_run(request(sheets, people.canbo, RETURN_LINES).pk)
    assert states() == ["returned", "submitted"]


def test_whole_sheets_go_back_with_one_reason(sheets, people):
    job_run(request(sheets, people.canbo, RETURN, reason="Sai mẫu").pk)
    assert set(Evaluation.objects.values_list("state", "return_reason")) == {
        (State.RETURNED, "Sai mẫu")
    }


def test_rounds_are_opened_only_where_something_differs(tree, people):
    differs = appraised_sheet(tree.a, people.bithu, people.canbo, "1.2")
    same = appraised_sheet(tree.b, people.bithu, people.canbo)
    day = timezone.localdate() + timedelta(days=3)
    found = plan([differs, same], people.lanhdao, EXPLAIN)
    assert found.left_out == ((same, "Không có dòng nào thẩm định khác tự chấm."),)
    job_run(request([differs, same], people.lanhdao, EXPLAIN, ends_on=day).pk)
    differs.refresh_from_db()
    assert timezone.localdate(differs.explained_until) == day


def test_plan_costs_the_same_for_many_sheets(sheets, people, django_assert_num_queries):
    # roles, sheets; scores, returns, explanations; verifiers, marks, flags, appraised, checkups;
    # versions, marks for the stamps
    for some in (sheets[:1], sheets):
        people.canbo.__dict__.pop("_roles_held", None)
        with django_assert_num_queries(12):
            plan(some, people.canbo)


def address(name, *more):
    return reverse(f"evaluations:{name}", args=["2026-Q4", *more])


def test_preview_counts_first_and_changes_nothing(canbo, sheets, people):
    mark_first(sheets, people, None)
    data = {"viec": "chap-nhan", "sheets": [sheet.pk for sheet in sheets]}
    page = " ".join(canbo.post(address("bulk_preview"), data).content.decode().split())
    assert "<strong>1</strong> phiếu sẽ được thẩm định như tự chấm, <strong>1</strong>" in page
    assert "Bỏ qua 1: Có dòng đánh dấu trả lại." in page
    assert not Job.objects.exists()


def test_choosing_again_keeps_what_was_chosen_and_written(canbo, sheets):
    data = {"viec": "tra-lai", "sheets": [sheets[0].pk], "reason": "Thiếu biên bản"}
    preview = canbo.post(address("bulk_preview"), data).content.decode()
    assert 'name="edit" value="1" formaction="' + address("bulk_preview") in preview
    again = canbo.post(address("bulk_preview"), data | {"edit": "1"}).content.decode()
    assert again.count(" checked") == 1
    assert "Thiếu biên bản" in again


def confirmed(sheets, by):
    found = plan(sheets, by)
    return {
        "viec": "chap-nhan",
        "sheets": [sheet.pk for sheet in found.ready],
        "stamp": [f"{pk}={stamp}" for pk, stamp in found.stamps.items()],
    }


def test_confirmed_plan_runs_and_is_told_row_by_row(canbo, sheets, people):
    answer = canbo.post(address("bulk_start"), confirmed(sheets, people.canbo))
    job = Job.objects.get()
    assert answer.url == address("bulk_result", job.pk)
    job_run(job.pk)
    page = canbo.get(answer.url).content.decode()
    assert "<strong>2</strong> phiếu đã được thẩm định như tự chấm" in page
    assert all(sheet.unit.name in page for sheet in sheets)


def test_plan_that_no_longer_holds_is_shown_again(canbo, sheets, people):
    data = confirmed(sheets, people.canbo)
    change(sheets[0], "1.2", people.canbo)
    answer = canbo.post(address("bulk_start"), data)
    assert answer.status_code == 409
    assert "vừa thay đổi" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"viec": "chap-nhan"}, "chọn ít nhất một phiếu"),
        ({"viec": "tra-lai", "reason": " "}, "ghi rõ lý do"),
        ({"viec": "giai-trinh", "ends_on": "31/02/2026", "reason": "Xem lại"}, "Ngày chưa đúng"),
    ],
)
def test_what_is_missing_is_told_at_the_field_and_the_rest_is_kept(
    canbo, sheets, people, tree, data, words
):
    if data["viec"] == "giai-trinh":
        sheets = [appraised_sheet(tree.c, people.bithu, people.nguoila, "1.2")]
        canbo.force_login(people.nguoila)
    if data["viec"] != "chap-nhan":
        data["sheets"] = [sheet.pk for sheet in sheets]
    answer = canbo.post(address("bulk_preview"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert page.count(" checked") == len(data.get("sheets", []))


def test_list_can_be_narrowed_to_what_was_looked_through(canbo, sheets, people):
    accept_all(sheets[0], people.canbo)
    page = canbo.get(address("bulk"), {"loc": "xong"}).content.decode()
    assert sheets[0].unit.name in page
    assert sheets[1].unit.name not in page


def test_work_of_somebody_else_is_not_shown(client, sheets, people):
    job = request(sheets, people.canbo)
    client.force_login(people.canbo2)
    assert client.get(address("bulk_result", job.pk)).status_code == 404
