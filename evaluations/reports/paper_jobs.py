"""Many paper forms in one file: asked for, set in the background, kept for a day."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from cells.models import Job, User
from cells.services.jobs import JobRefusedError, Progress, job_request
from evaluations.models import Evaluation, Period
from evaluations.reports.paper_forms import forms_pdf, sheets_to_print

PAPERS = "paper_forms"
# So many are set while the browser waits; more in the background, up to what one file may hold.
AT_ONCE, AT_MOST = 9, 150
KEPT_FOR = timedelta(hours=24)


def papers_request(*, period: Period, sheets: Sequence[int], is_filled: bool, by: User) -> Job:
    """Ask for the forms of sheets, by their keys; the job already under way, if it is the same."""
    said = f"{by.pk} {period.code} {is_filled} {sorted(sheets)}"
    return job_request(
        kind=PAPERS,
        key=hashlib.sha256(said.encode()).hexdigest(),
        parameters={
            "period": period.code,
            "sheets": list(sheets),
            "filled": is_filled,
            "noun": "phiếu",
        },
        by=by,
    )


def papers_print(job: Job, progress: Progress) -> dict[str, Any]:
    """Set the forms that whoever asked may see now."""
    papers_expire()
    user, asked = job.created_by, job.parameters
    if user is None or not user.is_active:
        raise JobRefusedError("Tài khoản đã hỏi in không còn hoạt động.")
    within = Evaluation.objects.visible_to(user).filter(pk__in=asked["sheets"])
    sheets = sheets_to_print(within)
    if not sheets:
        raise JobRefusedError("Không còn phiếu nào trong phạm vi của đồng chí. Hãy chọn lại.")
    progress.say(f"Đang dàn trang {len(sheets)} phiếu")
    content = forms_pdf(sheets=sheets, user=user, is_filled=asked["filled"])
    path = paper_path(job)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Never half a file under its name: a job may be taken over by another worker.
    draft = path.with_suffix(".part")
    draft.write_bytes(content)
    draft.chmod(0o600)
    draft.replace(path)
    progress.say("", len(sheets), len(sheets))
    return {"sheets": len(sheets), "bytes": len(content)}


def paper_path(job: Job) -> Path:
    return Path(settings.MEDIA_ROOT) / "papers" / f"{job.pk}.pdf"


def papers_expire() -> None:
    """Remove files older than a day; they can be asked for again."""
    before = (timezone.now() - KEPT_FOR).timestamp()
    for path in (Path(settings.MEDIA_ROOT) / "papers").glob("*.p*"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
