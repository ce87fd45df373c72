"""Explaining oneself between the appraised score and the decision."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cells import access
from cells.models import AuditEntry, Door
from evaluations.models import Evaluation, Explanation, Score, State
from evaluations.services import appraisal, decisions, locks
from evaluations.services import explanations as service
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.explanations import Said
from tests.evaluations.appraising import appraised_sheet, change, finish

pytestmark = pytest.mark.django_db
WORDS = Said("Biên bản họp tháng 11 ghi đủ.")
AGREED = Said(agrees=True)


@pytest.fixture
def appraised(tree, people):
    return appraised_sheet(tree.a, people.bithu, people.canbo, "1.2", "1.3")


def fresh(sheet):
    return Evaluation.objects.of_pk(sheet.pk)


def start(sheet, by, days=3):
    day = timezone.localdate() + timedelta(days=days)
    return service.round_open(sheet=sheet, ends_on=day, by=by, door=Door.WEB)


def say(sheet, by, submit=True, **said):
    given = {line[1:].replace("_", "."): words for line, words in said.items()}
    return service.explanation_save(sheet=sheet, said=given, by=by, door=Door.WEB, submit=submit)


def answer(sheet, line, by, *, keep, text="Đã xem minh chứng"):
    return service.explanation_answer(
        sheet=sheet, line=line, keep=keep, text=text, by=by, door=Door.WEB
    )


def decide(sheet, people):
    return decisions.decision_make(
        committee=sheet.unit.parent,
        period=sheet.period,
        sheets=[sheet],
        number="1-QĐ/ĐU",
        signed_on=date(2026, 11, 24),
        signer="Người Ký",
        by=people.lanhdao,
        door=Door.WEB,
    )


def end_of(found):
    """Let the time to explain be over."""
    type(found).objects.update(opened_at=timezone.now() - timedelta(days=2), ends_at=timezone.now())
    Evaluation.objects.update(explained_until=timezone.now())


@pytest.mark.parametrize("who", ["canbo", "lanhdao"])
def test_open_round_keeps_the_sheet_from_being_decided(appraised, people, who):
    start(appraised, getattr(people, who))
    with pytest.raises(LockedError, match="đang giải trình"):
        decide(fresh(appraised), people)


def test_sheet_without_a_round_is_decided(appraised, people):
    assert decide(appraised, people).evaluations.count() == 1


def test_agreed_to_everything_the_sheet_can_be_decided(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=AGREED, l1_3=AGREED)
    assert decide(fresh(appraised), people)


def test_time_is_over_with_nothing_said_and_the_sheet_can_be_decided(appraised, people):
    end_of(start(appraised, people.canbo))
    assert decide(fresh(appraised), people)
    with pytest.raises(LockedError):
        say(appraised, people.bithu, l1_2=WORDS)


def test_words_wait_for_an_answer_though_they_were_never_submitted(appraised, people):
    found = start(appraised, people.canbo)
    say(appraised, people.bithu, submit=False, l1_2=WORDS)
    end_of(found)
    with pytest.raises(LockedError, match="Còn 1 giải trình"):
        decide(fresh(appraised), people)
    answer(appraised, "1.2", people.canbo, keep=True)
    assert decide(fresh(appraised), people)


def test_every_differing_line_is_owed_words_or_agreement(appraised, people):
    start(appraised, people.canbo)
    with pytest.raises(RefusedError, match=r"1 dòng chưa giải trình.*: 1\.3"):
        say(appraised, people.bithu, l1_2=WORDS)


def test_what_was_submitted_cannot_be_changed(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=AGREED)
    with pytest.raises(LockedError, match="đã kết thúc"):
        say(appraised, people.bithu, l1_2=AGREED, l1_3=AGREED)


def test_lines_that_do_not_differ_are_not_explained(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, submit=False, l2_1=WORDS)
    assert not Explanation.objects.exists()


def test_saying_the_same_again_adds_nothing(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, submit=False, l1_2=WORDS)
    say(appraised, people.bithu, submit=False, l1_2=WORDS)
    assert Explanation.objects.count() == 1
    say(appraised, people.bithu, submit=False, l1_2=AGREED)
    assert [row.text for row in Explanation.objects.all()] == [WORDS.text, ""]


def test_keeping_the_value_changes_no_number(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=AGREED)
    before = list(Score.objects.values_list("pk", "points", "version"))
    sheet = answer(fresh(appraised), "1.2", people.canbo, keep=True)
    assert (sheet.state, sheet.explanations_waiting) == (State.APPRAISED, 0)
    assert list(Score.objects.values_list("pk", "points", "version")) == before


def test_looking_anew_leads_through_appraisal_with_a_reason(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=AGREED)
    sheet = answer(appraised, "1.2", people.canbo, keep=False)
    assert sheet.state == State.SUBMITTED
    assert appraisal.lines_waiting(sheet) == ["1.2"]
    with pytest.raises(RefusedError, match=r"chưa thẩm định: 1\.2"):
        finish(sheet, people.canbo)
    with pytest.raises(ReasonMissingError):
        change(sheet, "1.2", people.canbo, {"num": 3, "den": 4}, note="")
    change(sheet, "1.2", people.canbo, {"num": 3, "den": 4})
    finish(sheet, people.canbo)
    assert decide(fresh(sheet), people)


def test_answer_comes_after_the_words_are_in(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, submit=False, l1_2=WORDS)
    with pytest.raises(LockedError, match="chưa kết thúc"):
        answer(appraised, "1.2", people.canbo, keep=True)


@pytest.mark.parametrize("text", ["", "  "])
def test_answer_needs_a_reason(appraised, people, text):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=AGREED)
    with pytest.raises(ReasonMissingError):
        answer(appraised, "1.2", people.canbo, keep=True, text=text)


def test_line_is_answered_once(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=WORDS)
    answer(appraised, "1.2", people.canbo, keep=True)
    with pytest.raises(RefusedError, match="không có giải trình chờ"):
        answer(appraised, "1.2", people.canbo, keep=True)


def test_nothing_differs_so_there_is_nothing_to_explain(tree, people):
    sheet = appraised_sheet(tree.a, people.bithu, people.canbo)
    with pytest.raises(RefusedError, match="Không có dòng nào"):
        start(sheet, people.canbo)


@pytest.mark.parametrize(("days", "opens"), [(-1, False), (0, True)])
def test_round_ends_today_at_the_earliest(appraised, people, days, opens):
    if opens:
        assert start(appraised, people.canbo, days).ends_at > timezone.now()
    else:
        with pytest.raises(RefusedError, match="từ hôm nay"):
            start(appraised, people.canbo, days)


def test_one_round_at_a_time(appraised, people):
    start(appraised, people.canbo)
    with pytest.raises(LockedError, match="đang giải trình"):
        start(fresh(appraised), people.lanhdao)


@pytest.mark.parametrize("action", [locks.RETURN, locks.REOPEN, access.DECIDE])
def test_nothing_else_happens_to_the_sheet_meanwhile(appraised, people, action):
    start(appraised, people.canbo)
    assert "đang giải trình" in locks.lock_status(fresh(appraised), action, user=people.canbo)


def test_round_ended_early_takes_no_more_words(appraised, people):
    start(appraised, people.canbo)
    service.round_end_early(
        sheet=appraised, reason="Chi bộ đã trả lời miệng", by=people.canbo, door=Door.WEB
    )
    with pytest.raises(RefusedError):
        say(appraised, people.bithu, l1_2=WORDS)
    assert decide(fresh(appraised), people)


def test_everything_is_written_down(appraised, people):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=AGREED)
    answer(appraised, "1.2", people.canbo, keep=True)
    actions = AuditEntry.objects.of("evaluation", appraised.pk).values_list("action", flat=True)
    assert list(actions)[:5] == [
        "explanation_answered",
        "explanation_submitted",
        "explained",
        "explained",
        "explanation_opened",
    ]


def test_who_explained_for_the_cell_does_not_answer(appraised, people):
    start(appraised, people.lanhdao)
    say(appraised, people.canbo2, l1_2=WORDS, l1_3=AGREED)
    with pytest.raises(LockedError, match="cần người khác"):
        answer(appraised, "1.2", people.canbo2, keep=True)
    answer(appraised, "1.2", people.canbo, keep=True)
