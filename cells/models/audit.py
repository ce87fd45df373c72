"""What was changed: old, new, who, when, through which door."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells.models.units import Unit


class Door(models.TextChoices):
    WEB = "web", "Trang web"
    IMPORT = "import", "Nhập từ Excel"
    COMMAND = "command", "Lệnh quản trị"
    TASK = "task", "Tác vụ nền"
    DEMO = "demo", "Dữ liệu trình diễn"


class AuditQuerySet(models.QuerySet):
    def of(self, subject_type, subject_id):
        return self.filter(subject_type=subject_type, subject_id=subject_id)


class AuditEntry(models.Model):
    """One change of one value or state. Written once, never edited or deleted.

    The subject is named by type and id, since audit lies below the apps it records.
    """

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    door = models.CharField(max_length=10, choices=Door)
    action = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    period = models.CharField(max_length=10, blank=True)
    field = models.CharField(max_length=60, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    reason = models.TextField(blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["unit", "period", "-id"], name="audit_by_unit"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(action=""), name="audit_names_its_action"),
        ]

    def __str__(self):
        return f"{self.action} {self.subject_type} {self.subject_id}"
