"""Evidence of a unit: the document, its files, and the lines of sheets that it speaks for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cells.file_kinds import KINDS, FileKind
from cells.models import Unit
from cells.vietnamese import fold
from evaluations.models.sheets import Evaluation, Stage

USER = settings.AUTH_USER_MODEL


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what is used, or was, in a sheet that `user` may see."""
        sheets = Evaluation.objects.visible_to(user)
        uses = EvidenceUse.objects.filter(evidence=models.OuterRef("pk"), evaluation__in=sheets)
        return self.filter(models.Exists(uses))

    def search(self, text):
        found = self
        for word in fold(text).split():
            found = found.filter(search__contains=word)
        return found


class Evidence(models.Model):
    """A document that proves something about a unit. Never deleted; its files are revisions."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=300)
    number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    search = models.CharField(max_length=700, blank=True)
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["unit", "-id"], name="evidence_of_unit")]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="evidence_has_a_title"),
        ]

    def __str__(self):
        return self.title

    @property
    def details(self) -> str:
        """Return number, date and issuer, as far as known."""
        day = f"ngày {self.issued_on:%d/%m/%Y}" if self.issued_on else ""
        number = f"số {self.number}" if self.number else ""
        first = " ".join(part for part in (number, day) if part)
        return ", ".join(part for part in (first, self.issuer) if part)

    def search_text(self) -> str:
        return fold(f"{self.number} {self.title} {self.issuer}")[:700]


class EvidenceFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the files that a sheet which `user` may see uses, or did.

        Not every revision of a document: a later one may belong to another ward's sheet.
        """
        sheets = Evaluation.objects.visible_to(user)
        uses = EvidenceUse.objects.filter(file=models.OuterRef("pk"), evaluation__in=sheets)
        return self.filter(models.Exists(uses))


class EvidenceFile(models.Model):
    """One revision of a piece of evidence. Its bytes lie under their own hash; written once."""

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="files")
    revision = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = EvidenceFileQuerySet.as_manager()

    class Meta:
        ordering = ["evidence", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "revision"], name="one_file_per_evidence_and_revision"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, revision__gt=0) & ~Q(name=""),
                name="evidence_file_has_name_and_content",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def told(self) -> FileKind:
        return KINDS[self.kind]


class EvidenceUseQuerySet(models.QuerySet):
    def open(self):
        return self.filter(detached_at__isnull=True)


class EvidenceUse(models.Model):
    """One file of a piece of evidence attached to a line of a sheet, or to the sheet (line "").

    It names the revision that was attached: a later one never slips into a decided sheet.
    `stage` tells the unit's own evidence from the appraiser's.
    """

    class Kind(models.TextChoices):
        NORMAL = "normal", "Minh chứng"
        SCAN = "scan", "Bản chấm có chữ ký"

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="uses")
    file = models.ForeignKey(EvidenceFile, models.PROTECT, related_name="uses")
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="evidence_uses")
    line = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NORMAL)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.SELF)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    detached_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    detached_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = EvidenceUseQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation", "line", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "evaluation", "line"],
                condition=Q(detached_at__isnull=True),
                name="one_open_use_of_evidence_per_line",
            ),
            models.CheckConstraint(
                condition=Q(detached_at__isnull=True, detached_by__isnull=True, reason="")
                | (Q(detached_at__isnull=False, detached_by__isnull=False) & ~Q(reason="")),
                name="detached_evidence_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="normal") | Q(kind="scan", line=""),
                name="a_signed_scan_belongs_to_the_whole_sheet",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["self", "appraised"]),
                name="evidence_is_attached_while_entering_or_appraising",
            ),
        ]

    def __str__(self):
        return f"{self.evidence} {self.line}"

    @property
    def is_open(self) -> bool:
        return self.detached_at is None
