"""One answer to "may this sheet be changed now?", for page, autosave, file and command."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cells import access
from cells.models import Door, User
from cells.workbook import open_book
from evaluations.models import Evaluation, Period, PeriodUnit, Score, State
from evaluations.reports.sheet_book import sheet_book
from evaluations.services import locks, sheets
from evaluations.services.errors import LockedError
from evaluations.services.sheet_import import sheets_import
from tests import factories
from tests.evaluations.test_sheet_services import RATIO, fill, save
from tests.workbooks import workbook

NOW = factories.moment("2026-12-01")
SECOND = timedelta(seconds=1)
WHY = "Kết thúc hoạt động ngày 20/10/2026"
OPEN, OWED = {}, "không còn phải nộp"
ENDED = {"is_expected": False}
CLOSED = {"closed_at": NOW}
LOCKED = {"locks_at": NOW}
OWN = {"submitted_by_id": 7}


def unsaved(state, *, is_expected=True, closed_at=None, locks_at=NOW + SECOND, submitted_by_id=8):
    period = Period(code="2026-Q4", kind="quarter", closed_at=closed_at, locks_at=locks_at)
    place = PeriodUnit(is_expected=is_expected, reason="" if is_expected else WHY)
    return Evaluation(
        state=state, period=period, period_unit=place, submitted_by_id=submitted_by_id
    )


@pytest.mark.parametrize(
    ("action", "state", "facts", "words"),
    [
        (access.ENTER, "draft", OPEN, ""),
        (access.ENTER, "returned", OPEN, ""),
        (access.ENTER, "submitted", OPEN, "Phiếu đã nộp"),
        (access.ENTER, "decided", OPEN, "đã có quyết định"),
        (access.ENTER, "draft", ENDED, OWED),
        (access.ENTER, "returned", ENDED, OWED),
        (access.ENTER, "draft", ENDED | CLOSED | LOCKED, OWED),
        (access.ENTER, "draft", CLOSED, "đã đóng"),
        (access.ENTER, "draft", {"closed_at": NOW + SECOND}, ""),
        (access.ENTER, "draft", LOCKED, "đã khóa nhập"),
        (access.ENTER, "draft", {"locks_at": NOW + SECOND}, ""),
        (access.SUBMIT, "draft", OPEN, ""),
        (access.SUBMIT, "draft", ENDED, OWED),
        (access.SUBMIT, "draft", LOCKED, "đã khóa nhập"),
        (access.SUBMIT, "submitted", OPEN, "Phiếu đã nộp"),
        (locks.WITHDRAW, "submitted", OPEN, ""),
        (locks.WITHDRAW, "submitted", ENDED, OWED),
        (locks.WITHDRAW, "submitted", LOCKED, "đã khóa nhập"),
        (locks.WITHDRAW, "draft", OPEN, "chưa được nộp"),
        # What was handed in is seen through to its decision, whatever became of the unit.
        (access.APPRAISE, "submitted", ENDED | LOCKED, ""),
        (access.APPRAISE, "submitted", CLOSED, "đã đóng"),
        (access.APPRAISE, "submitted", OWN, "người nộp"),
        (locks.RETURN, "submitted", ENDED, ""),
        (locks.REOPEN, "appraised", ENDED, ""),
        (access.DECIDE, "appraised", ENDED | LOCKED | OWN, ""),
        (access.DECIDE, "appraised", CLOSED, "đã đóng"),
        (access.DECIDE, "submitted", OPEN, "Phiếu đã nộp"),
    ],
)
def test_answer_follows_state_duty_and_period(action, state, facts, words):
    answer = locks.lock_status(unsaved(state, **facts), action, user=User(pk=7), now=NOW)
    assert bool(answer) is bool(words)
    assert words in answer


def test_sheet_not_owed_any_more_says_why_and_who_can_help():
    answer = locks.lock_status(unsaved("draft", **ENDED), access.ENTER, user=User(pk=7), now=NOW)
    assert f"Quý IV/2026. Lý do: {WHY}." in answer
    assert "quản trị Thành ủy" in answer


@pytest.fixture
def ended(tree, people):
    """Return a complete draft of a cell that ended within the open quarter."""
    sheet = factories.sheet(tree.a)
    fill(sheet, people.canbo)
    save(sheet, "1.2", RATIO, people.canbo)
    factories.sheet(tree.b)
    PeriodUnit.objects.filter(unit=tree.a).update(is_expected=False, reason=WHY)
    return Evaluation.objects.get(pk=sheet.pk)


def url(name, unit, *more):
    return reverse(f"evaluations:{name}", args=["2026-Q4", unit.code, *more])


def test_autosave_answers_423_with_the_reason(client, people, tree, ended):
    client.force_login(people.canbo)
    for line, fields in (("1.2", {"num": "1", "den": "40"}), ("1.1", {"option": "no"})):
        answer = client.post(url("line", tree.a, line), {**fields, "version": "1"})
        assert answer.status_code == 423
        assert WHY in answer.content.decode()
    assert client.post(url("vetoes", tree.a), {"veto": ["V2"]}).status_code == 423
    assert Score.objects.get(line="1.2").num == 38


def test_page_is_read_only_and_submitting_says_why(client, people, tree, ended):
    client.force_login(people.canbo)
    assert WHY in client.get(url("sheet", tree.a)).content.decode()
    for ask in (client.get, client.post):
        answer = ask(url("submit", tree.a))
        assert (answer.status_code, WHY in answer.content.decode()) == (422, True)
    with pytest.raises(LockedError, match=OWED):
        sheets.sheet_submit(sheet=ended, by=people.canbo, door=Door.WEB, on_behalf=True)
    ended.refresh_from_db()
    assert ended.state == State.DRAFT


def test_import_and_command_give_the_same_answer(people, tree, ended, tmp_path, capsys):
    said = locks.lock_status(ended, access.ENTER, user=people.canbo)
    head = ["Mã", "1.2 tử số", "1.2 mẫu số"]
    path = workbook(tmp_path / "a.xlsx", ["Quý IV/2026"], head, [tree.a.code, 1, 40])
    report = sheets_import(book=open_book(path), by=people.canbo, apply=True)
    assert [error.message for error in report.errors] == [said]
    with pytest.raises(SystemExit):
        call_command("import_xlsx", "sheets", str(path), "--as", "canbo", "--apply")
    assert [error["message"] for error in json.loads(capsys.readouterr().out)["errors"]] == [said]
    book = sheet_book(user=people.canbo, period=ended.period, unit=tree.ward)
    assert {row.code: row.lock for row in book.rows} == {tree.a.code: said, tree.b.code: ""}


def test_unchanged_row_of_a_closed_cell_is_no_complaint(people, tree, ended, tmp_path):
    head = ["Mã", "1.2 tử số", "1.2 mẫu số"]
    path = workbook(tmp_path / "a.xlsx", ["Quý IV/2026"], head, [tree.a.code, 38, 40])
    report = sheets_import(book=open_book(path), by=people.canbo, apply=True)
    assert (report.errors, report.unchanged) == ([], 1)


def test_queue_leads_only_to_sheets_that_are_owed(client, people, tree, ended):
    client.force_login(people.canbo)
    page = client.get(reverse("evaluations:queue", args=["2026-Q4"]))
    assert page.context["total"] == page.context["left"] == 1
    assert [sheet.unit for sheet in page.context["page"]] == [tree.b]
    assert page.context["next_url"] == url("sheet", tree.b)


def test_next_sheet_after_submitting_is_one_that_is_owed(client, people, tree, ended):
    fill(Evaluation.objects.get(unit=tree.b), people.canbo)
    client.force_login(people.canbo)
    answer = client.post(url("submit", tree.b))
    assert answer["Location"] == reverse("evaluations:queue", args=["2026-Q4"])


def test_lock_costs_no_query_beyond_the_sheet(people, ended, django_assert_num_queries):
    sheet = Evaluation.objects.with_context().get(pk=ended.pk)
    access.reach(people.canbo, access.ENTER)
    with django_assert_num_queries(0):
        assert locks.lock_status(sheet, access.ENTER, user=people.canbo, now=timezone.now())
