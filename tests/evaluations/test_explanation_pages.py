"""Explaining and answering on screen: who may do what, and that nothing typed is lost."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import Notice
from evaluations.models import Evaluation, Explanation, State
from tests import factories
from tests.evaluations import modes
from tests.evaluations.appraising import appraised_sheet, change, submitted_sheet
from tests.evaluations.test_explanations import AGREED, WORDS, end_of, say, start

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def appraised(tree, people):
    return appraised_sheet(tree.a, people.bithu, people.canbo, "1.2", "1.3")


@pytest.fixture
def as_(client, people):
    def sign_in(who):
        client.force_login(getattr(people, who))
        return client

    return sign_in


def url(name, unit, *more):
    return reverse(f"evaluations:{name}", args=["2026-Q4", unit.code, *more])


def text_of(answer):
    return " ".join(answer.content.decode().split())


def a_day(days=3):
    return f"{timezone.localdate() + timedelta(days=days):%d/%m/%Y}"


@pytest.mark.parametrize("who", ["canbo", "lanhdao"])
def test_who_judges_asks_for_an_explanation_and_the_cell_is_told(as_, appraised, people, tree, who):
    data = {"ends_on": a_day(), "note": "Xem lại biên bản"}
    answer = as_(who).post(url("explanation_open", tree.a), data)
    assert answer.status_code == 302
    told = Notice.objects.get(to=people.bithu, kind="explanation")
    assert told.url == url("explanation", tree.a)
    page = text_of(as_("bithu").get(told.url))
    assert "Xem lại biên bản" in page
    assert page.count("<textarea") == 2


@pytest.mark.parametrize(
    ("day", "words"),
    [("", "Hãy nhập ngày"), ("31/02/2026", "Ngày chưa đúng"), (a_day(-1), "từ hôm nay")],
)
def test_wrong_day_is_told_at_the_field_and_the_note_stays(as_, appraised, tree, day, words):
    data = {"ends_on": day, "note": "Xem lại biên bản"}
    answer = as_("canbo").post(url("explanation_open", tree.a), data)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "Xem lại biên bản" in text_of(answer)


def test_words_are_kept_while_typing(as_, appraised, people, tree):
    start(appraised, people.canbo)
    data = {"text-1.2": "Có biên bản"}
    answer = as_("bithu").post(url("explanation_save", tree.a), data, headers=HTMX)
    assert "Đã lưu lúc" in text_of(answer)
    assert Explanation.objects.get().text == "Có biên bản"


def test_line_without_words_is_told_and_what_was_typed_stays(as_, appraised, people, tree):
    start(appraised, people.canbo)
    answer = as_("bithu").post(url("explanation_submit", tree.a), {"text-1.2": "Có biên bản"})
    assert answer.status_code == 422
    assert "Có biên bản" in text_of(answer)
    assert "chưa giải trình và chưa đồng ý: 1.3" in text_of(answer)


def test_one_button_agrees_to_everything(as_, appraised, people, tree):
    start(appraised, people.canbo)
    as_("bithu").post(url("explanation_agree", tree.a))
    appraised.refresh_from_db()
    assert (appraised.explained_until, appraised.explanations_waiting) == (None, 0)
    assert appraised.explanation_rounds.get().closed_at is not None
    assert Notice.objects.filter(to=people.canbo, text__contains="đồng ý").exists()


def test_too_late_is_told_with_423(as_, appraised, people, tree):
    end_of(start(appraised, people.canbo))
    answer = as_("bithu").post(url("explanation_submit", tree.a), {"text-1.2": "Có biên bản"})
    assert answer.status_code == 423
    assert "đã kết thúc" in text_of(answer)


def test_who_appraised_does_not_explain_in_place_of_the_cell(as_, appraised, people, tree):
    start(appraised, people.lanhdao)
    data = {"text-1.2": "Đúng rồi", "text-1.3": "Đúng rồi"}
    answer = as_("canbo").post(url("explanation_submit", tree.a), data)
    assert answer.status_code == 423
    assert as_("canbo2").post(url("explanation_submit", tree.a), data).status_code == 302


def test_answer_without_a_reason_is_told_at_the_line(as_, appraised, people, tree):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=AGREED)
    address = url("explanation_answer", tree.a, "1.2")
    assert as_("canbo").post(address, {"text": " ", "viec": "giu"}).status_code == 422
    assert as_("canbo").post(address, {"text": "Đủ", "viec": "giu"}).status_code == 302
    assert "Trả lời: giữ nguyên." in text_of(as_("bithu").get(url("explanation", tree.a)))


def test_looking_anew_leads_to_the_line_of_the_appraisal(as_, appraised, people, tree):
    start(appraised, people.canbo)
    say(appraised, people.bithu, l1_2=WORDS, l1_3=AGREED)
    address = url("explanation_answer", tree.a, "1.2")
    answer = as_("canbo").post(address, {"text": "Có biên bản mới", "viec": "sua"})
    assert answer.url == url("appraisal", tree.a) + "#dong-1-2"
    assert Evaluation.objects.get(pk=appraised.pk).state == State.SUBMITTED


def test_round_is_ended_early_with_a_reason_only(as_, appraised, people, tree):
    start(appraised, people.canbo)
    assert as_("canbo").post(url("explanation_end", tree.a), {"reason": ""}).status_code == 422
    answer = as_("lanhdao").post(url("explanation_end", tree.a), {"reason": "Đã trao đổi"})
    assert answer.status_code == 302


def test_leader_sees_what_waits_left_out_with_the_reason(as_, appraised, people, tree):
    start(appraised, people.canbo)
    address = reverse("evaluations:decisions", args=["2026-Q4"])
    page = text_of(as_("lanhdao").get(address))
    assert "1 phiếu chưa quyết định được" in page
    assert "Chi bộ đang giải trình" in page
    assert 'name="sheets"' not in page


def test_unfinished_appraisal_is_not_shown_to_the_cell(as_, people, tree):
    sheet = submitted_sheet(tree.a, people.bithu)
    change(sheet, "1.2", people.canbo)
    assert "Biên bản ghi khác" not in text_of(as_("bithu").get(url("explanation", tree.a)))
    assert "Biên bản ghi khác" in text_of(as_("canbo").get(url("explanation", tree.a)))


def test_agreeing_to_everything_comes_after_the_lines(as_, appraised, people, tree):
    start(appraised, people.canbo)
    page = text_of(as_("bithu").get(url("explanation", tree.a)))
    assert page.index("Gửi giải trình") < page.index("Không có ý kiến khác: đồng ý cả 2 dòng")


def test_what_is_only_kept_is_told_not_to_be_sent(as_, appraised, people, tree):
    start(appraised, people.canbo)
    answer = as_("bithu").post(
        url("explanation_save", tree.a), {"text-1.2": "Có biên bản"}, follow=True
    )
    assert "Đã lưu giải trình, chưa gửi." in text_of(answer)


def test_explanation_shows_the_period_before(as_, people, tree):
    third = factories.PeriodFactory(
        code="2026-Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30)
    )
    before = factories.sheet(tree.a, third)
    modes.fill(before, people.bithu, {"1.2": {"num": 11, "den": 13}})
    modes.submit(before, people.bithu)
    start(appraised_sheet(tree.a, people.bithu, people.canbo, "1.2"), people.canbo)
    assert "11/13" in text_of(as_("bithu").get(url("explanation", tree.a)))


def test_sheet_leads_to_the_explanation(as_, appraised, people, tree):
    start(appraised, people.canbo)
    assert url("explanation", tree.a) in text_of(as_("bithu").get(url("sheet", tree.a)))
