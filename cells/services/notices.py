"""Telling people what happened and what waits for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone

from cells.models import DUTIES, Notice, NoticeKind, NoticeSetting, Unit, User
from cells.services.mail_settings import mail_is_on

BOTH = (True, True)
CHUNK = 1000


@dataclass(frozen=True)
class Message:
    """One thing to tell one person; `key` names it, so that it is told once."""

    kind: NoticeKind
    to: User
    text: str
    url: str
    unit: Unit | None = None
    period: str = ""
    key: str = ""


def notice_send(
    *,
    kind: NoticeKind,
    to: User | Iterable[User],
    text: str,
    url: str,
    unit: Unit | None = None,
    period: str = "",
    by: User | None = None,
    key: str = "",
) -> int:
    """Tell one person or several the same thing; return to how many it was new.

    Never to `by`, who did it, nor to an account out of use. The text names units and what to do:
    no person's data, no score.
    """
    people = [to] if isinstance(to, User) else to
    return notices_send(
        [Message(kind, person, text, url, unit, period, key) for person in people], by=by
    )


@transaction.atomic
def notices_send(messages: Iterable[Message], *, by: User | None = None) -> int:
    """Tell many things at the cost of few; return how many were new."""
    told = iter(messages)
    return sum(_send(part, by) for part in iter(lambda: list(islice(told, CHUNK)), []))


def _send(messages: list[Message], by: User | None) -> int:
    wanted = _unknown([told for told in messages if told.to.is_active and told.to != by])
    if not wanted:
        return 0
    chosen, now = _chosen(wanted), timezone.now()
    rows = [_row(told, by, now, *chosen.get((told.to.pk, told.kind), BOTH)) for told in wanted]
    rows = [row for row in rows if row.in_app or row.by_mail]
    # Two at once may tell the same thing: the database keeps the first.
    Notice.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def _unknown(messages: list[Message]) -> list[Message]:
    """Leave out what the person was told before, or twice here."""
    messages = list({(told.to.pk, told.key or n): told for n, told in enumerate(messages)}.values())
    keys = {told.key for told in messages if told.key}
    if not keys:
        return messages
    people = {told.to.pk for told in messages}
    known = set(Notice.objects.filter(to__in=people, key__in=keys).values_list("to", "key"))
    return [told for told in messages if (told.to.pk, told.key) not in known]


def _chosen(messages: list[Message]) -> dict[tuple[int, str], tuple[bool, bool]]:
    """Return where each person has chosen to be told each kind."""
    rows = NoticeSetting.objects.filter(user__in={told.to.pk for told in messages})
    return {
        (row.user_id, row.kind): (row.in_app or row.kind in DUTIES, row.by_mail) for row in rows
    }


def _row(told: Message, by: User | None, now: datetime, in_app: bool, by_mail: bool) -> Notice:
    return Notice(
        to=told.to,
        kind=told.kind,
        text=told.text[:300],
        url=told.url,
        unit=told.unit,
        period=told.period,
        by=by,
        key=told.key,
        in_app=in_app,
        # Else it would wait until mail is turned on, or the person has an address, and go out late.
        by_mail=by_mail and mail_is_on() and bool(told.to.email),
        created_at=now,
    )
