"""What a mail says: names of units and what to do, with the way there."""

from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from cells.models import MailLog, Notice, NoticeKind
from cells.services.mail_settings import absolute

SHOWN = 40
ORDER: dict[str, int] = {kind: place for place, kind in enumerate(NoticeKind)}


def message_of(mail: MailLog) -> EmailMultiAlternatives:
    """Return the mail as text and as simple HTML."""
    notices = sorted(mail.notices.select_related("unit"), key=lambda one: (ORDER[one.kind], one.pk))
    context = {
        "groups": _groups(notices[:SHOWN]),
        "rest": max(0, len(notices) - SHOWN),
        "list_url": absolute(reverse("cells:notices")),
        "settings_url": absolute(reverse("cells:notice_settings")),
    }
    message = EmailMultiAlternatives(
        subject=_subject(mail, notices),
        body=render_to_string("cells/mail.txt", context),
        to=[mail.address],
        headers={
            "Auto-Submitted": "auto-generated",
            # The same at each attempt, so that a mailbox can tell a double.
            "Message-ID": f"<chibo-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{_domain()}>",
        },
    )
    message.attach_alternative(render_to_string("cells/mail.html", context), "text/html")
    return message


def _groups(notices: list[Notice]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the kinds in words, each with its texts and the ways there."""
    return [
        (
            NoticeKind(kind).label,
            [(one.text, absolute(reverse("cells:notice", args=[one.pk]))) for one in own],
        )
        for kind, own in groupby(notices, key=lambda one: one.kind)
    ]


def _subject(mail: MailLog, notices: list[Notice]) -> str:
    if mail.digest_on:
        return f"Chi bộ bốn tốt: {len(notices)} thông báo, ngày {mail.digest_on:%d/%m/%Y}"
    first = notices[0]
    if len(notices) == 1 and first.unit:
        return f"{first.get_kind_display()}: {first.unit.name}"
    return f"{len(notices)} thông báo: {first.get_kind_display().lower()}"


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "chibo.local"
