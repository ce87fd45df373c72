"""Attaching evidence to the lines of a sheet: adding, reusing, detaching, revising, describing."""

from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from cells.models import User
from evaluations.models import Evaluation, Evidence, EvidenceFile, EvidenceUse, State
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.evidence_files import FileRefusedError, TakenFile, megabytes
from evaluations.services.evidence_lock import evidence_lock, sheet_held, stage_now, use_lock
from evaluations.services.sheets import sheet_record

NORMAL, SCAN = EvidenceUse.Kind.NORMAL, EvidenceUse.Kind.SCAN


@dataclass(frozen=True)
class About:
    """What a document says of itself, as far as it was typed."""

    title: str = ""
    number: str = ""
    issued_on: date | None = None
    issuer: str = ""


@dataclass(frozen=True)
class Attached:
    """What attaching gave; `note` says what the user did not expect."""

    use: EvidenceUse
    note: str = ""
    is_new: bool = True


@transaction.atomic
def evidence_add(
    *,
    sheet: Evaluation,
    line: str,
    taken: TakenFile,
    about: About,
    by: User,
    door: str,
    kind: str = NORMAL,
) -> Attached:
    """Attach a stored file to a line ("": to the whole sheet).

    A file that the unit has used before stays the one piece of evidence it was. Raises
    LockedError, FileRefusedError.
    """
    held = sheet_held(sheet, line, by)
    known = (
        EvidenceFile.objects.visible_to(by)
        .filter(evidence__unit=held.unit, sha256=taken.sha256)
        .select_related("evidence")
        .order_by("-pk")
        .first()
    )
    if known is not None:
        return _attach(held, known, line, kind, by, door)
    _check_room(held, taken.size)
    evidence = Evidence(unit=held.unit, created_by=by)
    _describe(evidence, about, PurePath(taken.name).stem)
    evidence.save()
    return _attach(held, _file(evidence, 1, taken, by), line, kind, by, door)


@transaction.atomic
def evidence_attach(
    *, sheet: Evaluation, line: str, file: EvidenceFile, by: User, door: str, kind: str = NORMAL
) -> Attached:
    """Attach a file that the unit has already. Raises LockedError, RefusedError."""
    held = sheet_held(sheet, line, by)
    if file.evidence.unit_id != held.unit_id:
        raise RefusedError("Minh chứng này của đơn vị khác.")
    return _attach(held, file, line, kind, by, door)


@transaction.atomic
def evidence_detach(*, use: EvidenceUse, reason: str, by: User, door: str) -> EvidenceUse:
    """Take a piece of evidence off a line; it stays on record. Raises RefusedError."""
    held, current = _use_held(use, by)
    if not reason.strip():
        raise ReasonMissingError("Hãy ghi lý do gỡ, ví dụ: nhầm tệp.")
    _detach(current, reason.strip(), by)
    _record(held, current, by, door, "evidence_detached", old=said(current.file), reason=reason)
    return current


@transaction.atomic
def evidence_revise(*, use: EvidenceUse, taken: TakenFile, by: User, door: str) -> EvidenceUse:
    """Put a new revision where one stands, on all lines of this sheet that `by` may change.

    Other sheets keep the revision they had. Raises RefusedError.
    """
    held, current = _use_held(use, by)
    evidence = Evidence.objects.select_for_update().get(pk=current.evidence_id)
    if current.file.sha256 == taken.sha256:
        raise FileRefusedError("Tệp này giống hệt bản đang có. Hãy chọn tệp đã sửa.")
    _check_room(held, taken.size)
    last = evidence.files.aggregate(last=Max("revision"))["last"]
    file = _file(evidence, last + 1, taken, by)
    open_here = held.evidence_uses.open().filter(evidence=evidence).select_related("file")
    replaced = [one for one in open_here if not _locked(one, held, by)]
    made = {one.pk: _replace(held, one, file, by, door) for one in replaced}
    return made[current.pk]


@transaction.atomic
def evidence_describe(*, use: EvidenceUse, about: About, by: User, door: str) -> Evidence:
    """Correct what a document says of itself. Raises RefusedError once a decision rests on it."""
    held, current = _use_held(use, by)
    evidence = Evidence.objects.select_for_update().get(pk=current.evidence_id)
    decided = evidence.uses.open().filter(evaluation__state=State.DECIDED)
    if decided.exists():
        raise RefusedError(
            "Minh chứng này đã dùng trong phiếu có quyết định nên giữ nguyên mô tả."
            " Cần mô tả khác thì tải lên tệp mới."
        )
    old = _about(evidence)
    _describe(evidence, about, evidence.title)
    if _about(evidence) != old:
        evidence.save()
        new = _about(evidence)
        _record(held, current, by, door, "evidence_described", old=old, new=new)
    return evidence


def said(file: EvidenceFile) -> dict[str, Any]:
    """Return what the trail keeps of an attached file."""
    return {
        "title": file.evidence.title,
        "file": file.name,
        "revision": file.revision,
        "sha256": file.sha256,
    }


def _use_held(use: EvidenceUse, by: User) -> tuple[Evaluation, EvidenceUse]:
    held = sheet_held(use.evaluation, use.line, by)
    current = EvidenceUse.objects.select_related("evidence", "file").get(pk=use.pk)
    if reason := use_lock(current, held):
        raise LockedError(reason)
    current.file.evidence = current.evidence
    return held, current


def _locked(use: EvidenceUse, held: Evaluation, by: User) -> str:
    return use_lock(use, held) or evidence_lock(held, use.line, user=by)


def _attach(
    held: Evaluation, file: EvidenceFile, line: str, kind: str, by: User, door: str
) -> Attached:
    standing = held.evidence_uses.open().filter(evidence=file.evidence, line=line)
    use = standing.select_related("evidence", "file").first()
    if use is not None and use.file_id == file.pk:
        return Attached(use, f"{file.name} đã gắn ở đây từ trước.", is_new=False)
    if use is not None:
        if reason := use_lock(use, held):
            raise LockedError(reason)
        return Attached(_replace(held, use, file, by, door))
    is_known = file.uses.exists()
    use = _use(held, file, line, kind if not line else NORMAL, by)
    _record(held, use, by, door, "evidence_attached", new=said(file))
    note = f"{file.name} đã có trong kho, dùng lại minh chứng “{file.evidence.title}”."
    return Attached(use, note if is_known else "")


def _replace(
    held: Evaluation, use: EvidenceUse, file: EvidenceFile, by: User, door: str
) -> EvidenceUse:
    reason = f"Thay bằng bản {file.revision}."
    _detach(use, reason, by)
    made = _use(held, file, use.line, use.kind, by)
    old, new = said(use.file), said(file)
    _record(held, made, by, door, "evidence_revised", old=old, new=new, reason=reason)
    return made


def _use(held: Evaluation, file: EvidenceFile, line: str, kind: str, by: User) -> EvidenceUse:
    return EvidenceUse.objects.create(
        evidence=file.evidence,
        file=file,
        evaluation=held,
        line=line,
        kind=kind,
        stage=stage_now(held),
        by=by,
    )


def _detach(use: EvidenceUse, reason: str, by: User) -> None:
    use.detached_by, use.detached_at, use.reason = by, timezone.now(), reason[:300]
    use.save(update_fields=["detached_by", "detached_at", "reason"])


def _file(evidence: Evidence, revision: int, taken: TakenFile, by: User) -> EvidenceFile:
    return EvidenceFile.objects.create(
        evidence=evidence,
        revision=revision,
        name=taken.name,
        kind=taken.kind,
        size=taken.size,
        sha256=taken.sha256,
        by=by,
    )


def _describe(evidence: Evidence, about: About, title: str) -> None:
    evidence.title = (about.title or title)[:300]
    evidence.number, evidence.issuer = about.number, about.issuer
    evidence.issued_on = about.issued_on
    evidence.search = evidence.search_text()


def _about(evidence: Evidence) -> dict[str, Any]:
    day = evidence.issued_on.isoformat() if evidence.issued_on else ""
    details = {"number": evidence.number, "issued_on": day, "issuer": evidence.issuer}
    return {"title": evidence.title, **details}


def _check_room(held: Evaluation, size: int) -> None:
    """Refuse what would make one sheet too large; what was detached still takes room."""
    files = EvidenceFile.objects.filter(uses__evaluation=held).distinct()
    used = files.aggregate(sum=Sum("size"))["sum"] or 0
    if used + size > settings.EVIDENCE_SHEET_BYTES:
        raise FileRefusedError(
            f"Phiếu này đã có {megabytes(used)} minh chứng, quá mức"
            f" {megabytes(settings.EVIDENCE_SHEET_BYTES)} cho một phiếu."
        )


def _record(
    held: Evaluation, use: EvidenceUse, by: User, door: str, action: str, **change: Any
) -> None:
    field = f"{use.line}.evidence" if use.line else "evidence"
    sheet_record(held, by, door, action, field=field, **change)
