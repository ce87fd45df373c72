"""Asking to open a closed sheet again: who may answer, and what granting does."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from cells import access
from cells.models import AuditEntry, Door
from evaluations.models import (
    Decision,
    Evaluation,
    Period,
    RankingRow,
    Recognition,
    RecognitionChoice,
    ReopenedResult,
    ReopenRequest,
    Score,
    Stage,
    State,
)
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.lines import Change, lines_save
from evaluations.services.locks import lock_status
from evaluations.services.reopening import (
    may_answer,
    reopen_refuse,
    reopen_withdraw,
    way_back,
)
from tests import factories
from tests.evaluations.reopened import appraise, ask, decide, decided, grant, stored, submit

HOUR = timedelta(hours=1)


@pytest.fixture
def sheet(tree):
    return factories.sheet(tree.a)


def lock_the_period():
    Period.objects.update(locks_at=timezone.now() - HOUR)


def waiting(user):
    return set(ReopenRequest.objects.waiting_for(user, timezone.now()))


def answerers(request, people):
    """Return who may answer, once by the one request, once by the list; both are the same."""
    names = [name for name, user in vars(people).items() if request in waiting(user)]
    held = ReopenRequest.objects.with_context().get(pk=request.pk)
    assert names == [name for name, user in vars(people).items() if not may_answer(held, user)]
    return names


def test_open_sheet_needs_no_request(sheet, people):
    with pytest.raises(RefusedError, match="đang mở"):
        ask(sheet, people.bithu)


def test_sheet_locked_by_time_is_extended_by_the_city(sheet, people):
    lock_the_period()
    request = ask(sheet, people.bithu, "Chi bộ mất điện")
    assert answerers(request, people) == ["thanhuy"]
    with pytest.raises(ReasonMissingError, match="thời điểm"):
        grant(request, people.thanhuy)
    until = timezone.now() + HOUR
    grant(request, people.thanhuy, "Nhập xong trong ngày", until)
    request.refresh_from_db()
    assert (request.is_granted, request.granted_until) == (True, until)
    assert (request.answered_by, request.answer) == (people.thanhuy, "Nhập xong trong ngày")
    assert lock_status(stored(sheet), access.ENTER, user=people.bithu) == ""
    assert stored(sheet).period_unit.extension_reason == "Chi bộ mất điện"


def test_submitted_sheet_is_returned_by_who_appraises_and_did_not_submit(sheet, people):
    submit(sheet, people.canbo)
    request = ask(sheet, people.bithu)
    assert answerers(request, people) == ["canbo2"]
    grant(request, people.canbo2, "Sửa xong nộp lại ngay")
    held = stored(sheet)
    assert held.state == State.RETURNED
    assert "Nhập nhầm dòng 1.2" in held.return_reason
    assert "Sửa xong nộp lại ngay" in held.return_reason


def test_who_asked_does_not_answer(sheet, people):
    submit(sheet, people.bithu)
    request = ask(sheet, people.canbo)
    assert answerers(request, people) == ["canbo2"]
    with pytest.raises(LockedError, match="người khác"):
        grant(request, people.canbo)


def test_appraised_sheet_is_returned(sheet, people):
    appraise(submit(sheet, people.bithu), people.canbo)
    request = ask(sheet, people.bithu)
    assert answerers(request, people) == ["canbo", "canbo2"]
    grant(request, people.canbo)
    assert (stored(sheet).state, stored(sheet).appraised_total) == (State.RETURNED, None)


@pytest.mark.parametrize(("hours", "names"), [(1, []), (-1, ["canbo", "canbo2"])])
def test_sheet_that_is_being_explained_is_not_returned(sheet, people, hours, names):
    appraise(submit(sheet, people.bithu), people.canbo)
    Evaluation.objects.update(explained_until=timezone.now() + hours * HOUR)
    assert answerers(ask(sheet, people.bithu), people) == names


def test_decided_result_is_kept_when_the_leader_opens_it_again(sheet, people):
    old = decided(sheet, people)
    request = ask(old, people.bithu)
    assert answerers(request, people) == ["lanhdao"]
    grant(request, people.lanhdao)
    held, kept = stored(sheet), ReopenedResult.objects.get()
    assert (held.state, held.decision, held.final_total) == (State.SUBMITTED, None, None)
    assert not held.scores.filter(stage=Stage.FINAL).exists()
    assert held.scores.filter(stage=Stage.APPRAISED).count() == 24
    names = ("decision", "self_total", "appraised_total", "final_total", "level", "is_eligible")
    assert {name: getattr(kept, name) for name in names} == {
        name: getattr(old, name) for name in names
    }
    assert (kept.reasons, kept.vetoes, len(kept.answers)) == (old.reasons, [], 24)
    assert (kept.request, kept.by) == (request, people.lanhdao)
    entry = AuditEntry.objects.get(action="decision_reopened")
    assert (entry.old, entry.new, entry.by) == ("decided", "submitted", people.lanhdao)
    assert "05-QĐ/ĐU" in entry.reason


def test_sheet_opened_again_is_appraised_and_decided_anew(sheet, people):
    request = ask(decided(sheet, people), people.bithu)
    grant(request, people.lanhdao)
    again = decide(appraise(stored(sheet), people.canbo2), people.lanhdao, "09-QĐ/ĐU")
    assert again.decision.number == "09-QĐ/ĐU"
    listed = Decision.objects.visible_to(people.canbo)
    assert {made.number: (made.seen, made.reopened) for made in listed} == {
        "05-QĐ/ĐU": (0, 1),
        "09-QĐ/ĐU": (1, 0),
    }
    assert set(Decision.objects.visible_to(people.nguoila)) == set()
    request = ask(again, people.bithu, "Vẫn còn nhầm")
    grant(request, people.lanhdao)
    assert ReopenedResult.objects.count() == 2


def test_new_appraisal_is_still_not_by_who_submitted(sheet, people):
    old = decide(appraise(submit(sheet, people.canbo), people.canbo2), people.lanhdao)
    grant(ask(old, people.bithu), people.lanhdao)
    assert "người nộp" in lock_status(stored(sheet), access.APPRAISE, user=people.canbo)
    assert lock_status(stored(sheet), access.APPRAISE, user=people.canbo2) == ""


def test_result_of_a_recognised_cell_is_not_opened(sheet, people, tree):
    old = decided(sheet, people)
    made = Recognition.objects.create(
        committee=tree.ward, period=old.period, state="draft", number="7", signer="Ký",
        signed_on=old.period.ends_on, issued_at=timezone.now(),
    )  # fmt: skip
    RecognitionChoice.objects.create(
        recognition=made, evaluation=old, is_chosen=True, is_open=True, total=old.final_total
    )
    request = ask(old, people.bithu)
    with pytest.raises(LockedError, match="đang được công nhận"):
        grant(request, people.lanhdao)
    assert stored(sheet).state == State.DECIDED
    assert ReopenRequest.objects.get().is_open


def test_check_of_decided_sheets_outlives_a_reopening(sheet, people, tree, capsys):
    old = decided(sheet, people)
    call_command("build_ranking", "--period", "2026-Q4")
    grant(ask(old, people.bithu), people.lanhdao)
    worse = [Change("1.2", {"num": 1, "den": 2}, None, "Theo sổ")]
    lines_save(sheet=sheet, changes=worse, by=people.canbo2, door=Door.WEB, stage=Stage.APPRAISED)
    again = decide(appraise(stored(sheet), people.canbo2), people.lanhdao, "09-QĐ/ĐU")
    assert again.final_total < old.final_total
    standing = RankingRow.objects.get(unit=tree.a)
    assert standing.total == old.final_total
    capsys.readouterr()
    call_command("recompute", "--period", "2026-Q4", "--verify")
    assert json.loads(capsys.readouterr().out) == {"checked": 1, "differences": []}


def test_one_open_request_per_sheet(sheet, people):
    submit(sheet, people.bithu)
    first = ask(sheet, people.bithu)
    with pytest.raises(RefusedError, match="đang chờ"):
        ask(sheet, people.canbo)
    reopen_refuse(request=first, answer="Số liệu đã đúng", by=people.canbo, door=Door.WEB)
    assert ask(sheet, people.bithu).is_open
    with pytest.raises(IntegrityError), transaction.atomic():
        ReopenRequest.objects.create(evaluation=sheet, way="return", by=people.canbo, reason="x")


def test_refusing_needs_a_reason_and_changes_nothing(sheet, people):
    submit(sheet, people.bithu)
    request = ask(sheet, people.bithu)
    before = Evaluation.objects.values().get(pk=sheet.pk)
    with pytest.raises(ReasonMissingError):
        reopen_refuse(request=request, answer=" ", by=people.canbo, door=Door.WEB)
    reopen_refuse(request=request, answer="Số liệu đã đúng", by=people.canbo, door=Door.WEB)
    assert Evaluation.objects.values().get(pk=sheet.pk) == before
    with pytest.raises(LockedError, match="đã được trả lời"):
        grant(request, people.canbo)


def test_own_request_is_taken_back_by_its_owner_alone(sheet, people):
    submit(sheet, people.bithu)
    request = ask(sheet, people.bithu)
    with pytest.raises(RefusedError):
        reopen_withdraw(request=request, by=people.canbo, door=Door.WEB)
    taken = reopen_withdraw(request=request, by=people.bithu, door=Door.WEB)
    assert (taken.is_withdrawn, taken.is_granted) == (True, False)


def test_request_follows_the_sheet_to_who_can_help_now(sheet, people):
    submit(sheet, people.bithu)
    request = ask(sheet, people.bithu)
    decide(appraise(stored(sheet), people.canbo), people.lanhdao)
    assert answerers(request, people) == ["lanhdao"]
    assert grant(request, people.lanhdao).way == "decision"


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED])
def test_closed_period_opens_for_nobody(sheet, people, state):
    if state == State.SUBMITTED:
        submit(sheet, people.bithu)
    lock_the_period()
    request = ask(sheet, people.bithu)
    Period.objects.update(closed_at=timezone.now())
    assert answerers(request, people) == []
    assert way_back(stored(sheet)) == ""
    with pytest.raises(RefusedError, match="đã đóng"):
        ask(sheet, people.canbo)


@pytest.mark.parametrize(("seconds", "way"), [(-1, ""), (0, "extension")])
def test_way_back_begins_at_the_lock(sheet, seconds, way):
    held = stored(sheet)
    assert way_back(held, held.locks_at + timedelta(seconds=seconds)) == way


def test_kept_result_is_never_changed_or_deleted(sheet, people):
    grant(ask(decided(sheet, people), people.bithu), people.lanhdao)
    for change in (lambda rows: rows.update(final_total=1), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(ReopenedResult.objects.all())


def test_reopening_keeps_what_the_cell_entered(sheet, people):
    submit(sheet, people.bithu)
    before = list(Score.objects.filter(stage=Stage.SELF).order_by("line").values())
    decide(appraise(stored(sheet), people.canbo), people.lanhdao)
    grant(ask(sheet, people.bithu), people.lanhdao)
    assert list(Score.objects.filter(stage=Stage.SELF).order_by("line").values()) == before
