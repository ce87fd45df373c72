"""The appraisal as a browser meets it: beside each other, by filter, marked line by line."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.models import LineReturn, State
from tests.evaluations.appraising import (
    accept_all,
    change,
    give_back,
    mark,
    submit,
    submitted_sheet,
)
from tests.evaluations.test_sheet_services import save

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def submitted(tree, people):
    return submitted_sheet(tree.a, people.bithu)


@pytest.fixture
def url(tree):
    def of(name, *more):
        return reverse(f"evaluations:{name}", args=["2026-Q4", tree.a.code, *more])

    return of


@pytest.fixture
def canbo(client, people):
    client.force_login(people.canbo)
    return client


def lines_of(answer):
    return [part.partition('"')[0] for part in answer.content.decode().split('data-line="')[1:]]


@pytest.mark.parametrize(
    ("chosen", "lines"),
    [("khac", ["1.2"]), ("cho", ["1.4"]), ("tra-lai", ["1.3"]), ("ky-truoc", [])],
)
def test_lines_are_filtered_with_their_counts(canbo, submitted, people, url, chosen, lines):
    change(submitted, "1.2", people.canbo)
    mark(submitted, "1.3", people.canbo)
    accept_all(submitted, people.canbo)
    change(submitted, "1.3", people.canbo, {"num": 1, "den": 1})
    submitted.scores.filter(stage="appraised", line="1.4").delete()
    page = canbo.get(url("appraisal"), {"loc": chosen})
    assert lines_of(page) == lines
    assert f'<span class="tabs__count">{len(lines)}</span>' in page.content.decode()


def test_differing_lines_come_first_in_their_group(canbo, submitted, people, url):
    change(submitted, "1.3", people.canbo)
    assert lines_of(canbo.get(url("appraisal")))[:3] == ["1.3", "1.1", "1.2"]


def test_line_is_marked_in_place_and_sent_back_with_the_others(canbo, submitted, tree, url):
    answer = canbo.post(url("line_mark", "1.2"), {"return_reason": "Thiếu biên bản"}, headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, "Sẽ trả lại:" in page, "Trả lại 1 dòng" in page) == (
        200,
        True,
        True,
    )
    assert canbo.post(url("lines_return")).url == reverse("evaluations:queue", args=["2026-Q4"])
    submitted.refresh_from_db()
    assert submitted.state == State.RETURNED


def test_mark_without_a_reason_is_told_at_the_line(canbo, submitted, url):
    answer = canbo.post(url("line_mark", "1.2"), {"return_reason": " "}, headers=HTMX)
    assert answer.status_code == 422
    assert 'id="loi-tra-lai-1-2"' in answer.content.decode()


def test_reason_that_is_too_long_stays_in_the_field(canbo, submitted, url):
    typed = "x" * 1001
    answer = canbo.post(url("line_mark", "1.2"), {"return_reason": typed}, headers=HTMX)
    assert answer.status_code == 422
    assert typed in answer.content.decode()
    assert not LineReturn.objects.exists()


def test_mark_is_taken_away_again(canbo, submitted, people, url):
    mark(submitted, "1.2", people.canbo)
    answer = canbo.post(url("line_unmark", "1.2"), headers=HTMX)
    assert "Sẽ trả lại:" not in answer.content.decode()
    assert not LineReturn.objects.exists()


def test_who_submitted_is_told_why_at_the_line(client, people, tree, url):
    submitted_sheet(tree.a, people.canbo)
    client.force_login(people.canbo)
    answer = client.post(url("line_mark", "1.2"), {"return_reason": "Sai"}, headers=HTMX)
    assert answer.status_code == 423
    assert "người nộp" in answer.content.decode()


def test_what_changed_on_returned_lines_is_shown_after_resubmission(canbo, submitted, people, url):
    sheet = give_back(submitted, people.canbo, "1.2", "1.3")
    save(sheet, "1.2", {"num": 1, "den": 2}, people.bithu)
    submit(sheet, people.bithu)
    page = " ".join(canbo.get(url("appraisal"), {"loc": "tra-lai"}).content.decode().split())
    assert "đã sửa từ <strong>1/1 = 100,00 %</strong> thành <strong>1/2 = 50,00 %</strong>" in page
    assert "giữ nguyên <strong>1/1 = 100,00 %</strong>" in page


def test_appraisal_costs_the_same_for_many_marks(canbo, submitted, people, url):
    counts = []
    for lines in ([], ["1.2"], ["1.3", "1.4"]):
        for line in lines:
            mark(submitted, line, people.canbo)
        with CaptureQueriesContext(connection) as asked:
            canbo.get(url("appraisal"))
        counts.append(len(asked))
    # Session, user, roles, sheet, the one before, lineage, answers of three stages, marks (to show,
    # to lock), answers to explanations, verifiers, talk, flags, evidence, vote, round, checks.
    assert counts == [19, 19, 19]
