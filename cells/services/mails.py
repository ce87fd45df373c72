"""E-mail: what is returned at once, the rest once a day; claimed before it is sent, never twice."""

import logging
from collections import defaultdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from cells.models import MailLog, Notice, NoticeKind
from cells.models.notices import NoticeQuerySet
from cells.services.mail_outcomes import UNREACHABLE, Outcome, outcome_of
from cells.services.mail_settings import mail_is_on
from cells.services.mail_texts import message_of

log = logging.getLogger(__name__)

AT_ONCE = (NoticeKind.RETURNED,)
# Older news than this is no news: it stands in the app.
NEWS = timedelta(days=3)
PEOPLE, MAILS = 200, 300
# A mail that was being sent this long ago was cut off: nobody knows whether it arrived.
CUT_OFF = timedelta(minutes=15)
FIRST_WAIT, MOST_ATTEMPTS = timedelta(minutes=5), 6


def digest_moment(now: datetime) -> datetime:
    """Return when the digests of the day of `now` go out."""
    local = timezone.localtime(now)
    return timezone.make_aware(datetime.combine(local.date(), settings.DIGEST_AT))


def returns_queue(*, now: datetime) -> int:
    """Put what came back into mails that go out at once; return how many."""
    return _queue(Notice.objects.to_mail().filter(kind__in=AT_ONCE), None, now)


def digests_queue(*, now: datetime) -> int:
    """Put the news of the day before into one mail for each person; return how many.

    Reminders belong to the day itself, whenever they were written. Run again, it adds nobody.
    """
    moment = digest_moment(now)
    if now < moment:
        return 0
    news = Notice.objects.to_mail().exclude(kind__in=AT_ONCE)
    news.filter(read_at__isnull=False).update(by_mail=False)
    told = Q(created_at__lt=moment) | Q(kind=NoticeKind.REMINDER)
    day = timezone.localdate(now)
    today = MailLog.objects.filter(to=OuterRef("to"), digest_on=day)
    return _queue(news.filter(told, ~Exists(today)), day, now)


def _queue(notices: NoticeQuerySet, day: date | None, now: datetime) -> int:
    if not mail_is_on():
        return 0
    wanted = notices.filter(
        created_at__gte=now - NEWS, to__is_active=True, to__email__gt="", read_at__isnull=True
    )
    count = 0
    while made := _queue_some(wanted, day, now):
        count += made
    return count


@transaction.atomic
def _queue_some(notices: NoticeQuerySet, day: date | None, now: datetime) -> int:
    people = notices.order_by("to").values_list("to", flat=True).distinct()[:PEOPLE]
    held = (
        notices.filter(to__in=list(people))
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("to")
    )
    by_person: dict[int, list[Notice]] = defaultdict(list)
    for notice in held:
        by_person[notice.to_id].append(notice)
    mails = MailLog.objects.bulk_create(
        _mail(own, day, now) for _, own in sorted(by_person.items())
    )
    for mail in mails:
        for notice in by_person[mail.to_id]:
            notice.mail = mail
    Notice.objects.bulk_update(
        [notice for own in by_person.values() for notice in own], ["mail"], batch_size=500
    )
    return len(mails)


def _mail(notices: list[Notice], day: date | None, now: datetime) -> MailLog:
    told = {notice.kind for notice in notices}
    return MailLog(
        to=notices[0].to,
        address=notices[0].to.email,
        digest_on=day,
        kinds=[kind.value for kind in NoticeKind if kind in told],
        count=len(notices),
        next_attempt_at=now,
        created_at=now,
    )


def mails_deliver(*, now: datetime) -> int:
    """Send what is due, each claimed first; return how many arrived at the server."""
    if not mail_is_on():
        return 0
    MailLog.objects.cut_off(now - CUT_OFF).update(
        state=MailLog.State.UNKNOWN, error="Việc gửi bị ngắt giữa chừng."
    )
    waiting = MailLog.objects.due(now).order_by("pk").values_list("pk", flat=True)[:MAILS]
    connection, sent = get_connection(), 0
    try:
        for pk in list(waiting):
            mail = _claim(pk, now)
            outcome = _send(mail, connection) if mail else None
            if mail and outcome:
                _settle(mail, outcome, now)
                sent += outcome.state == MailLog.State.SENT
            if outcome is UNREACHABLE:
                break
    finally:
        connection.close()
    return sent


def _claim(pk: int, now: datetime) -> MailLog | None:
    """Return the mail if this process is the one that sends it."""
    claimed = (
        MailLog.objects.due(now)
        .filter(pk=pk)
        .update(
            state=MailLog.State.SENDING,
            claimed_at=timezone.now(),
            attempts=F("attempts") + 1,
            next_attempt_at=None,
        )
    )
    return MailLog.objects.select_related("to").get(pk=pk) if claimed else None


def _send(mail: MailLog, connection: BaseEmailBackend) -> Outcome:
    try:
        connection.open()
    except OSError:
        log.warning("The mail server cannot be reached.", exc_info=True)
        return UNREACHABLE
    message = message_of(mail)
    message.connection = connection
    return outcome_of(message, connection)


def _settle(mail: MailLog, outcome: Outcome, now: datetime) -> None:
    again = outcome.is_worth_another and mail.attempts < MOST_ATTEMPTS
    mail.state, mail.error = outcome.state, outcome.error
    mail.next_attempt_at = now + FIRST_WAIT * 3 ** (mail.attempts - 1) if again else None
    mail.sent_at = timezone.now() if outcome.state == MailLog.State.SENT else None
    mail.save(update_fields=["state", "error", "next_attempt_at", "sent_at"])


@transaction.atomic
def mail_send_again(*, mail: MailLog, now: datetime) -> bool:
    """Send a mail once more that did not arrive, or perhaps did not; a person decides that."""
    lost = Q(state=MailLog.State.UNKNOWN) | Q(state=MailLog.State.FAILED)
    return bool(
        MailLog.objects.filter(lost, pk=mail.pk).update(
            state=MailLog.State.QUEUED, address=mail.to.email or mail.address,
            attempts=0, next_attempt_at=now, error="",
        )
    )  # fmt: skip
