"""Import a file: who may, all or nothing, and the upload that waits for its "Nhập thật"."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from cells import access
from cells.imports import Detail, Report, RowError, file_record, refusal
from cells.models import Job, User
from cells.services.unit_import import units_import
from cells.workbook import WorkbookError, open_book
from evaluations.services.errors import RefusedError
from evaluations.services.past_result_import import Source, past_results_import
from evaluations.services.sheet_import import sheets_import
from members.services.member_import import members_import
from members.services.post_import import posts_import

JOB_KIND = "import"
KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Kind:
    code: str
    label: str
    noun: str
    action: str
    run: Callable[..., Report]
    # What it writes names the file it came from.
    keeps_source: bool = False
    # It can leave what is locked or in conflict as it stands, and take the rest.
    can_skip: bool = False


KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            "sheets",
            "Phiếu chấm của chi bộ",
            "phiếu",
            access.ENTER,
            sheets_import,
            can_skip=True,
        ),
        Kind("members", "Đảng viên", "đảng viên", access.IMPORT, members_import),
        Kind("posts", "Chức vụ", "chức vụ", access.IMPORT, posts_import),
        Kind(
            "results",
            "Kết quả các kỳ trước, trên giấy",
            "kết quả các kỳ trước",
            access.IMPORT,
            past_results_import,
            keeps_source=True,
        ),
        Kind("units", "Đơn vị (đảng ủy, chi bộ)", "đơn vị", access.IMPORT, units_import),
    )
}


def kinds_of(user: User) -> list[Kind]:
    """Return what `user` may import somewhere."""
    return [kind for kind in KINDS.values() if access.reach(user, kind.action)]


def file_import(
    *, kind: str, path: Path, by: User, apply: bool, name: str = "", skip: bool = False
) -> Report:
    """Import a file or, without `apply`, say what that would do. Any error: nothing is written.

    `name` is what the user called the file, where it was stored under another one. With `skip`
    what is locked or in conflict is no error, but stays as it is.
    """
    chosen = KINDS[kind]
    if not access.reach(by, chosen.action):
        return refusal(f"Tài khoản này không có quyền nhập {chosen.noun} từ tệp.")
    try:
        with transaction.atomic():
            book = open_book(path)
            options: dict[str, Any] = {"skip": skip} if chosen.can_skip else {}
            if chosen.keeps_source:
                options["source"] = Source((name or path.name)[:200], sha256_of(path))
            report = chosen.run(book=book, by=by, apply=apply, **options)
            if apply and not report.errors:
                file_record(by=by, kind=kind, sha256=sha256_of(path), report=report)
            if report.errors or not apply:
                transaction.set_rollback(True)
            if report.errors and apply:
                report.created = report.updated = report.changes_total = 0
                report.changes = []
    except WorkbookError as error:
        return refusal(error.message)
    except IntegrityError:
        return refusal("Dữ liệu vừa được người khác thay đổi nên chưa nhập. Thử lại.")
    return report


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def upload_path(upload: Job) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / f"{upload.pk}.xlsx"


def upload_keep(upload: Job, file: UploadedFile) -> Path:
    """Keep the file of an upload where its owner alone may read it; return where."""
    uploads_expire()
    path = upload_path(upload)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("wb") as target:
        target.writelines(file.chunks())
    path.chmod(0o600)
    return path


def upload_test(*, kind: str, file: UploadedFile, by: User) -> Job:
    """Keep an uploaded file for its owner, and what importing it would do."""
    upload = Job(id=uuid.uuid4(), kind=JOB_KIND, state=Job.State.DONE, created_by=by)
    upload.key = str(upload.pk)
    path = upload_keep(upload, file)
    report = file_import(kind=kind, path=path, by=by, apply=False)
    upload.parameters = {"kind": kind, "name": (file.name or "")[:120], "sha256": sha256_of(path)}
    upload.result = {"applied": False, **asdict(report)}
    upload.finished_at = timezone.now()
    upload.save(force_insert=True)
    return upload


def upload_apply(*, upload: Job, by: User, skip: bool = False) -> Job:
    """Import exactly the file that was tested, once. Raises RefusedError.

    With `skip` what is locked or in conflict stays as it is.
    """
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=upload.pk, kind=JOB_KIND, created_by=by)
        path = upload_path(held)
        if is_applied(held):
            raise RefusedError("Tệp này đã được nhập rồi.")
        if not path.exists():
            raise RefusedError("Tệp chờ quá 24 giờ nên đã bị xóa. Chọn lại tệp.")
        if sha256_of(path) != held.parameters["sha256"]:
            raise RefusedError("Tệp đã bị thay đổi sau khi kiểm tra. Chọn lại tệp.")
        report = file_import(
            kind=held.parameters["kind"],
            path=path,
            by=by,
            apply=True,
            name=held.parameters["name"],
            skip=skip,
        )
        held.result = {"applied": not report.errors, **asdict(report)}
        held.finished_at = timezone.now()
        held.save(update_fields=["result", "finished_at"])
    if is_applied(held):
        # It may hold card numbers: what went in is in the trail, the file is not needed.
        path.unlink(missing_ok=True)
    return held


def is_applied(upload: Job) -> bool:
    return bool((upload.result or {}).get("applied"))


def report_stored(upload: Job) -> Report:
    """Return the report that was kept with an upload."""
    kept = upload.result or {}
    stored = {name: value for name, value in kept.items() if name != "applied"}
    stored["errors"] = [RowError(**error) for error in stored["errors"]]
    for name in ("changes", "kept", "skipped"):
        stored[name] = [Detail(**detail) for detail in stored.get(name, ())]
    return Report(**stored)


def uploads_expire() -> None:
    """Remove files that nobody applied within a day; their reports stay."""
    before = timezone.now() - KEPT_FOR
    for path in (Path(settings.MEDIA_ROOT) / "imports").glob("*.xlsx"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
