"""Entering, submitting, appraising: what is allowed, what is written down."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cells.models import AuditEntry, Door
from evaluations.models import Evaluation, Score, Stage, State
from evaluations.rules.engine import AnswerError
from evaluations.services import appraisal, sheets
from evaluations.services.errors import (
    ConflictError,
    LockedError,
    ReasonMissingError,
    RefusedError,
)
from evaluations.services.lines import Change, lines_save
from tests import factories

pytestmark = pytest.mark.django_db
RATIO = {"num": 38, "den": 40}


def save(sheet, line, answer, by, *, version=None, note=None, **more):
    changes = [Change(line, answer, version, note)]
    return lines_save(sheet=sheet, changes=changes, by=by, door=Door.WEB, **more)


def fill(sheet, by, **answers):
    """Answer every line with its best, but for `answers` given as l1_2={…}."""
    given = {name[1:].replace("_", "."): answer for name, answer in answers.items()}
    changes = []
    for code, line in sheet.criteria.rules.indicators.items():
        best = {line.input: line.options[0].code} if line.options else {"num": 1, "den": 1}
        changes.append(Change(code, given.get(code, best)))
    lines_save(sheet=sheet, changes=changes, by=by, door=Door.WEB)


@pytest.fixture
def draft(tree):
    return factories.sheet(tree.a)


@pytest.fixture
def submitted(draft, people):
    fill(draft, people.bithu)
    return sheets.sheet_submit(sheet=draft, by=people.bithu, door=Door.WEB, on_behalf=False)


def test_saved_line_is_scored_and_counted(draft, people):
    saved = save(draft, "1.2", RATIO, people.canbo, version=0)
    draft.refresh_from_db()
    assert (saved.rows["1.2"].points, saved.rows["1.2"].version) == (800, 1)
    assert (draft.self_total, draft.lines_done, draft.level) == (800, 1, "kem")


def test_change_leaves_old_new_who_and_door(draft, people):
    save(draft, "1.2", RATIO, people.canbo)
    save(draft, "1.2", {"num": 40, "den": 40}, people.canbo2)
    entry = AuditEntry.objects.of("evaluation", draft.pk).first()
    assert (entry.old, entry.new) == (RATIO, {"num": 40, "den": 40})
    assert (entry.by, entry.door, entry.field) == (people.canbo2, Door.WEB, "1.2.self")


def test_same_value_again_leaves_no_trace(draft, people):
    save(draft, "1.2", RATIO, people.canbo)
    saved = save(draft, "1.2", RATIO, people.canbo)
    assert saved.rows["1.2"].version == 1
    assert AuditEntry.objects.filter(subject_type="evaluation").count() == 1


def test_lines_of_a_file_are_saved_all_or_none(draft, people):
    changes = [Change("1.2", RATIO), Change("1.3", {"num": 9, "den": 4})]
    with pytest.raises(AnswerError) as refused:
        lines_save(sheet=draft, changes=changes, by=people.canbo, door=Door.IMPORT)
    assert refused.value.line == "1.3"
    assert not Score.objects.exists()
    assert not AuditEntry.objects.filter(subject_type="evaluation").exists()


def test_many_lines_cost_as_many_queries_as_one(draft, people, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):  # savepoints included
        fill(draft, people.canbo)
    assert (
        AuditEntry.objects.filter(subject_type="evaluation").count() == Score.objects.count() == 24
    )


def test_cleared_line_is_missing_and_not_zero(draft, people):
    save(draft, "1.2", RATIO, people.canbo)
    saved = save(draft, "1.2", {}, people.canbo)
    assert saved.rows["1.2"].points is None
    assert "1.2" in saved.outcome.missing
    assert saved.sheet.lines_done == 0


@pytest.mark.parametrize("seen", [0, 2])
def test_stale_version_is_a_conflict_and_changes_nothing(draft, people, seen):
    save(draft, "1.2", RATIO, people.canbo)
    with pytest.raises(ConflictError) as refused:
        save(draft, "1.2", {"num": 1, "den": 40}, people.canbo2, version=seen)
    assert refused.value.theirs.by == people.canbo
    assert Score.objects.get(line="1.2").num == 38


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("1.2", {"num": 41, "den": 40}),
        ("1.1", {"choice": "perhaps"}),
        ("1.1", {"na": True}),
        ("9.9", RATIO),
    ],
)
def test_answer_against_the_rules_is_refused_by_line(draft, people, line, answer):
    with pytest.raises(AnswerError) as refused:
        save(draft, line, answer, people.canbo)
    assert refused.value.line == line
    assert not Score.objects.exists()


def test_period_locks_at_its_moment(draft, people):
    period = draft.period
    period.locks_at = timezone.now() + timedelta(minutes=1)
    period.save()
    save(draft, "1.2", RATIO, people.canbo)
    period.locks_at = timezone.now()
    period.save()
    with pytest.raises(LockedError, match="đã khóa nhập"):
        save(draft, "1.2", {"num": 39, "den": 40}, people.canbo)


def test_sheet_with_a_missing_line_is_not_submitted(draft, people):
    fill(draft, people.bithu, l1_2={})
    with pytest.raises(RefusedError, match=r"Còn 1 dòng chưa chấm: 1\.2"):
        sheets.sheet_submit(sheet=draft, by=people.bithu, door=Door.WEB, on_behalf=False)
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_submitted_sheet_is_frozen(submitted, people):
    assert (submitted.state, submitted.self_total) == (State.SUBMITTED, 10_000)
    with pytest.raises(LockedError, match="Phiếu đã nộp"):
        save(submitted, "1.2", RATIO, people.canbo)


def test_sheet_is_withdrawn_until_appraisal_begins(submitted, people):
    sheets.sheet_withdraw(sheet=submitted, by=people.bithu, door=Door.WEB)
    again = sheets.sheet_submit(sheet=submitted, by=people.bithu, door=Door.WEB, on_behalf=False)
    appraisal.appraisal_accept(sheet=again, lines=["1.1"], by=people.canbo, door=Door.WEB)
    with pytest.raises(LockedError, match="bắt đầu thẩm định"):
        sheets.sheet_withdraw(sheet=again, by=people.bithu, door=Door.WEB)


def test_who_submitted_cannot_appraise(draft, people):
    fill(draft, people.bithu)
    sheet = sheets.sheet_submit(sheet=draft, by=people.canbo, door=Door.WEB, on_behalf=True)
    with pytest.raises(LockedError, match="người nộp"):
        appraisal.appraisal_accept(sheet=sheet, lines=["1.1"], by=people.canbo, door=Door.WEB)
    assert appraisal.appraisal_accept(sheet=sheet, lines=["1.1"], by=people.canbo2, door=Door.WEB)


def test_who_entered_may_appraise_what_another_submitted(draft, people):
    fill(draft, people.canbo)
    sheet = sheets.sheet_submit(sheet=draft, by=people.canbo2, door=Door.WEB, on_behalf=True)
    assert appraisal.appraisal_accept(sheet=sheet, lines=["1.1"], by=people.canbo, door=Door.WEB)


def test_who_submitted_does_not_undo_the_appraisal(submitted, people):
    own = {"sheet": submitted, "reason": "Xem lại", "by": people.bithu, "door": Door.WEB}
    with pytest.raises(LockedError, match="người nộp"):
        sheets.sheet_return(**own)
    lines = list(submitted.criteria.rules.indicators)
    by = {"by": people.canbo, "door": Door.WEB}
    appraisal.appraisal_accept(sheet=submitted, lines=lines, **by)
    appraisal.appraisal_finish(sheet=submitted, **by)
    for undo in (sheets.sheet_return, appraisal.appraisal_reopen):
        with pytest.raises(LockedError, match="người nộp"):
            undo(**own)


def test_same_value_from_an_old_page_is_no_conflict(draft, people):
    save(draft, "1.2", RATIO, people.canbo)
    saved = save(draft, "1.2", RATIO, people.canbo2, version=0)
    assert saved.rows["1.2"].version == 1
    assert AuditEntry.objects.filter(subject_type="evaluation").count() == 1


def test_value_that_cannot_be_saved_is_no_conflict(draft, people):
    save(draft, "1.2", RATIO, people.canbo)
    with pytest.raises(AnswerError):
        save(draft, "1.2", {"num": 41, "den": 40}, people.canbo2, version=0)


def test_changed_appraisal_needs_a_reason(submitted, people):
    with pytest.raises(ReasonMissingError):
        save(submitted, "1.2", RATIO, people.canbo, note="  ", stage=Stage.APPRAISED)
    save(submitted, "1.2", RATIO, people.canbo, note="Thiếu biên bản", stage=Stage.APPRAISED)
    submitted.refresh_from_db()
    assert (submitted.appraised_total, submitted.self_total) == (800, 10_000)


def test_appraisal_ends_only_when_every_line_was_looked_at(submitted, people):
    lines = list(submitted.criteria.rules.indicators)
    by = {"by": people.canbo, "door": Door.WEB}
    appraisal.appraisal_accept(sheet=submitted, lines=lines[:-1], **by)
    with pytest.raises(RefusedError, match=r"chưa thẩm định: 4\.6"):
        appraisal.appraisal_finish(sheet=submitted, **by)
    appraisal.appraisal_accept(sheet=submitted, lines=lines, **by)
    done = appraisal.appraisal_finish(sheet=submitted, **by)
    assert (done.state, done.appraised_total, done.appraised_by) == (
        State.APPRAISED,
        10_000,
        people.canbo,
    )


def test_returned_line_that_changed_waits_again(submitted, people):
    lines = list(submitted.criteria.rules.indicators)
    by = {"by": people.canbo, "door": Door.WEB}
    appraisal.appraisal_accept(sheet=submitted, lines=lines, **by)
    sheets.sheet_return(sheet=submitted, reason="Sửa dòng 1.2", **by)
    save(submitted, "1.2", RATIO, people.bithu)
    sheet = sheets.sheet_submit(sheet=submitted, by=people.bithu, door=Door.WEB, on_behalf=False)
    assert appraisal.lines_waiting(sheet) == ["1.2"]


def test_return_needs_a_reason_and_shows_the_own_result(submitted, people):
    by = {"by": people.canbo, "door": Door.WEB}
    with pytest.raises(ReasonMissingError):
        sheets.sheet_return(sheet=submitted, reason=" ", **by)
    appraisal.appraisal_accept(sheet=submitted, lines=["1.1"], **by)
    sheet = sheets.sheet_return(sheet=submitted, reason="Thiếu minh chứng", **by)
    assert (sheet.state, sheet.total) == (State.RETURNED, 10_000)


def test_veto_bars_eligibility_and_keeps_the_points(submitted, people):
    by = {"by": people.canbo, "door": Door.WEB}
    lines = list(submitted.criteria.rules.indicators)
    appraisal.appraisal_accept(sheet=submitted, lines=lines, **by)
    with pytest.raises(ReasonMissingError):
        sheets.vetoes_save(sheet=submitted, vetoes=["V2"], **by)
    sheets.vetoes_save(sheet=submitted, vetoes=["V2"], reason="Kỷ luật", **by)
    sheet = appraisal.appraisal_finish(sheet=submitted, **by)
    assert (sheet.appraised_total, sheet.is_eligible, sheet.reasons) == (
        10_000,
        False,
        ["veto:V2"],
    )


def test_unknown_veto_is_refused(draft, people):
    with pytest.raises(RefusedError):
        sheets.vetoes_save(sheet=draft, vetoes=["V99"], by=people.bithu, door=Door.WEB)


def test_appraised_sheet_can_be_taken_back_with_a_reason(submitted, people):
    by = {"by": people.canbo, "door": Door.WEB}
    lines = list(submitted.criteria.rules.indicators)
    appraisal.appraisal_accept(sheet=submitted, lines=lines, **by)
    appraisal.appraisal_finish(sheet=submitted, **by)
    with pytest.raises(ReasonMissingError):
        appraisal.appraisal_reopen(sheet=submitted, reason="", **by)
    sheet = appraisal.appraisal_reopen(sheet=submitted, reason="Xem lại 1.2", **by)
    assert (sheet.state, sheet.appraised_by) == (State.SUBMITTED, None)


def test_unfinished_appraisal_changes_no_result_shown(submitted, people):
    note = {"note": "Thiếu biên bản", "stage": Stage.APPRAISED}
    saved = save(submitted, "1.2", {"num": 0, "den": 40}, people.canbo, **note)
    assert (saved.sheet.appraised_total, saved.sheet.total) == (0, 10_000)
    assert (saved.sheet.level, saved.sheet.is_eligible) == ("tot", True)


def test_reopened_appraisal_shows_the_own_result_again(submitted, people):
    by = {"by": people.canbo, "door": Door.WEB}
    lines = list(submitted.criteria.rules.indicators)
    save(submitted, "1.2", {"num": 0, "den": 40}, people.canbo, note="Sai", stage="appraised")
    appraisal.appraisal_accept(sheet=submitted, lines=lines, **by)
    done = appraisal.appraisal_finish(sheet=submitted, **by)
    assert (done.total, done.is_eligible) == (9000, False)
    sheet = appraisal.appraisal_reopen(sheet=done, reason="Xem lại 1.2", **by)
    assert (sheet.total, sheet.is_eligible) == (10_000, True)


def test_every_state_change_is_written_down(submitted, people):
    lines = list(submitted.criteria.rules.indicators)
    by = {"by": people.canbo, "door": Door.WEB}
    appraisal.appraisal_accept(sheet=submitted, lines=lines, **by)
    appraisal.appraisal_finish(sheet=submitted, **by)
    moves = AuditEntry.objects.filter(field="state").order_by("pk")
    assert [(move.old, move.new, move.by.username) for move in moves] == [
        ("draft", "submitted", "bithu"),
        ("submitted", "appraised", "canbo"),
    ]


def test_database_refuses_an_appraiser_who_submitted(submitted, people):
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=submitted.pk).update(appraised_by=people.bithu)
