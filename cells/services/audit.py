"""Writing the audit trail."""

from typing import Any

from cells.models import AuditEntry, Unit, User


def record(
    *,
    by: User | None,
    door: str,
    action: str,
    subject: Any,
    unit: Unit | None = None,
    period: str = "",
    field: str = "",
    old: Any = None,
    new: Any = None,
    reason: str = "",
) -> AuditEntry:
    """Write down one change of `subject` (any saved model instance with an integer key)."""
    return AuditEntry.objects.create(
        by=by,
        door=door,
        action=action,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        unit=unit,
        period=period,
        field=field,
        old=old,
        new=new,
        reason=reason,
    )
