"""Pages of recomputing: the check, its alarm, signing, and what the sheet says afterwards."""

import pytest
from django.urls import reverse

from cells.models import Door, Job
from cells.services import jobs
from evaluations.models import Evaluation, Recomputation, Score
from evaluations.services.rankings import ranking_build
from evaluations.services.recompute import recompute_check, recompute_sign
from evaluations.tasks import recompute_request
from tests import factories
from tests.evaluations.decided import cells, decided, quarter, total_of
from tests.evaluations.tampering import tamper_criteria

pytestmark = pytest.mark.django_db
REASON = "Sửa lỗi theo Thông báo 12."


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(jobs, "send", lambda pk: None)


@pytest.fixture
def period():
    return quarter()


@pytest.fixture
def city(client, people):
    client.force_login(people.thanhuy)
    return client


@pytest.fixture
def wrong(tree, period):
    """Return a decided sheet whose stored total is not what its answers give."""
    sheet = decided(tree.a, period, l1_1="no")
    Evaluation.objects.filter(pk=sheet.pk).update(final_total=9999, level="kha")
    return sheet


def address(name="recompute", *more):
    return reverse(f"evaluations:{name}", args=["2026-Q3", *more])


def html_of(answer):
    return " ".join(answer.content.decode().split())


def run_jobs():
    for job in Job.objects.filter(kind="recompute").unfinished():
        jobs.job_run(job.pk)


def check(period, by=None):
    return recompute_check(period=period, by=by)


def sign(period, by):
    return recompute_sign(period=period, by=by, reason=REASON, door=Door.WEB)


@pytest.mark.parametrize(
    "name", ["canbo", "lanhdao", "bithu", "kiemtra", "phutrach", "nguoila", "quantri"]
)
def test_pages_are_the_citys_alone(client, tree, people, period, wrong, name):
    made = check(period)
    client.force_login(getattr(people, name))
    assert client.get(address()).status_code == 404
    assert client.get(address("recomputation", made.pk)).status_code == 404
    assert client.post(address("recompute_check")).status_code == 404
    data = {"reason": REASON, "expected": 1}
    assert client.post(address("recompute_sign"), data).status_code == 404
    assert not Job.objects.exists()


def test_period_never_checked_says_how_to_begin(city, period):
    html = html_of(city.get(address()))
    assert "Chưa kiểm tra lần nào" in html
    assert "Kiểm tra ngay" in html
    assert "Ký tính lại" not in html


def test_check_is_asked_for_shown_under_way_and_then_told(city, tree, period, people):
    decided(tree.a, period)
    html = html_of(city.post(address("recompute_check"), follow=True))
    assert "Đang chờ đến lượt" in html
    run_jobs()
    assert city.get(address("recompute_progress")).headers["HX-Refresh"] == "true"
    html = html_of(city.get(address()))
    assert "1 phiếu tính lại đều khớp kết quả đã lưu." in html
    assert str(people.thanhuy) in html
    assert "Đang chờ" not in html


def test_asking_twice_is_one_job(city, period):
    city.post(address("recompute_check"))
    city.post(address("recompute_check"))
    assert Job.objects.count() == 1


def test_failed_check_is_shown_until_a_result_follows(city, period, tree):
    decided(tree.a, period)
    recompute_request(period=period, by=None)
    Job.objects.update(state=Job.State.FAILED, message="Máy hỏng.")
    assert "Máy hỏng." in html_of(city.get(address()))
    check(period)
    assert "Máy hỏng." not in html_of(city.get(address()))


def test_differences_are_told_per_unit_and_lead_to_the_scorecard(city, tree, period, wrong):
    check(period)
    html = html_of(city.get(address()))
    assert "2 khác biệt khi tính lại 1 phiếu." in html
    assert reverse("evaluations:scorecard", args=["2026-Q3", tree.a.code]) in html
    for words in ("Tổng điểm", "99,99", "96,00", "Mức", "Khá", "Tốt"):
        assert words in html
    assert "Ký tính lại 1 phiếu" in html


def test_verdict_reasons_and_lines_are_said_in_words(city, tree, period):
    sheet = decided(tree.a, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(points=0)
    Evaluation.objects.filter(pk=sheet.pk).update(is_eligible=False, reasons=["veto:V2", "moved:X"])
    html = html_of(city.get(address("recomputation", check(period).pk)))
    for words in ("Điểm dòng 1.1", "0,00", "4,00", "Điểm nhóm 1", "26,00", "30,00"):
        assert words in html
    for words in ("Chưa đạt mức quý", "Đạt mức quý", "Điểm loại V2", "moved:X", "không có"):
        assert words in html


def test_answers_that_cannot_be_scored_lead_to_the_history(city, tree, period):
    sheet = decided(tree.a, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(option="maybe")
    check(period)
    html = html_of(city.get(address()))
    assert reverse("evaluations:history", args=["2026-Q3", tree.a.code]) in html
    assert "Không tính được điểm" in html
    assert "Ký tính lại" not in html


@pytest.mark.parametrize("text", ["\n", "hỏng hẳn"])
def test_tampered_criteria_are_told_and_nothing_can_be_signed(city, tree, period, wrong, text):
    tamper_criteria(wrong.criteria, text=wrong.criteria.text + text)
    check(period)
    html = html_of(city.get(address()))
    assert "không đúng bản đã công bố" in html
    assert f"Văn bản bộ tiêu chí {wrong.criteria.code}" in html
    assert 'id="sign-title"' not in html


def test_difference_of_the_ranking_alone_asks_to_rank_anew_not_to_sign(city, tree, period):
    decided(tree.a, period)
    ranking = ranking_build(period=period, scope=tree.city, by=None)
    ranking.rows.update(total=1)
    check(period)
    html = html_of(city.get(address()))
    assert "Lập lại bảng xếp hạng của kỳ." in html
    assert 'id="sign-title"' not in html


def test_signing_writes_anew_and_ends_with_a_clean_check(city, people, period, wrong):
    check(period)
    html = html_of(
        city.post(address("recompute_sign"), {"reason": REASON, "expected": 1}, follow=True)
    )
    assert "Đang tính lại." in html
    run_jobs()
    assert total_of(wrong) == 9600
    html = html_of(city.get(address()))
    assert "1 phiếu tính lại đều khớp" in html
    assert "Ký tính lại 1 phiếu" in html  # in the list of runs
    assert 'id="sign-title"' not in html
    signed = Recomputation.objects.get(sheets=1, by=people.thanhuy)
    html = html_of(city.get(address("recomputation", signed.pk)))
    assert "99,99 điểm, mức Khá, đạt mức quý" in html
    assert "96,00 điểm, mức Tốt, đạt mức quý" in html
    assert REASON in html


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"reason": "", "expected": 1}, "Hãy ghi lý do tính lại"),
        ({"reason": "   ", "expected": 1}, "Hãy ghi lý do tính lại"),
        ({"reason": "a" * 1001, "expected": 1}, "Lý do dài quá"),
        ({"reason": REASON}, "Hãy xem lại các khác biệt"),
        ({"reason": REASON, "expected": "x"}, "Hãy xem lại các khác biệt"),
    ],
)
def test_bad_form_says_why_and_keeps_what_was_typed(city, period, wrong, data, message):
    check(period)
    answer = city.post(address("recompute_sign"), data)
    assert answer.status_code == 422
    html = html_of(answer)
    assert message in html
    assert data["reason"].strip() in html
    assert not Job.objects.exists()
    assert total_of(wrong) == 9999


def test_signature_waits_for_a_check_under_way(city, period, wrong):
    check(period)
    recompute_request(period=period, by=None)
    answer = city.post(address("recompute_sign"), {"reason": REASON, "expected": 1})
    assert answer.status_code == 422
    assert "Đang có một lần tính lại khác chạy" in html_of(answer)
    assert REASON in html_of(answer)


def test_nothing_is_signed_where_the_newest_check_is_clean(city, tree, period):
    decided(tree.a, period)
    check(period)
    answer = city.post(address("recompute_sign"), {"reason": REASON, "expected": 1}, follow=True)
    assert "không còn khác biệt nào để ký" in html_of(answer)
    assert not Job.objects.exists()


def test_units_are_found_without_marks_and_paged(city, tree, period):
    for unit in cells(tree.ward, 60):
        sheet = decided(unit, period)
        Evaluation.objects.filter(pk=sheet.pk).update(level="kem")
    named = decided(tree.b, period)
    Evaluation.objects.filter(pk=named.pk).update(level="kem")
    made = check(period)
    page = city.get(address("recomputation", made.pk))
    assert len(page.context["units"]) == 50
    assert len(city.get(address("recomputation", made.pk) + "?page=2").context["units"]) == 11
    found = city.get(address("recomputation", made.pk) + "?q=duc giang").context["units"]
    assert [unit.code for unit in found] == [tree.b.code]
    html = html_of(city.get(address("recomputation", made.pk) + "?q=khong co"))
    assert "Không có đơn vị nào khớp" in html
    assert "Xem tất cả, còn 51 đơn vị" in html_of(city.get(address()))


def test_results_of_a_signed_run_are_found_without_marks(city, tree, people, period, wrong):
    other = decided(tree.b, period)
    Evaluation.objects.filter(pk=other.pk).update(level="kem")
    signed = sign(period, people.thanhuy)
    found = city.get(address("recomputation", signed.pk) + "?q=duc giang").context["results"]
    assert [result.code for result in found] == [tree.b.code]


@pytest.mark.parametrize("count", [2, 12])
def test_page_costs_the_same_queries_for_many_differences(
    city, tree, period, count, django_assert_num_queries
):
    for unit in cells(tree.ward, count):
        sheet = decided(unit, period)
        Evaluation.objects.filter(pk=sheet.pk).update(level="kem", reasons=["veto:V2"])
        made = check(period)
    # Session, user, roles, root, period, newest run, units, criteria, job, count of runs, runs.
    with django_assert_num_queries(11):
        city.get(address())
    # Session, user, roles, root, run, units, criteria.
    with django_assert_num_queries(7):
        city.get(address("recomputation", made.pk))


@pytest.mark.parametrize("count", [2, 12])
def test_page_of_a_signed_run_costs_the_same_queries_for_many_sheets(
    city, tree, people, period, count, django_assert_num_queries
):
    for unit in cells(tree.ward, count):
        sheet = decided(unit, period)
        Evaluation.objects.filter(pk=sheet.pk).update(level="kem")
    signed = sign(period, people.thanhuy)
    # Session, user, roles, root, run, count, results.
    with django_assert_num_queries(7):
        city.get(address("recomputation", signed.pk))


def test_alarm_stands_on_the_pages_of_periods_and_of_the_ranking(city, tree, period, wrong):
    ranking_build(period=period, scope=tree.city, by=None)
    pages = (reverse("evaluations:periods"), reverse("evaluations:ranking", args=["2026-Q3"]))
    alarm = "Quý III/2026: 2 khác biệt giữa kết quả đã lưu"
    assert not any(alarm in html_of(city.get(page)) for page in pages)
    check(period)
    assert all(alarm in html_of(city.get(page)) for page in pages)


def test_alarm_ends_with_a_clean_check_and_is_the_citys_alone(client, tree, people, period, wrong):
    ranking = reverse("evaluations:ranking", args=["2026-Q3"])
    check(period)
    client.force_login(people.kiemtra)
    assert "giữa kết quả đã lưu" not in html_of(client.get(ranking))
    sign(period, people.thanhuy)
    check(period)
    client.force_login(people.thanhuy)
    assert "giữa kết quả đã lưu" not in html_of(client.get(ranking))
    assert "giữa kết quả đã lưu" not in html_of(client.get(reverse("evaluations:periods")))


@pytest.mark.parametrize("name", ["bithu", "canbo", "kiemtra", "thanhuy"])
def test_scorecard_says_who_recomputed_why_and_what_it_was_before(
    client, tree, people, period, wrong, name
):
    client.force_login(getattr(people, name))
    card = reverse("evaluations:scorecard", args=["2026-Q3", tree.a.code])
    assert "đã được tính lại" not in html_of(client.get(card))
    sign(period, people.thanhuy)
    html = html_of(client.get(card))
    assert f"{people.thanhuy} ký." in html
    assert "Trước đó: 99,99 điểm, mức Khá, đạt mức quý." in html
    assert "Tính lại: 96,00 điểm, mức Tốt, đạt mức quý." in html
    assert f"Lý do: {REASON}" in html


def test_history_says_what_a_signed_recompute_changed(client, tree, people, period, wrong):
    Score.objects.filter(evaluation=wrong, line="1.1").update(points=400)
    Evaluation.objects.filter(pk=wrong.pk).update(is_eligible=False, reasons=["veto:V2"])
    sign(period, people.thanhuy)
    client.force_login(people.bithu)
    page = reverse("evaluations:history", args=["2026-Q3", tree.a.code])
    (row,) = client.get(page).context["rows"]
    assert (row.action, row.who, row.reason) == (
        "Ký tính lại",
        people.thanhuy.full_name,
        REASON,
    )
    assert [(c.line, c.title, c.old, c.new) for c in row.changes[:3]] == [
        ("", "Tổng điểm", "99,99", "96,00"),
        ("", "Mức", "Khá", "Tốt"),
        ("", "Kết luận", "Chưa đạt mức quý", "Đạt mức quý"),
    ]
    assert [(c.line, c.title, c.old, c.new) for c in row.changes[4:]] == [
        ("1.1", "điểm", "4,00", "0,00")
    ]
    (of_line,) = client.get(page + "?line=1.1").context["rows"]
    assert [c.line for c in of_line.changes] == ["1.1"]
    assert not client.get(page + "?line=1.2").context["rows"]


def test_unknown_period_and_run_of_another_period_are_404(city, tree, period):
    made = check(quarter("2026-Q2"))
    assert city.get(reverse("evaluations:recompute", args=["1999-Q1"])).status_code == 404
    assert city.get(address("recomputation", made.pk)).status_code == 404
    assert city.get(address("recompute_progress")).status_code == 404


def test_administrator_of_a_branch_is_not_the_city(client, tree, period):
    client.force_login(factories.UserFactory(roles=[("city_admin", tree.ward)]))
    assert client.get(address()).status_code == 404
