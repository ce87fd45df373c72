"""E-mail: one digest a day, returns at once, nothing lost and nothing twice."""

from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail as outbox_of
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction

from cells.models import MailLog, Notice, NoticeKind
from cells.services import mails
from cells.services.notices import notice_send
from cells.tasks import mail as mail_task
from tests import factories

pytestmark = pytest.mark.django_db
MORNING = factories.moment("2026-12-29T07:00")
BEFORE = MORNING - timedelta(minutes=1)
State = MailLog.State


@pytest.fixture(autouse=True)
def public_address(settings):
    settings.PUBLIC_URL = "https://chibo.example.vn"
    settings.DEFAULT_FROM_EMAIL = "Chi bộ bốn tốt <chibo@chibo.example.vn>"


@pytest.fixture
def secretary(people):
    people.bithu.email = "bithu@vidu.vn"
    people.bithu.save()
    return people.bithu


def tell(user, kind=NoticeKind.COMMENT, text="Có trao đổi mới.", at=BEFORE, **fields):
    notice_send(kind=kind, to=user, text=text, url="/cong-viec/", **fields)
    notice = Notice.objects.latest("pk")
    Notice.objects.filter(pk=notice.pk).update(created_at=at)
    return notice


def morning(now=MORNING):
    mails.digests_queue(now=now)
    mails.mails_deliver(now=now)
    return outbox_of.outbox


def states():
    return list(MailLog.objects.order_by("pk").values_list("state", flat=True))


class Line(EmailBackend):
    """A mail server that does as told once, then takes everything."""

    answers: list = []

    def send_messages(self, messages):
        if self.answers and (error := self.answers.pop(0)):
            raise error
        return super().send_messages(messages)


class Away(EmailBackend):
    def open(self):
        raise ConnectionRefusedError


@pytest.fixture
def server(settings):
    """Let the mail server give these answers, in turn."""
    settings.EMAIL_BACKEND = "tests.cells.test_mails.Line"
    Line.answers = []
    return Line.answers


def test_a_digest_gathers_everything_of_one_person(secretary):
    tell(secretary, NoticeKind.DECIDED, "Đã có quyết định.")
    tell(secretary, text="Trao đổi một.")
    tell(secretary, text="Trao đổi hai.")
    (sent,) = morning()
    assert sent.to == ["bithu@vidu.vn"]
    assert sent.subject == "Chi bộ bốn tốt: 3 thông báo, ngày 29/12/2026"
    places = [sent.body.index(part) for part in ("Trao đổi một", "Trao đổi hai", "quyết định.")]
    assert places == sorted(places)


def test_a_digest_leads_to_each_thing_by_the_public_address(secretary):
    notice = tell(secretary)
    (sent,) = morning()
    address = f"https://chibo.example.vn/thong-bao/{notice.pk}/"
    assert address in sent.body
    html = sent.alternatives[0][0]
    assert f'<a href="{address}">Có trao đổi mới.</a>' in html
    assert "https://chibo.example.vn/thong-bao/cai-dat/" in sent.body


def test_a_digest_names_no_person(secretary):
    tell(secretary)
    (sent,) = morning()
    assert secretary.full_name not in sent.body + sent.alternatives[0][0]


def test_text_of_a_notice_is_no_markup_in_a_mail(secretary):
    tell(secretary, text="<b>Chi bộ</b>")
    (sent,) = morning()
    assert "&lt;b&gt;" in sent.alternatives[0][0]
    assert "<b>Chi bộ</b>" in sent.body


@pytest.mark.parametrize(
    ("now", "count"), [(BEFORE, 0), (MORNING, 1), (MORNING + timedelta(hours=9), 1)]
)
def test_a_digest_goes_out_from_its_hour_on(secretary, now, count):
    tell(secretary, at=BEFORE - timedelta(hours=5))
    assert len(morning(now)) == count


def test_what_is_told_during_the_day_waits_for_the_next_morning(secretary):
    tell(secretary, at=MORNING + timedelta(minutes=1))
    assert morning(MORNING + timedelta(hours=1)) == []
    assert len(morning(MORNING + timedelta(days=1))) == 1


def test_a_person_gets_one_digest_a_day_however_often_it_runs(secretary):
    tell(secretary)
    morning()
    tell(secretary)
    assert len(morning()) == 1
    assert len(morning(MORNING + timedelta(days=1))) == 2


def test_two_digests_of_a_day_are_refused(secretary):
    fields = {"to": secretary, "address": "x@vidu.vn", "count": 1, "digest_on": "2026-12-29"}
    MailLog.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        MailLog.objects.create(**fields)


def test_a_reminder_of_the_morning_goes_out_with_its_digest(secretary):
    tell(secretary, NoticeKind.REMINDER, at=MORNING + timedelta(seconds=30))
    assert len(morning(MORNING + timedelta(minutes=1))) == 1


def test_what_was_read_in_the_app_is_not_mailed_as_well(secretary):
    notice = tell(secretary)
    Notice.objects.filter(pk=notice.pk).update(read_at=BEFORE)
    assert morning() == []


def test_nobody_without_an_address_gets_a_mail(people):
    tell(people.bithu)
    assert morning() == []
    assert states() == []


def test_an_address_given_later_brings_no_old_mail(people):
    tell(people.bithu)
    people.bithu.email = "bithu@vidu.vn"
    people.bithu.save()
    assert morning() == []


def test_news_that_waited_for_days_is_not_sent(secretary):
    tell(secretary, at=MORNING - mails.NEWS - timedelta(minutes=1))
    tell(secretary, at=MORNING - mails.NEWS + timedelta(minutes=1))
    (sent,) = morning()
    assert sent.subject.startswith("Chi bộ bốn tốt: 1 ")


def test_where_mail_is_off_nothing_waits_for_it(secretary, settings):
    settings.MAIL_ON = False
    tell(secretary)
    assert morning() == []
    settings.MAIL_ON = True
    assert morning() == []


def test_a_return_is_mailed_at_once_and_not_in_the_digest(secretary, tree):
    text = "Phiếu được trả lại để sửa."
    notice_send(kind=NoticeKind.RETURNED, to=secretary, text=text, url="/cong-viec/", unit=tree.a)
    mail_task()
    (sent,) = outbox_of.outbox
    assert sent.subject == f"Phiếu bị trả lại: {tree.a.name}"
    assert text in sent.body
    mail_task()
    assert len(morning()) == 1


def test_returns_of_one_minute_are_one_mail(secretary):
    for _ in range(3):
        tell(secretary, NoticeKind.RETURNED)
    mails.returns_queue(now=MORNING)
    mails.mails_deliver(now=MORNING)
    assert [sent.subject for sent in outbox_of.outbox] == ["3 thông báo: phiếu bị trả lại"]


def test_the_log_says_to_whom_what_and_when(secretary):
    tell(secretary, NoticeKind.DECIDED)
    tell(secretary)
    morning()
    log = MailLog.objects.get()
    assert (log.to, log.address, log.count) == (secretary, "bithu@vidu.vn", 2)
    assert (log.kinds, log.state, log.attempts) == (["comment", "decided"], State.SENT, 1)
    assert log.sent_at
    assert log.notices.count() == 2


@pytest.mark.parametrize(
    ("answer", "state", "again"),
    [
        (SMTPDataError(451, b"later"), State.FAILED, True),
        (SMTPDataError(554, b"spam"), State.FAILED, False),
        (SMTPRecipientsRefused({"x": (550, b"unknown")}), State.FAILED, False),
        (SMTPRecipientsRefused({"x": (450, b"busy")}), State.FAILED, True),
        (SMTPServerDisconnected("gone"), State.UNKNOWN, False),
        (TimeoutError(), State.UNKNOWN, False),
    ],
)
def test_only_what_certainly_did_not_leave_is_tried_again(secretary, server, answer, state, again):
    server.append(answer)
    tell(secretary)
    morning()
    log = MailLog.objects.get()
    assert (log.state, log.next_attempt_at is not None) == (state, again)
    mails.mails_deliver(now=MORNING + timedelta(hours=1))
    assert len(outbox_of.outbox) == int(again)


def test_a_failed_mail_waits_longer_each_time_and_then_gives_up(secretary, server):
    server += [SMTPDataError(451, b"later")] * 9
    tell(secretary)
    morning()
    waits, now = [], MORNING
    while (at := MailLog.objects.get().next_attempt_at) is not None:
        waits.append((at - now).total_seconds() / 60)
        now = at
        mails.mails_deliver(now=now)
    assert waits == [5, 15, 45, 135, 405]
    assert (states(), outbox_of.outbox) == ([State.FAILED], [])


def test_before_its_time_a_failed_mail_is_left_alone(secretary, server):
    server.append(SMTPDataError(451, b"later"))
    tell(secretary)
    morning()
    mails.mails_deliver(now=MORNING + timedelta(minutes=4))
    assert outbox_of.outbox == []


def test_one_refused_mail_holds_up_no_other(secretary, people, server):
    people.canbo.email = "canbo@vidu.vn"
    people.canbo.save()
    server.append(SMTPDataError(554, b"spam"))
    tell(secretary)
    tell(people.canbo)
    assert len(morning()) == 1
    assert sorted(states()) == [State.FAILED, State.SENT]


def test_where_the_server_cannot_be_reached_everything_waits(secretary, people, settings):
    people.canbo.email = "canbo@vidu.vn"
    people.canbo.save()
    tell(secretary)
    tell(people.canbo)
    settings.EMAIL_BACKEND = "tests.cells.test_mails.Away"
    morning()
    assert states() == [State.FAILED, State.QUEUED]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mails.mails_deliver(now=MORNING + timedelta(minutes=5))
    assert len(outbox_of.outbox) == 2


def test_a_mail_that_another_process_sends_is_left_to_it(secretary):
    tell(secretary)
    mails.digests_queue(now=MORNING)
    assert mails._claim(MailLog.objects.get().pk, MORNING) is not None
    assert mails._claim(MailLog.objects.get().pk, MORNING) is None
    mails.mails_deliver(now=MORNING)
    assert outbox_of.outbox == []


@pytest.mark.parametrize(("minutes", "state"), [(14, State.SENDING), (16, State.UNKNOWN)])
def test_a_mail_that_was_cut_off_is_not_sent_again_by_itself(secretary, minutes, state):
    tell(secretary)
    mails.digests_queue(now=MORNING)
    MailLog.objects.update(state=State.SENDING, claimed_at=MORNING, next_attempt_at=None)
    mails.mails_deliver(now=MORNING + timedelta(minutes=minutes))
    assert (states(), outbox_of.outbox) == ([state], [])


@pytest.mark.parametrize(
    ("state", "count"), [("failed", 1), ("unknown", 1), ("sent", 0), ("sending", 0)]
)
def test_a_person_sends_again_only_what_was_lost(client, secretary, people, state, count):
    tell(secretary)
    mails.digests_queue(now=MORNING)
    MailLog.objects.update(
        state=state, sent_at=MORNING, next_attempt_at=None, claimed_at=MORNING + timedelta(days=999)
    )
    client.force_login(people.quantri)
    client.post(f"/thong-bao/thu/{MailLog.objects.get().pk}/gui-lai/")
    mail_task()
    assert len(outbox_of.outbox) == count


def test_the_log_is_searched_by_name_and_state(client, secretary, people):
    secretary.full_name, secretary.search = "Trần Thị Đào", "tran thi dao bithu"
    secretary.save()
    tell(secretary)
    morning()
    client.force_login(people.quantri)
    page = "/thong-bao/thu/"
    found = {
        query: len(client.get(f"{page}?{query}").context["page"])
        for query in ("q=đào", "q=bithu@vidu", "q=khac", "state=sent", "state=failed")
    }
    assert list(found.values()) == [1, 1, 0, 1, 0]


@pytest.mark.parametrize("count", [1, 30])
def test_queueing_costs_the_same_for_many(count, django_assert_num_queries):
    for number in range(count):
        tell(factories.UserFactory(email=f"n{number}@vidu.vn"))
    # read ones left out; savepoint, people, notices, mails, notices again, release; nobody left
    with django_assert_num_queries(10):
        assert mails.digests_queue(now=MORNING) == count


def test_log_costs_the_same_for_many(client, people, django_assert_num_queries):
    client.force_login(people.thanhuy)
    for size in (1, 20):
        for _ in range(size):
            user = factories.UserFactory(roles=[("secretary", people.bithu.assignments.get().unit)])
            MailLog.objects.create(to=user, address="x@vidu.vn", count=1)
        with django_assert_num_queries(5):  # session, user, roles, count, rows
            client.get("/thong-bao/thu/")
