"""What is entered beside the values: the period before, explanations, checks, handing in."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import AuditEntry, Door
from evaluations.models import Checkup, Evaluation, PeriodUnit, Score, Stage, State
from evaluations.services.checkups import UnseenError
from evaluations.services.errors import RefusedError
from evaluations.services.last_answers import NO_REASON, last_answers
from evaluations.services.lines import Change, lines_save
from evaluations.services.sheets import sheet_submit
from evaluations.services.suggestion_taking import suggestion_take, suggestions_take
from evaluations.services.suggestions import LAST, suggestions_of
from tests import factories
from tests.evaluations import modes

pytestmark = pytest.mark.django_db
PERIOD = "2026-Q4"
NA = {"na": True}
NOTE = "Không được giao chỉ tiêu."


@pytest.fixture
def quarter(tree, people):
    """Return the open quarter of a cell whose last one is handed in."""
    third = factories.PeriodFactory(
        code="2026-Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30)
    )
    before = factories.sheet(tree.a, third)
    modes.fill(before, people.bithu, {"1.2": {"num": 9, "den": 10}, "4.1": {"num": 18, "den": 20}})
    modes.submit(before, people.bithu)
    return factories.sheet(tree.a)


def save(sheet, line, answer, by, note=None, **more):
    return lines_save(
        sheet=sheet, changes=[Change(line, answer, note=note)], by=by, door=Door.WEB, **more
    )


def offered(sheet, by):
    return suggestions_of(sheet, last_answers(sheet, by)).lines


def resize(sheet, **size):
    PeriodUnit.objects.filter(pk=sheet.period_unit_id).update(**size)
    return Evaluation.objects.of_pk(sheet.pk)


def url(name, sheet, *more):
    return reverse(f"evaluations:{name}", args=[PERIOD, sheet.unit.code, *more])


def test_last_answer_is_offered_and_counts_for_nothing_until_it_is_taken(quarter, people):
    one = offered(quarter, people.bithu)["1.2"]
    assert (one.kind, one.words) == (LAST, "Theo kỳ trước: 9/10 (Quý III/2026)")
    assert (quarter.lines_done, quarter.scores.count()) == (0, 0)


def test_taken_line_says_so_on_the_line_and_in_the_trail(quarter, people):
    suggestion_take(sheet=quarter, line="1.2", by=people.bithu, door=Door.WEB, version=0)
    row = Score.objects.get(evaluation=quarter)
    assert (row.num, row.den, row.source) == (9, 10, LAST)
    entry = AuditEntry.objects.of("evaluation", quarter.pk).get()
    assert entry.reason == "Theo kỳ trước: 9/10 (Quý III/2026)"


def test_explaining_a_taken_line_leaves_it_taken_and_another_value_does_not(quarter, people):
    suggestion_take(sheet=quarter, line="1.2", by=people.bithu, door=Door.WEB)
    save(quarter, "1.2", {"num": 9, "den": 10}, people.bithu, note="Như quý trước.")
    assert Score.objects.get(evaluation=quarter).source == LAST
    save(quarter, "1.2", {"num": 10, "den": 10}, people.bithu)
    assert Score.objects.get(evaluation=quarter).source == ""


@pytest.mark.parametrize(
    ("size", "why"),
    [
        ({"members": 20}, ""),
        ({"members": 21}, "số đảng viên nay là 21, kỳ trước 20"),
    ],
)
def test_denominator_of_members_is_offered_while_their_number_stands(quarter, people, size, why):
    quarter = resize(quarter, **size)
    last = last_answers(quarter, people.bithu)
    assert last["4.1"].why_not == why
    assert ("4.1" in offered(quarter, people.bithu)) is not why
    assert last["1.2"].why_not == ""


def test_what_did_not_apply_is_offered_with_its_reason_alone(quarter, people):
    before = Score.objects.filter(evaluation__period__code="2026-Q3", line="4.4")
    before.update(na=True, num=None, den=None, points=None)
    assert last_answers(quarter, people.bithu)["4.4"].why_not == NO_REASON
    before.update(note=NOTE)
    suggestion_take(sheet=quarter, line="4.4", by=people.bithu, door=Door.WEB)
    row = Score.objects.get(evaluation=quarter, line="4.4")
    assert (row.na, row.note) == (True, NOTE)


def test_all_that_is_still_empty_and_was_shown_is_taken(quarter, people):
    save(quarter, "1.2", {"num": 1, "den": 10}, people.bithu)
    taken = suggestions_take(
        sheet=quarter, by=people.bithu, door=Door.WEB, kinds=[LAST], only=["1.1", "1.2", "1.3"]
    )
    assert taken == ["1.1", "1.3"]
    rows = quarter.scores.filter(stage=Stage.SELF)
    assert rows.get(line="1.2").num == 1
    assert rows.filter(source=LAST).count() == 2


def test_confirmation_lists_what_would_be_taken_and_what_not(as_, quarter, people):
    quarter = resize(quarter, members=21)
    page = as_(people.bithu).get(url("carry_over", quarter)).text
    assert page.count('name="only"') == 24 - page.count("số đảng viên nay là 21") == 18
    lines = ["1.1", "1.2"]
    as_(people.bithu).post(url("carry_over", quarter), {"only": lines})
    assert quarter.scores.count() == 2


def test_grey_value_shows_in_the_empty_fields(as_, quarter, people):
    page = as_(people.bithu).get(url("sheet", quarter)).text
    assert 'placeholder="9" value=""' in page
    assert page.count("segmented__option--hint") == 8
    assert "Như kỳ trước" in page


def test_explanation_is_saved_with_the_answer_and_kept_without_it(as_, quarter, people):
    client = as_(people.bithu)
    sent = {"num": "3", "den": "4", "version": "0", "note": " Một việc\r\n\r\n bị hoãn. "}
    assert client.post(url("line", quarter, "1.2"), sent).status_code == 200
    row = Score.objects.get(evaluation=quarter)
    assert row.note == "Một việc\nbị hoãn."
    client.post(url("line", quarter, "1.2"), {"num": "4", "den": "4", "version": "1"})
    row.refresh_from_db()
    assert (row.num, row.note) == (4, "Một việc\nbị hoãn.")


def test_explanation_that_is_too_long_is_refused_and_stays_typed(as_, quarter, people):
    sent = {"num": "3", "den": "4", "version": "0", "note": "x" * 1001}
    answer = as_(people.bithu).post(url("line", quarter, "1.2"), sent)
    assert answer.status_code == 422
    assert "1.000 ký tự" in answer.text
    assert not quarter.scores.exists()


def test_what_does_not_apply_is_stored_at_once_and_waits_for_its_reason(as_, quarter, people):
    answer = as_(people.bithu).post(
        url("line", quarter, "4.4"), {"na": "1", "version": "0", "note": ""}
    )
    assert answer.status_code == 200
    assert "chưa có lý do" in answer.text
    assert quarter.scores.get().na
    again = as_(people.bithu).post(
        url("line", quarter, "4.4"), {"na": "1", "version": "1", "note": NOTE}
    )
    assert "chưa có lý do" not in again.text


def hand_in(sheet, by, **more):
    return sheet_submit(sheet=sheet, by=by, door=Door.WEB, on_behalf=False, **more)


def test_sheet_without_a_reason_is_not_handed_in(quarter, people):
    modes.fill(quarter, people.bithu, {"4.4": NA})
    with pytest.raises(RefusedError, match=r"Dòng 4\.4: .*chưa có lý do"):
        hand_in(quarter, people.bithu)
    save(quarter, "4.4", NA, people.bithu, note=NOTE)
    assert hand_in(quarter, people.bithu).state == State.SUBMITTED


def test_what_should_be_seen_is_ticked_or_explained_first(quarter, people):
    modes.fill(quarter, people.bithu, {"4.1": {"num": 18, "den": 30}})
    with pytest.raises(UnseenError):
        hand_in(quarter, people.bithu, seen=["denominator:4.2"])
    save(quarter, "4.1", {"num": 18, "den": 30}, people.bithu, note="Mười đồng chí mới về.")
    seen = [f"denominator:{line}" for line in ("4.2", "4.3", "4.5", "2.3", "3.5")]
    hand_in(quarter, people.bithu, seen=seen, note=" Đã đối chiếu sổ. ")
    kept = Checkup.objects.get(evaluation=quarter)
    assert (kept.note, kept.by, kept.is_seen) == ("Đã đối chiếu sổ.", people.bithu, True)
    assert ("low", "4.1") in [(one["priority"], one["line"]) for one in kept.checks]


def test_submission_counts_what_was_taken_over(quarter, people):
    modes.fill(quarter, people.bithu, without=["1.1", "1.2"])
    suggestions_take(sheet=quarter, by=people.bithu, door=Door.WEB, kinds=[LAST])
    hand_in(quarter, people.bithu)
    assert Checkup.objects.get(evaluation=quarter).carried_over == 2


def test_page_asks_for_the_tick_and_keeps_what_was_written(as_, quarter, people):
    modes.fill(quarter, people.bithu, {"4.1": {"num": 18, "den": 30}})
    client, address = as_(people.bithu), url("submit", quarter)
    page = client.get(address).text
    assert "lớn hơn số đảng viên trong sổ (20)" in page
    seen = [part.split('"')[0] for part in page.split('name="seen" value="')[1:]]
    assert "denominator:4.1" in seen
    answer = client.post(address, {"seen": seen, "note": "Đã xem sổ"})
    assert answer.status_code == 422
    assert 'aria-describedby="loi-nop"' in answer.text
    assert "Đã xem sổ</textarea>" in answer.text
    assert client.post(address, {"seen": seen, "agree": "1"}).status_code == 302


def test_checks_follow_every_save(as_, quarter, people):
    answer = as_(people.bithu).post(
        url("line", quarter, "4.1"), {"num": "18", "den": "30", "version": "0"}
    )
    assert 'id="kiem-tra-ds" data-hx-swap-oob="true"' in answer.text
    assert answer.text.count("lớn hơn số đảng viên trong sổ") == 2  # in the list and at the line
    assert "Còn 23 dòng chưa chấm" in answer.text


def test_checks_that_say_the_same_of_several_lines_are_told_once(as_, quarter, people):
    asked = "Chưa gắn minh chứng, cũng chưa ghi giải trình."
    client = as_(people.bithu)
    modes.fill(quarter, people.bithu, without=["1.3"])
    page = client.get(url("submit", quarter)).text
    assert page.count(asked) == 1
    assert page.count(f'{asked} Dòng <a class="checks__code"') == 1
    assert ">1.1</a>" in page.split(asked)[1].split("</li>")[0]


def test_who_only_looks_sees_no_checks(as_, quarter, people):
    page = as_(people.kiemtra).get(url("sheet", quarter)).text
    assert 'id="kiem-tra"' not in page
    assert "Như kỳ trước" not in page
