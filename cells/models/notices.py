"""What is told to a person, in the app and by e-mail, and what each wants to hear."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells.models.units import Unit

USER = settings.AUTH_USER_MODEL


class NoticeKind(models.TextChoices):
    """What a notice is about, in the order in which a digest tells it."""

    RETURNED = "returned", "Phiếu bị trả lại"
    REMINDER = "reminder", "Nhắc hạn nộp"
    REOPENING = "reopening", "Đề nghị mở lại"
    EXPLANATION = "explanation", "Giải trình"
    COMMENT = "comment", "Trao đổi"
    APPRAISED = "appraised", "Đã thẩm định"
    DECIDED = "decided", "Đã có quyết định"


# Work that waits for the person: these are always shown in the app.
DUTIES = frozenset({NoticeKind.RETURNED, NoticeKind.REMINDER})


class MailLogQuerySet(models.QuerySet):
    def due(self, now):
        """Return what is to be sent by now: new, or failed for certain and worth another try."""
        waiting = [MailLog.State.QUEUED, MailLog.State.FAILED]
        return self.filter(state__in=waiting, next_attempt_at__lte=now)

    def cut_off(self, before):
        """Return those whose sending began before a moment and never ended."""
        return self.filter(state=MailLog.State.SENDING, claimed_at__lt=before)


class MailLog(models.Model):
    """One e-mail to one person: written before it is sent, so that it is never sent twice."""

    class State(models.TextChoices):
        QUEUED = "queued", "Chờ gửi"
        SENDING = "sending", "Đang gửi"
        SENT = "sent", "Đã gửi"
        FAILED = "failed", "Chưa gửi được"
        UNKNOWN = "unknown", "Không rõ đã tới chưa"

    to = models.ForeignKey(USER, models.PROTECT, related_name="+")
    address = models.EmailField()
    # The day of a digest; null for what goes out at once.
    digest_on = models.DateField(null=True)
    kinds = models.JSONField(default=list)
    count = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When the last attempt began.
    claimed_at = models.DateTimeField(null=True)
    # Null: no further attempt by itself.
    next_attempt_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    objects = MailLogQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=~Q(state="sent"),
                name="mail_not_yet_sent",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["to", "digest_on"],
                condition=Q(digest_on__isnull=False),
                name="one_digest_per_person_and_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="a_sent_mail_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.address} {self.created_at:%d/%m/%Y %H:%M}"

    @property
    def kinds_in_words(self) -> str:
        return ", ".join(NoticeKind(kind).label for kind in self.kinds)

    @property
    def is_lost(self) -> bool:
        """Tell whether it did not arrive, or perhaps did not: a person may send it again."""
        return self.state in (self.State.FAILED, self.State.UNKNOWN)


class NoticeQuerySet(models.QuerySet):
    def shown_to(self, user):
        """Return what the app shows to `user`."""
        return self.filter(to=user, in_app=True)

    def unread(self):
        return self.filter(read_at__isnull=True)

    def unread_first(self):
        return self.order_by(
            models.Case(models.When(read_at__isnull=True, then=0), default=1), "-pk"
        )

    def to_mail(self):
        """Return what still has to go into an e-mail to somebody with an address."""
        return self.filter(by_mail=True, mail__isnull=True)


class Notice(models.Model):
    """One thing told to one person. It names units and what to do, never a score."""

    to = models.ForeignKey(USER, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind)
    text = models.CharField(max_length=300)
    # Where the thing lies, within the site.
    url = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    period = models.CharField(max_length=10, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    # What the notice is about: nobody is told the same thing twice.
    key = models.CharField(max_length=120, blank=True)
    in_app = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(MailLog, models.PROTECT, null=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["to", "-id"], name="notice_by_person"),
            models.Index(
                fields=["to"],
                condition=Q(read_at__isnull=True, in_app=True),
                name="notice_unread",
            ),
            models.Index(
                fields=["kind", "to"],
                condition=Q(by_mail=True, mail__isnull=True),
                name="notice_to_mail",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["to", "key"], condition=~Q(key=""), name="one_notice_per_person_and_key"
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="/") & ~Q(url__startswith="//"),
                name="notice_leads_within_the_site",
            ),
        ]

    def __str__(self):
        return self.text


class NoticeSetting(models.Model):
    """Where a person wants to be told one kind of thing; without a row: everywhere."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="notice_settings")
    kind = models.CharField(max_length=12, choices=NoticeKind)
    in_app = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)

    class Meta:
        ordering = ["user", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_notice_setting_per_kind"),
            models.CheckConstraint(
                condition=Q(in_app=True) | ~Q(kind__in=["returned", "reminder"]),
                name="a_duty_is_always_shown_in_the_app",
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.kind}"
