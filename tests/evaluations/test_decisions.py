"""Deciding appraised sheets: the service, the pages, and who may."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import AuditEntry, Door
from evaluations.models import Decision, Score, Stage, State
from evaluations.services.decisions import decision_make
from evaluations.services.errors import LockedError, RefusedError
from tests import factories
from tests.evaluations.test_scorecard import fill

TODAY = date(2026, 11, 20)


@pytest.fixture
def appraised(tree, people):
    """Return the appraised sheets of cells a and b; a lost two points in the appraisal."""
    return [
        appraise(factories.sheet(tree.a), people, l1_2={"num": 38, "den": 40}),
        appraise(factories.sheet(tree.b), people),
    ]


def appraise(sheet, people, **changed):
    fill(sheet)
    fill(sheet, "appraised", note="Theo biên bản", **changed)
    sheet.state, sheet.submitted_at = State.APPRAISED, timezone.now()
    sheet.submitted_by, sheet.appraised_by = people.bithu, people.canbo
    sheet.appraised_at = timezone.now()
    sheet.save()
    return sheet


def make(sheets, people, tree, **changed):
    given = {
        "committee": tree.ward,
        "period": factories.PeriodFactory(),
        "sheets": sheets,
        "number": "05-QĐ/ĐU",
        "signed_on": TODAY,
        "signer": "Phạm Văn Ký",
        "by": people.lanhdao,
        "door": Door.WEB,
    }
    return decision_make(**given | changed)


def url(name, *args):
    return reverse(f"evaluations:{name}", args=["2026-Q4", *args])


def data(sheets, tree, /, **changed):
    return {
        "committee": tree.ward.code,
        "number": "Số 05-QĐ/ĐU",
        "signed_on": f"{timezone.localdate():%d/%m/%Y}",
        "signer": "Phạm Văn Ký",
        "sheets": [str(sheet.pk) for sheet in sheets],
    } | changed


def test_decision_freezes_the_appraised_result(appraised, people, tree):
    decision = make(appraised, people, tree)
    first, second = appraised
    first.refresh_from_db()
    assert (first.state, first.decision, first.final_total) == (State.DECIDED, decision, 9800)
    assert (first.level, first.is_eligible, first.reasons) == ("tot", True, [])
    finals = first.scores.filter(stage=Stage.FINAL)
    assert finals.count() == first.lines_total
    final = finals.get(line="1.2")
    assert (final.num, final.den, final.points, final.source) == (38, 40, 800, Stage.APPRAISED)
    second.refresh_from_db()
    assert second.final_total == 10000


def test_decision_leaves_an_audit_row_for_each_sheet(appraised, people, tree):
    make(appraised, people, tree)
    rows = AuditEntry.objects.filter(action=State.DECIDED)
    assert {row.subject_id for row in rows} == {sheet.pk for sheet in appraised}
    assert {(row.old, row.new, row.by, row.door) for row in rows} == {
        (State.APPRAISED, State.DECIDED, people.lanhdao, Door.WEB)
    }
    assert all("Số 05-QĐ/ĐU, ngày 20/11/2026" in row.reason for row in rows)


def test_one_sheet_that_is_not_appraised_stops_the_whole_decision(appraised, people, tree):
    first, second = appraised
    second.state = State.SUBMITTED
    second.save()
    with pytest.raises(LockedError, match=tree.b.name):
        make(appraised, people, tree)
    first.refresh_from_db()
    assert (first.state, first.final_total) == (State.APPRAISED, None)
    assert not Decision.objects.exists()
    assert not Score.objects.filter(stage=Stage.FINAL).exists()


def test_number_is_used_once_a_day(appraised, people, tree):
    first, second = appraised
    make([first], people, tree)
    with pytest.raises(RefusedError, match="Đã có quyết định số 05-QĐ/ĐU"):
        make([second], people, tree)
    make([second], people, tree, signed_on=TODAY - timedelta(days=1))


def test_sheet_of_another_committee_is_refused(appraised, people, tree):
    foreign = appraise(factories.sheet(tree.c), people)
    with pytest.raises(RefusedError):
        make([*appraised, foreign], people, tree)
    with pytest.raises(RefusedError):
        make([], people, tree)


def test_closed_period_is_not_decided(appraised, people, tree):
    period = factories.PeriodFactory()
    period.closed_at = timezone.now()
    period.save()
    with pytest.raises(LockedError, match="đã đóng"):
        make(appraised, people, tree)


def test_decided_sheet_cannot_be_decided_again(appraised, people, tree):
    make(appraised, people, tree)
    with pytest.raises(LockedError, match="đã có quyết định"):
        make(appraised, people, tree, number="06-QĐ/ĐU")


def test_now_leads_to_the_newest_period(client, tree, people):
    factories.PeriodFactory()
    client.force_login(people.lanhdao)
    answer = client.get(reverse("evaluations:decisions_now"))
    assert answer.headers["Location"] == url("decisions")


def test_now_without_a_period_says_so(client, tree, people):
    client.force_login(people.lanhdao)
    html = client.get(reverse("evaluations:decisions_now")).content.decode()
    assert "Chưa có kỳ đánh giá nào được mở" in html


def test_leader_sees_what_waits_with_everything_ticked(client, appraised, tree, people):
    factories.sheet(factories.UnitFactory(parent=tree.ward))
    client.force_login(people.lanhdao)
    html = client.get(url("decisions")).content.decode()
    assert html.count('name="sheets"') == 2
    assert html.count(" checked>") == 2
    assert "98,00" in html
    assert "-2,00" in html
    assert "2</span> phiếu sẽ được quyết định</strong>, 1 phiếu chưa nộp." in html
    assert f'value="{people.lanhdao.full_name}"' in html


@pytest.mark.parametrize("name", ["canbo", "bithu", "kiemtra", "thanhuy", "phutrach"])
def test_others_see_no_form_and_cannot_decide(client, appraised, tree, people, name):
    client.force_login(getattr(people, name))
    html = client.get(url("decisions")).content.decode()
    assert 'name="sheets"' not in html
    for step in ("decision_review", "decision_make"):
        assert client.post(url(step), data(appraised, tree)).status_code == 404
    assert not Decision.objects.exists()


def test_leader_of_a_foreign_ward_cannot_decide_here(client, appraised, tree):
    foreign = factories.UserFactory(roles=[("leader", tree.other)])
    client.force_login(foreign)
    assert client.post(url("decision_make"), data(appraised, tree)).status_code == 404


def test_leader_of_a_branch_does_not_decide_in_the_name_of_the_ward(client, appraised, tree):
    below = factories.UserFactory(roles=[("leader", tree.a)])
    client.force_login(below)
    assert client.post(url("decision_make"), data(appraised[:1], tree)).status_code == 404


def test_review_shows_what_would_be_decided_and_changes_nothing(client, appraised, tree, people):
    client.force_login(people.lanhdao)
    answer = client.post(url("decision_review"), data(appraised[:1], tree))
    html = answer.content.decode()
    assert "Quyết định 1 phiếu" in html
    assert "1 phiếu đã thẩm định để lại" in html
    assert html.count('name="sheets"') == 1
    assert not Decision.objects.exists()


def test_going_back_from_the_review_keeps_the_selection(client, appraised, tree, people):
    client.force_login(people.lanhdao)
    answer = client.post(url("decision_review"), data(appraised[:1], tree, edit="1"))
    html = answer.content.decode()
    assert html.count('name="sheets"') == 2
    assert html.count(" checked>") == 1
    assert 'value="Số 05-QĐ/ĐU"' in html


def test_leader_decides(client, appraised, tree, people):
    client.force_login(people.lanhdao)
    answer = client.post(url("decision_make"), data(appraised[:1], tree), follow=True)
    decision = Decision.objects.get()
    assert (decision.number, decision.committee) == ("05-QĐ/ĐU", tree.ward)
    assert (decision.signed_on, decision.by) == (timezone.localdate(), people.lanhdao)
    assert "Đã lập quyết định số 05-QĐ/ĐU cho 1 phiếu." in answer.content.decode()
    assert [sheet.unit for sheet in decision.evaluations.all()] == [tree.a]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"number": ""}, "Hãy nhập số quyết định"),
        ({"signed_on": "31/02/2026"}, "Ngày chưa đúng"),
        ({"signed_on": "01/01/2099"}, "Ngày ký không được sau hôm nay"),
        ({"signed_on": "01/09/2026"}, "Ngày ký phải từ 01/10/2026"),
        ({"signer": " "}, "Hãy nhập họ và tên người ký"),
        ({"sheets": []}, "Hãy chọn ít nhất một phiếu"),
        ({"sheets": ["999999"]}, "Có phiếu vừa thay đổi"),
    ],
)
def test_bad_input_is_named_and_nothing_is_lost(client, appraised, tree, people, changed, message):
    client.force_login(people.lanhdao)
    for step in ("decision_review", "decision_make"):
        answer = client.post(url(step), data(appraised[:1], tree, **changed))
        html = answer.content.decode()
        assert answer.status_code == 422
        assert message in html
        if "sheets" not in changed:
            assert html.count(" checked>") == 1
    assert not Decision.objects.exists()


def test_date_is_read_day_first(client, appraised, tree, people):
    client.force_login(people.lanhdao)
    client.post(url("decision_make"), data(appraised, tree, signed_on="05/11/2026"))
    assert Decision.objects.get().signed_on == date(2026, 11, 5)


def test_used_number_is_refused_beside_its_field(client, appraised, tree, people):
    make(appraised[:1], people, tree, signed_on=timezone.localdate())
    client.force_login(people.lanhdao)
    answer = client.post(url("decision_make"), data(appraised[1:], tree))
    assert answer.status_code == 422
    assert "Đã có quyết định số 05-QĐ/ĐU" in answer.content.decode()


def test_sheet_returned_meanwhile_is_not_decided(client, appraised, tree, people):
    appraised[0].state = State.RETURNED
    appraised[0].save()
    client.force_login(people.lanhdao)
    answer = client.post(url("decision_make"), data(appraised, tree))
    assert answer.status_code == 422
    assert "Có phiếu vừa thay đổi" in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("name", "status", "seen"),
    [
        ("lanhdao", 200, {"a", "b"}),
        ("canbo", 200, {"a", "b"}),
        ("kiemtra", 200, {"a", "b"}),
        ("thanhuy", 200, {"a", "b"}),
        ("bithu", 200, {"a"}),
        ("nguoila", 404, set()),
        ("quantri", 404, set()),
    ],
)
def test_decision_is_read_within_reach(client, appraised, tree, people, name, status, seen):
    decision = make(appraised, people, tree)
    client.force_login(getattr(people, name))
    answer = client.get(url("decision", decision.pk))
    assert answer.status_code == status
    html = answer.content.decode()
    named = {unit for unit in ("a", "b") if getattr(tree, unit).name in html}
    assert named == seen
    listed = client.get(url("decisions")).content.decode()
    assert ("05-QĐ/ĐU" in listed) is (status == 200)


def test_leader_sends_an_appraised_sheet_back_with_a_reason(client, appraised, tree, people):
    client.force_login(people.lanhdao)
    address = url("sheet_return_by_leader", tree.a.code)
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "Thiếu biên bản tháng 11"})
    assert answer.headers["Location"] == url("decisions")
    appraised[0].refresh_from_db()
    assert (appraised[0].state, appraised[0].return_reason) == (
        State.RETURNED,
        "Thiếu biên bản tháng 11",
    )


@pytest.mark.parametrize("name", ["canbo", "bithu", "kiemtra", "thanhuy"])
def test_only_the_leader_sends_back_here(client, appraised, tree, people, name):
    client.force_login(getattr(people, name))
    address = url("sheet_return_by_leader", tree.a.code)
    assert client.post(address, {"reason": "Thử"}).status_code == 404


def test_decided_sheet_is_not_sent_back(client, appraised, tree, people):
    make(appraised, people, tree)
    client.force_login(people.lanhdao)
    answer = client.post(url("sheet_return_by_leader", tree.a.code), {"reason": "Thử"})
    assert answer.status_code == 422
    assert "Phiếu đã có quyết định" in answer.content.decode()


def test_closed_period_shows_why_and_no_form(client, appraised, tree, people):
    period = factories.PeriodFactory()
    period.closed_at = timezone.now()
    period.save()
    client.force_login(people.lanhdao)
    html = client.get(url("decisions")).content.decode()
    assert "đã đóng" in html
    assert 'name="sheets"' not in html


@pytest.mark.parametrize("more", [0, 5])
def test_page_costs_the_same_queries_for_any_number_of_sheets(
    client, appraised, tree, people, more, django_assert_num_queries
):
    for _ in range(more):
        appraise(factories.sheet(factories.UnitFactory(parent=tree.ward)), people)
    client.force_login(people.lanhdao)
    # Session, user, period, roles, counts, committees, sheets held up by an explanation, waiting
    # sheets, criteria, periods, number of decisions (the page itself is empty).
    with django_assert_num_queries(11):
        client.get(url("decisions"))
