"""Reading notices, and choosing which ones to get where."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from cells.models import DUTIES, NoticeKind, NoticeSetting, User
from cells.models.notices import NoticeQuerySet
from cells.services import audit

Places = tuple[bool, bool]


@transaction.atomic
def notices_read(notices: NoticeQuerySet) -> int:
    """Mark what is unread among `notices` as read; return how many."""
    return notices.unread().update(read_at=timezone.now())


def places_of(user: User) -> dict[NoticeKind, Places]:
    """Return where `user` wants to be told each kind: in the app, by e-mail."""
    chosen = {row.kind: (row.in_app, row.by_mail) for row in user.notice_settings.all()}
    return {kind: chosen.get(kind, (True, True)) for kind in NoticeKind}


@transaction.atomic
def notice_places_save(
    *, user: User, places: Mapping[NoticeKind, Places], email: str, door: str
) -> None:
    """Set where a person wants to be told what, and the address for it; "" for no e-mail."""
    for kind, (in_app, by_mail) in places.items():
        NoticeSetting.objects.update_or_create(
            user=user,
            kind=kind,
            defaults={"in_app": in_app or kind in DUTIES, "by_mail": by_mail},
        )
    if email == user.email:
        return
    old, user.email = user.email, email
    user.save(update_fields=["email"])
    audit.record(
        by=user,
        door=door,
        action="email_changed",
        subject=user,
        field="email",
        old=old,
        new=email,
    )
