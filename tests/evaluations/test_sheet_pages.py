"""The entry sheet, the appraisal and the work queue as a browser meets them."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import Door
from evaluations.models import Score, Stage, State
from evaluations.services import appraisal, sheets
from tests import factories
from tests.evaluations.test_sheet_services import fill, save

pytestmark = pytest.mark.django_db
PERIOD = "2026-Q4"


@pytest.fixture
def draft(tree):
    return factories.sheet(tree.a)


@pytest.fixture
def submitted(draft, people):
    fill(draft, people.bithu)
    return sheets.sheet_submit(sheet=draft, by=people.bithu, door=Door.WEB, on_behalf=False)


def url(name, unit, *more):
    return reverse(f"evaluations:{name}", args=[PERIOD, unit.code, *more])


def text_of(answer):
    return answer.content.decode()


def test_sheet_has_every_line_with_its_state(as_, people, draft, tree):
    page = text_of(as_(people.canbo).get(url("sheet", tree.a)))
    assert page.count('data-line="') == 25  # 24 lines and the vetoes
    assert 'data-line="1.2" data-state="saved" data-empty' in page
    assert "0/24 dòng" in page


def test_line_is_saved_and_the_totals_come_back(as_, people, draft, tree):
    answer = as_(people.canbo).post(
        url("line", tree.a, "1.2"), {"num": "38", "den": "40", "version": "0"}
    )
    assert answer.status_code == 200
    page = text_of(answer)
    assert "<strong>8,00</strong>" in page
    assert "95,00 %" in page
    assert 'value="1" data-hx-swap-oob' in page
    assert Score.objects.get().num == 38


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"num": "41", "den": "40"}, "không được lớn hơn"),
        ({"num": "8,5", "den": "40"}, "không phải số nguyên"),
        ({"num": "-1", "den": "40"}, "không phải số nguyên"),
        ({"num": "38", "den": ""}, "Còn thiếu một số"),
        ({"num": "99999999999999", "den": "1"}, "không phải số nguyên"),
    ],
)
def test_bad_input_is_named_at_the_line_and_nothing_is_stored(
    as_, people, draft, tree, fields, words
):
    answer = as_(people.canbo).post(url("line", tree.a, "1.2"), {**fields, "version": "0"})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Score.objects.exists()


def test_whole_number_may_carry_dots_between_thousands(as_, people, draft, tree):
    as_(people.canbo).post(
        url("line", tree.a, "1.2"), {"num": "1.000", "den": "1 234", "version": "0"}
    )
    score = Score.objects.get()
    assert (score.num, score.den) == (1000, 1234)


def test_conflict_answers_with_both_values_and_who(as_, people, draft, tree):
    save(draft, "2.1", {"num": 3, "den": 3}, people.bithu)
    answer = as_(people.canbo).post(
        url("line", tree.a, "2.1"), {"num": "2", "den": "3", "version": "0"}
    )
    page = text_of(answer)
    assert answer.status_code == 409
    assert people.bithu.full_name in page
    assert "3/3" in page
    assert "2/3" in page
    assert 'data-take-mine="1"' in page
    assert 'name="version"' not in page, "until one is chosen, the page keeps the version it saw"
    assert Score.objects.get().num == 3


def test_conflict_with_oneself_says_so(as_, people, draft, tree):
    save(draft, "2.1", {"num": 3, "den": 3}, people.canbo)
    answer = as_(people.canbo).post(
        url("line", tree.a, "2.1"), {"num": "2", "den": "3", "version": "0"}
    )
    assert answer.status_code == 409
    assert "Chính đồng chí" in text_of(answer)
    assert people.canbo.full_name not in text_of(answer)


def test_refused_input_does_not_hide_that_somebody_saved_meanwhile(as_, people, draft, tree):
    save(draft, "1.2", {"num": 3, "den": 3}, people.bithu)
    where = url("line", tree.a, "1.2")
    refused = as_(people.canbo).post(where, {"num": "4", "den": "3", "version": "0"})
    assert refused.status_code == 422
    assert 'name="version"' not in text_of(refused)
    corrected = as_(people.canbo).post(where, {"num": "2", "den": "3", "version": "0"})
    assert corrected.status_code == 409


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_version_that_cannot_be_read_never_overwrites(as_, people, draft, tree, version):
    answer = as_(people.canbo).post(
        url("line", tree.a, "1.2"), {"num": "1", "den": "1", "version": version}
    )
    assert answer.status_code == 409
    assert not Score.objects.exists()


def test_locked_sheet_answers_with_the_reason(as_, people, submitted, tree):
    answer = as_(people.canbo).post(
        url("line", tree.a, "1.2"), {"num": "1", "den": "1", "version": "1"}
    )
    assert answer.status_code == 423
    assert "Phiếu đã nộp" in text_of(answer)


def test_stored_line_can_be_fetched_anew(as_, people, submitted, tree):
    page = text_of(as_(people.canbo).get(url("line", tree.a, "1.2")))
    assert 'id="dong-1-2"' in page
    assert 'name="num" inputmode="numeric"' in page


@pytest.mark.parametrize("name", ["thanhuy", "kiemtra", "lanhdao", "phutrach", "nguoila"])
def test_who_may_not_enter_gets_404(as_, people, draft, tree, name):
    answer = as_(getattr(people, name)).post(
        url("line", tree.a, "1.2"), {"num": "1", "den": "1", "version": "0"}
    )
    assert answer.status_code == 404
    assert not Score.objects.exists()


def test_inspector_sees_the_sheet_closed(as_, people, draft, tree):
    page = text_of(as_(people.kiemtra).get(url("sheet", tree.a)))
    assert "xem được phiếu này nhưng không nhập" in page
    assert "Xem lại và nộp" not in page


def test_veto_is_saved_at_once(as_, people, draft, tree):
    answer = as_(people.bithu).post(url("vetoes", tree.a), {"veto": ["V2", "V9"]})
    draft.refresh_from_db()
    assert (answer.status_code, draft.vetoes) == (200, ["V2", "V9"])


def test_unfinished_sheet_lists_what_is_missing(as_, people, draft, tree):
    fill(draft, people.bithu, l1_2={})
    page = text_of(as_(people.bithu).get(url("submit", tree.a)))
    assert "Còn 1 dòng chưa chấm" in page
    answer = as_(people.bithu).post(url("submit", tree.a))
    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (422, State.DRAFT)


def test_clerk_goes_on_to_the_next_unfinished_sheet(as_, people, draft, tree):
    factories.sheet(tree.b)
    fill(draft, people.canbo)
    answer = as_(people.canbo).post(url("submit", tree.a))
    draft.refresh_from_db()
    assert answer.url == url("sheet", tree.b)
    assert (draft.state, draft.is_submitted_for) == (State.SUBMITTED, True)


def test_after_the_last_sheet_comes_the_queue(as_, people, draft, tree):
    fill(draft, people.canbo)
    answer = as_(people.canbo).post(url("submit", tree.a))
    assert answer.url == reverse("evaluations:queue", args=[PERIOD])


def test_secretary_of_one_cell_stays_at_its_sheet_and_reads_what_comes_next(
    as_, people, draft, tree
):
    fill(draft, people.bithu)
    answer = as_(people.bithu).post(url("submit", tree.a), follow=True)
    assert answer.redirect_chain[-1][0] == url("sheet", tree.a)
    assert "Tiếp theo, đảng ủy thẩm định" in text_of(answer)


def test_unfinished_sheet_has_no_level_but_a_way_back_to_its_first_empty_line(
    as_, people, draft, tree
):
    fill(draft, people.bithu, l1_2={})
    page = as_(people.bithu).get(url("submit", tree.a)).text
    assert "tạm tính, còn 1 dòng chưa chấm" in page
    assert "badge-level" not in page
    assert f'href="{url("sheet", tree.a)}#dong-1-2">Chấm tiếp dòng 1.2</a>' in page


def test_appraiser_sees_the_own_value_and_needs_a_reason_to_change_it(as_, people, submitted, tree):
    page = text_of(as_(people.canbo).get(url("appraisal", tree.a)))
    assert "Chi bộ tự chấm" in page
    fields = {"num": "38", "den": "40", "version": "0", "note": ""}
    refused = as_(people.canbo).post(url("appraisal_line", tree.a, "1.2"), fields)
    assert refused.status_code == 422
    assert "cần ghi lý do" in text_of(refused)
    fields["note"] = "Hai nhiệm vụ chậm hạn"
    assert as_(people.canbo).post(url("appraisal_line", tree.a, "1.2"), fields).status_code == 200
    score = Score.objects.get(stage=Stage.APPRAISED)
    assert (score.num, score.note) == (38, "Hai nhiệm vụ chậm hạn")


def test_submitter_is_told_why_appraising_is_closed(as_, people, draft, tree):
    fill(draft, people.canbo)
    sheets.sheet_submit(sheet=draft, by=people.canbo, door=Door.WEB, on_behalf=True)
    page = text_of(as_(people.canbo).get(url("appraisal", tree.a)))
    assert "là người nộp phiếu này" in page
    answer = as_(people.canbo).post(
        url("appraisal_line", tree.a, "1.2"), {"num": "1", "den": "1", "version": "0"}
    )
    assert answer.status_code == 423


def test_one_line_or_all_lines_are_accepted(as_, people, submitted, tree):
    client = as_(people.canbo)
    answer = client.post(
        url("appraisal_accept", tree.a), {"line": "1.2"}, headers={"HX-Request": "true"}
    )
    assert 'id="dong-1-2"' in text_of(answer)
    assert Score.objects.filter(stage=Stage.APPRAISED).count() == 1
    client.post(url("appraisal_accept", tree.a))
    assert Score.objects.filter(stage=Stage.APPRAISED).count() == 24
    answer = client.post(url("appraisal_finish", tree.a))
    submitted.refresh_from_db()
    assert (answer.status_code, submitted.state) == (302, State.APPRAISED)


def test_sheet_is_returned_with_its_reason_shown(as_, people, submitted, tree):
    as_(people.canbo).post(url("sheet_return", tree.a), {"reason": "Dòng 1.2 thiếu biên bản"})
    page = text_of(as_(people.bithu).get(url("sheet", tree.a)))
    assert "Dòng 1.2 thiếu biên bản" in page
    assert "Xem lại và nộp" in page


def test_queue_counts_what_is_left_and_finds_without_marks(as_, people, draft, tree):
    factories.sheet(tree.b)
    factories.sheet(tree.c)
    queue = reverse("evaluations:queue", args=[PERIOD])
    page = text_of(as_(people.canbo).get(queue))
    assert "Còn <strong>2/2</strong> chi bộ" in page
    assert tree.c.name not in page
    found = text_of(as_(people.canbo).get(queue, {"q": "duc giang"}))
    assert tree.b.name in found
    assert tree.a.name not in found


def test_queue_leads_a_full_draft_straight_to_handing_in(as_, people, draft, tree):
    queue = reverse("evaluations:queue", args=[PERIOD])
    save(draft, "1.2", {"num": 38, "den": 40}, people.bithu)
    begun = text_of(as_(people.canbo).get(queue))
    assert f'href="{url("sheet", tree.a)}">Nhập tiếp' in begun
    assert url("submit", tree.a) not in begun
    fill(draft, people.bithu)
    full = text_of(as_(people.canbo).get(queue))
    assert f'href="{url("submit", tree.a)}">Xem lại và nộp' in full


def test_queue_tells_ones_own_submissions_from_what_waits_to_be_appraised(as_, people, draft, tree):
    fill(draft, people.bithu)
    sheets.sheet_submit(sheet=draft, by=people.canbo, door=Door.WEB, on_behalf=True)
    queue = reverse("evaluations:queue", args=[PERIOD])
    own = text_of(as_(people.canbo).get(queue))
    assert "chờ đồng chí thẩm định" not in own
    assert "1 phiếu do đồng chí nộp chờ người khác thẩm định" in own
    assert url("appraisal", tree.a) not in own
    other = text_of(as_(people.canbo2).get(queue))
    assert "<strong>1</strong> phiếu chờ đồng chí thẩm định" in other
    assert url("appraisal", tree.a) in other


def test_queue_filters_by_state_and_offers_a_way_back_from_nothing(as_, people, draft):
    queue = reverse("evaluations:queue", args=[PERIOD])
    page = text_of(as_(people.canbo).get(queue, {"state": "decided"}))
    assert "Không có phiếu nào ở đây" in page
    assert "Xem tất cả" in page


def test_secretary_of_one_cell_lands_on_its_sheet(as_, people, draft, tree):
    answer = as_(people.bithu).get(reverse("evaluations:queue_now"))
    assert answer.url == url("sheet", tree.a)


def test_period_that_has_not_begun_does_not_take_over(as_, people, draft, tree):
    later = factories.PeriodFactory(
        code="2099-Q1", starts_on=date(2099, 1, 1), ends_on=date(2099, 3, 31)
    )
    factories.sheet(tree.a, later)
    answer = as_(people.canbo).get(reverse("evaluations:queue_now"))
    assert answer.url == reverse("evaluations:queue", args=[PERIOD])


def test_without_a_period_the_queue_says_so(as_, people):
    page = text_of(as_(people.canbo).get(reverse("evaluations:queue_now")))
    assert "Chưa mở kỳ đánh giá nào" in page


def test_queue_costs_the_same_for_many_sheets(as_, people, tree, django_assert_num_queries):
    for _ in range(3):
        factories.sheet(factories.UnitFactory(parent=tree.ward))
    queue = reverse("evaluations:queue", args=[PERIOD])
    client = as_(people.canbo)
    # session, user, period, roles, counts, page count, rows, kinds, requests to
    # open again, next sheet, committees to enter as a table, periods
    with django_assert_num_queries(12):
        client.get(queue)
    for _ in range(12):
        factories.sheet(factories.UnitFactory(parent=tree.ward))
    with django_assert_num_queries(12):
        client.get(queue)


def test_sheet_costs_eleven_queries(as_, people, submitted, tree, django_assert_num_queries):
    appraisal.appraisal_accept(sheet=submitted, lines=["1.1"], by=people.canbo, door=Door.WEB)
    client = as_(people.canbo)
    client.get(url("sheet", tree.a))
    # session, user, sheet, roles, scores, last period's sheet, origins, request to open it again,
    # comments, flags, evidence
    with django_assert_num_queries(11):
        client.get(url("sheet", tree.a))


def test_save_costs_fifteen_queries(as_, people, draft, tree, django_assert_num_queries):
    client = as_(people.canbo)
    client.get(reverse("evaluations:queue", args=[PERIOD]))
    # session, user, roles, sheet; savepoint, sheet held, rows, insert, audit, totals, release;
    # for the checks: last period's sheet, origins, months, evidence
    with django_assert_num_queries(15):
        client.post(url("line", tree.a, "1.2"), {"num": "38", "den": "40", "version": "0"})
