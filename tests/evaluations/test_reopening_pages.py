"""The pages on which a closed sheet is asked to be opened, and answered."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import Notice
from evaluations.models import Period, ReopenRequest, State
from tests import factories
from tests.evaluations.reopened import appraise, ask, decided, grant, stored, submit

LIST = reverse("evaluations:reopenings")


def url(name, *args):
    return reverse(f"evaluations:{name}", args=args)


def lock_the_period():
    Period.objects.update(locks_at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def sheet(tree):
    return factories.sheet(tree.a)


@pytest.fixture
def page(client):
    def read(user, address, *, data=None):
        client.force_login(user)
        answer = client.get(address) if data is None else client.post(address, data)
        return answer.status_code, answer.content.decode()

    return read


def moment(**later):
    return f"{timezone.localtime(timezone.now() + timedelta(**later)):%H:%M %d/%m/%Y}"


def test_locked_sheet_says_since_when_who_can_help_and_leads_there(page, people, tree, sheet):
    lock_the_period()
    for name in ("sheet", "scorecard"):
        _, html = page(people.bithu, url(name, "2026-Q4", tree.a.code))
        assert "Người mở lại được: quản trị Thành ủy" in html
        assert url("reopen_ask", "2026-Q4", tree.a.code) in html
    assert "đã khóa nhập lúc" in page(people.bithu, url("sheet", "2026-Q4", tree.a.code))[1]
    _, html = page(people.kiemtra, url("sheet", "2026-Q4", tree.a.code))
    assert url("reopen_ask", "2026-Q4", tree.a.code) not in html


def test_asking_needs_a_reason_and_is_told_to_who_can_help(page, people, tree, sheet):
    submit(sheet, people.bithu)
    address = url("reopen_ask", "2026-Q4", tree.a.code)
    status, html = page(people.bithu, address, data={"reason": " "})
    assert (status, "Hãy ghi lý do" in html) == (422, True)
    status, _ = page(people.bithu, address, data={"reason": "Nhầm mẫu số dòng 1.2"})
    assert status == 302
    told = set(Notice.objects.filter(kind="reopening").values_list("to__username", flat=True))
    assert told == {"canbo", "canbo2"}
    _, html = page(people.bithu, url("sheet", "2026-Q4", tree.a.code))
    assert "Đã đề nghị mở lại lúc" in html
    assert address not in html
    assert "đang chờ trả lời" in page(people.bithu, address)[1]


def test_request_waits_in_the_list_and_the_queue_of_who_can_answer(page, people, sheet):
    submit(sheet, people.bithu)
    request = ask(sheet, people.bithu)
    queue = url("queue", "2026-Q4")
    assert "<strong>1</strong> đề nghị mở lại chờ" in page(people.canbo, queue)[1]
    assert "đề nghị mở lại chờ" not in page(people.lanhdao, queue)[1]
    assert url("reopening", request.pk) in page(people.canbo, LIST)[1]
    assert "Không có đề nghị nào chờ" in page(people.lanhdao, LIST)[1]
    assert url("reopening", request.pk) in page(people.bithu, LIST + "?xem=cua-toi")[1]
    assert "chưa đề nghị mở lại phiếu nào" in page(people.canbo, LIST + "?xem=cua-toi")[1]
    assert url("reopening", request.pk) in page(people.kiemtra, LIST + "?xem=tat-ca")[1]
    assert "Chưa có đề nghị mở lại nào" in page(people.nguoila, LIST + "?xem=tat-ca")[1]


def test_city_extends_a_locked_sheet_from_the_request(page, people, sheet):
    lock_the_period()
    request = ask(sheet, people.bithu)
    address = url("reopen_grant", request.pk)
    for until, why in (("", "Hãy nhập giờ"), ("25:00 01/01/2027", "Chưa đúng"),
                       (moment(days=-1), "đã qua")):  # fmt: skip
        status, html = page(people.thanhuy, address, data={"until": until, "answer": "Nhớ nộp"})
        assert (status, why in html, "Nhớ nộp" in html) == (422, True, True)
    status, _ = page(people.thanhuy, address, data={"until": moment(days=2), "answer": ""})
    assert status == 302
    assert ReopenRequest.objects.get().is_granted
    assert Notice.objects.filter(to=people.bithu, kind="reopening").count() == 1
    _, html = page(people.bithu, url("sheet", "2026-Q4", sheet.unit.code))
    assert "được gia hạn riêng: Nhập nhầm dòng 1.2" in html


def test_who_cannot_answer_sees_no_form_and_changes_nothing(page, people, sheet):
    lock_the_period()
    request = ask(sheet, people.bithu)
    _, html = page(people.canbo, url("reopening", request.pk))
    assert url("reopen_grant", request.pk) not in html
    assert "Đề nghị này do người khác trả lời." in html
    page(people.canbo, url("reopen_grant", request.pk), data={"until": moment(days=2)})
    page(people.canbo, url("reopen_refuse", request.pk), data={"refuse-answer": "Không"})
    assert ReopenRequest.objects.get().is_open


def test_refusal_is_read_by_who_asked(page, people, sheet):
    submit(sheet, people.bithu)
    request = ask(sheet, people.bithu)
    status, html = page(people.canbo, url("reopen_refuse", request.pk), data={})
    assert (status, "Hãy ghi lý do để người đề nghị biết" in html) == (422, True)
    page(people.canbo, url("reopen_refuse", request.pk), data={"refuse-answer": "Số liệu đúng"})
    _, html = page(people.bithu, url("sheet", "2026-Q4", sheet.unit.code))
    assert "Không mở lại" in html
    assert "Số liệu đúng" in html


def test_return_after_the_lock_warns_that_more_time_is_needed_too(page, people, sheet):
    appraise(submit(sheet, people.bithu), people.canbo)
    request = ask(sheet, people.bithu)
    address = url("reopening", request.pk)
    assert "Kỳ đã khóa nhập" not in page(people.canbo, address)[1]
    lock_the_period()
    assert "Kỳ đã khóa nhập" in page(people.canbo, address)[1]


def test_old_result_stays_on_the_scorecard_and_under_its_decision(page, people, sheet):
    old = decided(sheet, people)
    request = ask(old, people.bithu, "Nhầm mẫu số dòng 1.2")
    _, html = page(people.lanhdao, url("reopening", request.pk))
    assert "Kết quả cũ và quyết định cũ được lưu nguyên" in html
    page(people.lanhdao, url("reopen_grant", request.pk), data={"answer": ""})
    assert stored(sheet).state == State.SUBMITTED
    _, html = page(people.bithu, url("scorecard", "2026-Q4", sheet.unit.code))
    assert "Kết quả cũ theo quyết định" in html
    assert "05-QĐ/ĐU" in html
    assert "Nhầm mẫu số dòng 1.2" in html
    _, html = page(people.lanhdao, url("decisions", "2026-Q4"))
    assert "(1 đã mở lại)" in html
    _, html = page(people.lanhdao, url("decision", "2026-Q4", old.decision.pk))
    assert "Kết quả đã được mở lại sau quyết định này" in html
    _, html = page(people.lanhdao, url("history", "2026-Q4", sheet.unit.code))
    assert "Mở lại kết quả đã quyết định" in html
    assert "Đồng ý mở lại" in html


def test_own_request_is_withdrawn_from_its_page(page, people, sheet):
    submit(sheet, people.bithu)
    request = ask(sheet, people.bithu)
    assert "Rút đề nghị này" in page(people.bithu, url("reopening", request.pk))[1]
    assert page(people.canbo, url("reopen_withdraw", request.pk), data={})[0] == 404
    page(people.bithu, url("reopen_withdraw", request.pk), data={})
    assert ReopenRequest.objects.get().is_withdrawn


@pytest.mark.parametrize("count", [1, 4])
def test_list_costs_the_same_for_many_requests(
    client, people, tree, count, django_assert_num_queries
):
    for _ in range(count):
        cell = factories.UnitFactory(parent=tree.ward)
        ask(submit(factories.sheet(cell), people.canbo), people.canbo)
    client.force_login(people.canbo2)
    # Session, user, roles, three counts, page count, rows.
    with django_assert_num_queries(8):
        client.get(LIST)


def test_open_sheet_has_nothing_to_ask(page, people, tree, sheet):
    address = url("reopen_ask", "2026-Q4", tree.a.code)
    assert "không có gì để mở lại" in page(people.bithu, address)[1]
    status, _ = page(people.bithu, address, data={"reason": "Cứ mở"})
    assert (status, ReopenRequest.objects.count()) == (422, 0)


def test_granted_request_is_closed_for_another_answer(page, people, sheet):
    submit(sheet, people.bithu)
    request = ask(sheet, people.bithu)
    grant(request, people.canbo)
    page(people.canbo2, url("reopen_refuse", request.pk), data={"refuse-answer": "Muộn"})
    assert ReopenRequest.objects.get().is_granted
