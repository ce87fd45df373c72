"""Work in the background: the row is the truth, the broker only a doorbell."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from cells.models import Heartbeat, Job, User

log = logging.getLogger(__name__)

RUN_TASK = "cells.run_job"
STALE_AFTER = timedelta(seconds=15)
HEARTBEAT_EVERY = 3.0
PROGRESS_EVERY = 0.5
MAX_ATTEMPTS = 3
STOPPED_TOO_OFTEN = (
    "Việc này bị dừng giữa chừng nhiều lần nên đã thôi không chạy lại. Hãy báo người quản trị."
)
BROKEN = "Có lỗi khi chạy. Dữ liệu không thay đổi. Hãy thử lại; nếu vẫn lỗi, báo người quản trị."


class JobRefusedError(Exception):
    """Work that cannot be done; the message is for the person who asked, in Vietnamese."""


class ClaimLostError(Exception):
    """Another worker took the job over, since this one gave no sign of life."""


class Progress:
    """How far a job is. Setting it costs nothing: a thread writes it beside the handler."""

    def __init__(self, job: Job | None = None) -> None:
        self.job = job
        self.done = 0
        self.total = 0
        self.message = ""
        self.result: dict[str, Any] | None = None

    def say(self, message: str, done: int = 0, total: int = 0) -> None:
        self.message, self.done, self.total = message, done, total

    def state(self) -> tuple[int, int, str]:
        return self.done, self.total, self.message[:300]

    def finish(self, result: dict[str, Any]) -> None:
        """Mark the job done; within the handler's transaction, result and mark stand or fall.

        Raises ClaimLostError where another worker has taken over.
        """
        self.result = result
        if self.job is None:
            return
        finished = _ours(self.job).update(
            state=Job.State.DONE,
            result=result,
            done=self.done,
            total=self.total,
            message=self.message[:300],
            finished_at=timezone.now(),
        )
        if not finished:
            raise ClaimLostError(str(self.job.pk))


Handler = Callable[[Job, Progress], dict[str, Any]]
HANDLERS: dict[str, Handler] = {}


def job_handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of `kind`: job and progress in, result out."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def job_request(*, kind: str, key: str, parameters: dict[str, Any], by: User | None) -> Job:
    """Return the unfinished job about `key`, or a new one, sent once committed."""
    try:
        with transaction.atomic():
            job = Job.objects.create(kind=kind, key=key, parameters=parameters, created_by=by)
    except IntegrityError:
        standing: Job | None = Job.objects.unfinished().filter(kind=kind, key=key).first()
        if standing is None:
            return job_request(kind=kind, key=key, parameters=parameters, by=by)
        return standing
    transaction.on_commit(partial(send, job.pk))
    return job


def send(pk: UUID) -> None:
    """Ring the doorbell. If the broker is away, the sweep rings again later."""
    try:
        current_app.send_task(RUN_TASK, args=[str(pk)], ignore_result=True, retry=False)
    except (BrokerError, OSError):
        log.warning("The broker is away; job %s waits for the sweep.", pk)


def job_run(pk: UUID | str) -> Job | None:
    """Run a job, unless somebody else does or did; None where there was nothing to do."""
    job = _claim(pk)
    if job is None:
        return None
    progress = Progress(job)
    pulse = _Pulse(job, progress)
    pulse.start()
    try:
        result = HANDLERS[job.kind](job, progress)
        if progress.result is None:
            progress.finish(result)
    except ClaimLostError:
        log.warning("Job %s was taken over by another worker.", job)
    except JobRefusedError as error:
        _fail(job, str(error))
    except (OperationalError, OSError):
        log.exception("Job %s lost the database, the network or the disk.", job)
        _retry(job)
    except Exception:
        log.exception("Job %s failed.", job)
        _fail(job, BROKEN)
    finally:
        pulse.stop()
    job.refresh_from_db()
    return job


def jobs_sweep() -> int:
    """Send again the unfinished jobs that gave no sign of life; return how many."""
    now = timezone.now()
    sent = 0
    for job in Job.objects.stale(now - STALE_AFTER):
        if job.attempts >= MAX_ATTEMPTS:
            _fail(job, STOPPED_TOO_OFTEN)
            continue
        if job.state == Job.State.QUEUED:
            # Remembers when it was sent, so that a busy worker's queue does not fill up.
            Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(heartbeat_at=now)
        send(job.pk)
        sent += 1
    return sent


def heartbeat(name: str) -> None:
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def _claim(pk: UUID | str) -> Job | None:
    now = timezone.now()
    silent = Q(state=Job.State.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    claimed = Job.objects.filter(
        Q(state=Job.State.QUEUED) | silent, pk=pk, attempts__lt=MAX_ATTEMPTS
    ).update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        started_at=now,
        heartbeat_at=now,
        done=0,
        total=0,
        message="",
    )
    return Job.objects.select_related("created_by").get(pk=pk) if claimed else None


def _ours(job: Job) -> QuerySet[Job]:
    """Return the row while this attempt still holds it."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _fail(job: Job, message: str) -> None:
    Job.objects.unfinished().filter(pk=job.pk, attempts=job.attempts).update(
        state=Job.State.FAILED, message=message[:300], finished_at=timezone.now()
    )


def _retry(job: Job) -> None:
    """Put a job back for the sweep, a few times. Without a database its silence does the same."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    if job.attempts >= MAX_ATTEMPTS:
        _fail(job, BROKEN)
    else:
        _ours(job).update(state=Job.State.QUEUED, heartbeat_at=timezone.now())


class _Pulse(threading.Thread):
    """Writes heartbeat and progress of a running job, on a connection of its own."""

    def __init__(self, job: Job, progress: Progress) -> None:
        super().__init__(name=f"pulse-{job.pk}", daemon=True)
        self.job, self.progress = job, progress
        self.stopped = threading.Event()
        self.written = progress.state()

    def run(self) -> None:
        last = 0.0
        try:
            while not self.stopped.wait(PROGRESS_EVERY):
                last += PROGRESS_EVERY
                if self.progress.state() != self.written or last >= HEARTBEAT_EVERY:
                    last = 0.0
                    self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        state = self.progress.state()
        done, total, message = state
        try:
            _ours(self.job).update(
                heartbeat_at=timezone.now(), done=done, total=total, message=message
            )
        except DatabaseError:
            # SQLite while the handler writes, or a short break: the next beat tries again.
            connection.close()
            return
        self.written = state

    def stop(self) -> None:
        self.stopped.set()
        self.join()
