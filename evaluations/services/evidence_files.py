"""The bytes of evidence: checked, and stored under their own hash, never under a given name."""

import hashlib
import os
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from cells.file_kinds import UnknownFileError, kind_of
from cells.vietnamese import number_text, tidy
from evaluations.models import EvidenceFile
from evaluations.services.errors import RefusedError

NAME_AT_MOST = 150
MEGABYTE = 1024 * 1024


class FileRefusedError(RefusedError):
    """A file that is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class TakenFile:
    """A file that was checked and stored, not yet attached to anything."""

    name: str
    kind: str
    size: int
    sha256: str


def file_take(upload: UploadedFile) -> TakenFile:
    """Check an uploaded file and store its bytes. Raises FileRefusedError.

    Before any row is locked: a slow disk must not hold up those who enter values.
    """
    name = name_of(upload.name or "")
    size = upload.size or 0
    if not size:
        raise FileRefusedError("Tệp rỗng, không có nội dung. Hãy kiểm tra lại tệp.")
    if size > settings.EVIDENCE_FILE_BYTES:
        raise FileRefusedError(
            f"Tệp nặng {megabytes(size)}, quá mức {megabytes(settings.EVIDENCE_FILE_BYTES)}."
            " Hãy giảm độ phân giải hoặc tách tệp."
        )
    try:
        kind = kind_of(cast(BinaryIO, upload.file), name)
    except UnknownFileError as error:
        raise FileRefusedError(error.message) from error
    if not PurePath(name).suffix:
        name = f"{name}.{kind.endings[0]}"
    return TakenFile(name, kind.code, size, _store(upload))


def megabytes(size: int) -> str:
    return f"{number_text(size / MEGABYTE, places=1).removesuffix(',0')} MB"


def name_of(given: str) -> str:
    """Return the name that a file is shown and sent under: one part, no hidden characters."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in last)
    name = tidy(shown).strip(". ") or "tep"
    ending = PurePath(name).suffix[:10]
    return name.removesuffix(ending)[: NAME_AT_MOST - len(ending)] + ending


def file_path(sha256: str) -> Path:
    """Return where the bytes with this hash lie."""
    return folder() / sha256[:2] / sha256[2:4] / sha256


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "evidence"


def _store(upload: UploadedFile) -> str:
    """Write the bytes whole or not at all; return their hash."""
    target_folder = folder()
    target_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor, temporary = tempfile.mkstemp(prefix="incoming-", dir=target_folder)
    try:
        with os.fdopen(descriptor, "wb") as target:
            for chunk in upload.chunks():
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        path = file_path(digest.hexdigest())
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def file_problem(file: EvidenceFile) -> str:
    """Return "missing" or "changed" where the stored bytes are not those that were attached."""
    path = file_path(file.sha256)
    try:
        with path.open("rb") as stored:
            found = hashlib.file_digest(stored, "sha256").hexdigest()
    except OSError:
        return "missing"
    return "" if found == file.sha256 else "changed"
