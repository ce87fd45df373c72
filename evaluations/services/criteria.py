"""Publishing criteria sets: their text is frozen and known by its hash."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from cells.models import Door, Unit, User
from cells.services import audit
from evaluations.models import CriteriaSet
from evaluations.rules.criteria import CriteriaError, load_shipped, parse_criteria, shipped_text
from evaluations.rules.lint import relations_missing
from evaluations.rules.structure import Criteria
from evaluations.services.errors import RefusedError


def criteria_publish_shipped(*, by: User | None) -> list[CriteriaSet]:
    """Publish each set that comes with Chibo and is not there yet; never touch one that is."""
    standing = set(CriteriaSet.objects.values_list("code", flat=True))
    return [
        criteria_publish(text=shipped_text(code), owner=None, by=by, door=Door.COMMAND)
        for code in load_shipped()
        if code not in standing
    ]


@transaction.atomic
def criteria_publish(*, text: str, owner: Unit | None, by: User | None, door: str) -> CriteriaSet:
    """Freeze `text` as the set of the branch of `owner`, or of everybody.

    Raises RefusedError for a set that is not valid, whose code is taken, or that does not say
    what became of each line of the one it succeeds.
    """
    try:
        rules = parse_criteria(text)
    except CriteriaError as error:
        raise RefusedError(str(error)) from error
    published = CriteriaSet(
        code=rules.code,
        title=rules.title,
        subject=rules.subject,
        period_kind=rules.period,
        valid_from=rules.valid_from,
        valid_to=rules.valid_to,
        owner=owner,
        succeeds=_predecessor(rules),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        published_at=timezone.now(),
        published_by=by,
    )
    try:
        with transaction.atomic():
            published.save()
    except IntegrityError as error:
        problem = f"Đã có bộ tiêu chí mang mã {rules.code}; bộ mới cần mã khác."
        raise RefusedError(problem) from error
    audit.record(
        by=by, door=door, action="criteria_published", subject=published, unit=owner,
        new={"code": published.code, "sha256": published.sha256},
    )  # fmt: skip
    return published


def _predecessor(rules: Criteria) -> CriteriaSet | None:
    if rules.succeeds is None:
        return None
    before = CriteriaSet.objects.filter(code=rules.succeeds).first()
    if before is None:
        raise RefusedError(f"Không có bộ tiêu chí {rules.succeeds} để thay.")
    if (before.subject, before.period_kind) != (rules.subject, rules.period):
        raise RefusedError(f"{before.code} chấm đối tượng khác hoặc loại kỳ khác.")
    if rules.valid_from <= before.valid_from:
        raise RefusedError(
            f"Bộ mới phải có hiệu lực sau ngày {before.valid_from:%d/%m/%Y} của {before.code}."
        )
    missing = relations_missing(rules, before.rules)
    if missing:
        raise RefusedError(f"Chưa ghi quan hệ với bộ trước của: {', '.join(missing)}.")
    return before
