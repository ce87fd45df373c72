"""A file of reorganisations from the page: kept, tried in the background, carried out once."""

import uuid
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cells.imports import Report, file_record
from cells.models import Door, Job, User
from cells.services.jobs import JobRefusedError, Progress, job_request
from evaluations.services.errors import RefusedError
from evaluations.services.imports import sha256_of, upload_keep, upload_path
from evaluations.services.reorganisation_files import FileReport, plans_run

TRIAL = "reorganisation_trial"
CARRYING_OUT = "reorganisation_file"
NOUN = "sự kiện"
GONE = "Tệp chờ quá 24 giờ nên đã bị xóa. Chọn lại tệp."
CHANGED = "Tệp đã bị thay đổi sau khi chạy thử. Chọn lại tệp."


@transaction.atomic
def plans_upload(*, file: UploadedFile, by: User) -> Job:
    """Keep a file for its owner and ask for its trial; nothing of it is written."""
    parameters = {"name": (file.name or "")[:120], "noun": NOUN}
    trial = job_request(kind=TRIAL, key=str(uuid.uuid4()), parameters=parameters, by=by)
    # The worker hears of the job once this is committed, and then the file is there.
    trial.parameters["sha256"] = sha256_of(upload_keep(trial, file))
    trial.save(update_fields=["parameters"])
    return trial


@transaction.atomic
def plans_apply(*, trial: Job, by: User) -> Job:
    """Ask for exactly the file that was tried to be carried out, once. Raises RefusedError."""
    held = Job.objects.select_for_update().get(pk=trial.pk, kind=TRIAL, created_by=by)
    last = carrying_out(held)
    if last is not None and report_of(last).applied:
        raise RefusedError("Tệp này đã được ghi rồi.")
    if held.state != Job.State.DONE or report_of(held).errors:
        raise RefusedError("Tệp chưa chạy thử xong hoặc còn lỗi nên chưa ghi được.")
    if not upload_path(held).exists():
        raise RefusedError(GONE)
    parameters = {**held.parameters, "trial": str(held.pk)}
    return job_request(kind=CARRYING_OUT, key=str(held.pk), parameters=parameters, by=by)


def carrying_out(trial: Job) -> Job | None:
    """Return the last job that carried the tried file out, or is at it."""
    return Job.objects.filter(kind=CARRYING_OUT, key=str(trial.pk)).first()


def report_of(job: Job) -> FileReport:
    return FileReport.read(job.result) if job.result else FileReport()


def trial_run(job: Job, progress: Progress) -> dict[str, Any]:
    """Say what the file would do."""
    path = upload_path(job)
    if not path.exists():
        raise JobRefusedError(GONE)
    tell = partial(_tell, progress, "Đang chạy thử.")
    return plans_run(path=path, by=_owner(job), tell=tell).stored()


def file_run(job: Job, progress: Progress) -> dict[str, Any]:
    """Carry out the file of a trial; what is written and the end of the job stand or fall."""
    path = upload_path(Job(pk=uuid.UUID(job.parameters["trial"])))
    if not path.exists():
        raise JobRefusedError(GONE)
    if sha256_of(path) != job.parameters["sha256"]:
        raise JobRefusedError(CHANGED)
    tell, by = partial(_tell, progress, "Đang ghi."), _owner(job)
    with transaction.atomic():
        report = plans_run(path=path, by=by, door=Door.IMPORT, apply=True, tell=tell)
        if report.applied:
            counts = Report(rows=report.events, created=report.events)
            sha256 = job.parameters["sha256"]
            file_record(by=by, kind="reorganisations", sha256=sha256, report=counts)
        result = report.stored()
        progress.finish(result)
    if report.applied:
        # What went in is in the trail and in the plans of the events.
        path.unlink(missing_ok=True)
    return result


def _tell(progress: Progress, message: str, done: int, total: int) -> None:
    progress.say(message, done, total)


def _owner(job: Job) -> User:
    if job.created_by is None:
        raise JobRefusedError("Không rõ ai đã gửi tệp này. Chọn lại tệp.")
    return job.created_by
