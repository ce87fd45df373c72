"""What a visitor of the demonstration finds in the open quarter, and that nothing is held up."""

from datetime import timedelta

import pytest
from django.db.models import F, Q
from django.urls import reverse

from cells.models import AuditEntry, MailLog, Notice, NoticeKind, User
from evaluations.models import (
    CellVote,
    Evaluation,
    ExplanationRound,
    GroupVerifier,
    LineComment,
    LineFlag,
    LineReturn,
    PeriodUnit,
    ReopenRequest,
    Score,
    State,
)
from evaluations.reports.decisions import desk_of
from evaluations.services.locks import returned_lines
from tests import factories
from tests.evaluations.demo_ward import demo_ward

TOMORROW = factories.moment("2026-11-25")


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with demo_ward(django_db_blocker) as document:
        yield document


@pytest.fixture
def ward(built, db):
    return built


@pytest.fixture
def sheets(ward):
    return Evaluation.objects.filter(period__code="2026-Q4").select_related("period", "unit")


def person(name):
    return User.objects.get(username=name)


def test_secretary_and_clerk_talk_over_the_sheet_of_the_secretary(ward):
    said = LineComment.objects.filter(evaluation__unit__code=ward["accounts"]["bithu"], line="1.2")
    assert list(said.values_list("by__username", flat=True)) == ["bithu", "canbo", "bithu"]
    assert LineFlag.objects.open().count() == 2
    assert LineFlag.objects.exclude(cleared_at=None).count() == 1


def test_one_sheet_came_back_for_two_lines_only(sheets):
    (sheet,) = sheets.filter(line_returns__isnull=False).distinct()
    named = returned_lines(sheet)
    assert list(named) == ["2.3", "4.2"]
    assert all(row.reason and row.was for row in named.values())
    assert sheet.return_reason == "Sửa 2 dòng: 2.3, 4.2."
    steps = AuditEntry.objects.of("evaluation", sheet.pk).filter(field="state").order_by("pk")
    assert list(steps.values_list("action", flat=True)) == [
        "submitted", "returned", "submitted", "lines_returned",
    ]  # fmt: skip
    assert sheet.first_submitted_at < sheet.submitted_at
    # The first in the list goes back as a whole: whoever opens it may mend every line.
    assert sheet != sheets.filter(state=State.RETURNED).first()


def test_one_cell_is_asked_to_explain_itself_and_another_was_answered(sheets):
    answered, waiting = ExplanationRound.objects.order_by("opened_at")
    assert answered.answers.get().is_kept
    assert answered.closed_at > answered.submitted_at > answered.opened_at
    assert (waiting.closed_at, waiting.submitted_at) == (None, None)
    asked = sheets.exclude(explained_until=None).get()
    assert (asked, asked.explained_until) == (waiting.evaluation, waiting.ends_at)
    assert not sheets.exclude(explanations_waiting=0).exists()


def test_requests_wait_for_the_leader_and_the_appraiser_and_one_was_refused(ward):
    now = TOMORROW
    waiting = ReopenRequest.objects.waiting_for
    assert [request.way for request in waiting(person("lanhdao"), now)] == ["decision"]
    assert [request.way for request in waiting(person("canbo2"), now)] == ["return"]
    assert not waiting(person("canbo"), now).exists()
    assert ReopenRequest.objects.get(is_granted=False).answer


def test_one_cell_has_more_time_than_the_period(ward):
    place = PeriodUnit.objects.exclude(extended_until=None).select_related("period").get()
    assert place.extended_until == place.period.locks_at + timedelta(days=5)


def test_votes_are_those_of_the_sheets_as_handed_in(ward):
    votes = CellVote.objects.select_related("evaluation", "by")
    assert len(votes) == 3
    assert not votes.exclude(points=F("evaluation__self_total")).exists()
    assert not votes.filter(at__gt=F("evaluation__submitted_at")).exists()


def test_taken_lines_stand_as_they_were_decided_for_the_quarter_before(ward):
    taken = Score.objects.filter(source="last").select_related("evaluation")
    assert taken.count() >= 2
    for score in taken:
        before = Score.objects.get(
            evaluation__unit=score.evaluation.unit_id, evaluation__period__code="2026-Q3",
            stage="final", line=score.line,
        )  # fmt: skip
        assert (score.evaluation.state, score.option) == (State.DRAFT, before.option)
        entry = AuditEntry.objects.of("evaluation", score.evaluation_id)
        assert entry.get(field=f"{score.line}.self").reason.endswith("(Quý III/2026)")


def test_everybody_of_the_ward_has_unread_notices_and_no_mail_goes_out(ward):
    for name in ("canbo", "canbo2", "lanhdao", "bithu"):
        shown = Notice.objects.shown_to(person(name))
        assert shown.unread().exists(), name
        assert [one.created_at for one in shown] == sorted(
            (one.created_at for one in shown), reverse=True
        )
    decided = Notice.objects.filter(kind=NoticeKind.DECIDED)
    assert set(decided.values_list("period", flat=True)) == {"2026-Q3", "2026-Q4"}
    assert not Notice.objects.filter(Q(by_mail=True) | Q(created_at__gte=TOMORROW)).exists()
    assert not MailLog.objects.exists()
    assert not User.objects.exclude(email="").exists()


def test_notices_lead_to_pages_that_their_reader_may_open(ward, client):
    for name in ("canbo", "canbo2", "lanhdao", "bithu"):
        client.force_login(person(name))
        for url in set(Notice.objects.filter(to=person(name)).values_list("url", flat=True)):
            assert client.get(url).status_code == 200, (name, url)


def test_nothing_of_it_lies_ahead_of_today(ward):
    for model in (LineComment, LineFlag, LineReturn, ReopenRequest, CellVote):
        assert not model.objects.filter(at__gte=TOMORROW).exists(), model
    assert not ExplanationRound.objects.filter(opened_at__gte=TOMORROW).exists()


def test_main_job_goes_on_as_without_it(sheets, client):
    """Who appraises may appraise every line; the leader decides all but the one that explains."""
    assert not GroupVerifier.objects.exists()
    first = sheets.filter(state=State.DRAFT).first()
    assert not first.flags.exists()
    shown = desk_of(person("lanhdao"), first.period, "P01")
    assert (len(shown.rows), len(shown.held_up)) == (15, 1)
    client.force_login(person("canbo2"))
    for sheet in sheets.filter(state=State.SUBMITTED, submitted_by__username="canbo"):
        page = client.get(reverse("evaluations:appraisal", args=["2026-Q4", sheet.unit.code]))
        assert page.status_code == 200
        assert page.context["can_appraise"]
