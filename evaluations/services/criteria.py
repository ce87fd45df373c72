"""Publishing criteria sets."""

import hashlib

from django.db import transaction
from django.utils import timezone

from cells.models import User
from evaluations.models import CriteriaSet
from evaluations.rules.criteria import load_shipped, shipped_text


@transaction.atomic
def criteria_publish_shipped(*, by: User | None) -> list[CriteriaSet]:
    """Publish each set that comes with Chibo and is not there yet; never touch one that is."""
    published = []
    for code, rules in load_shipped().items():
        text = shipped_text(code)
        row, created = CriteriaSet.objects.get_or_create(
            code=code,
            defaults={
                "title": rules.title,
                "subject": rules.subject,
                "period_kind": rules.period,
                "valid_from": rules.valid_from,
                "valid_to": rules.valid_to,
                "text": text,
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "published_at": timezone.now(),
                "published_by": by,
            },
        )
        if created:
            published.append(row)
    return published
