"""The door through which workers take up jobs, and the signs of life of worker and beat."""

import logging
import threading

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, connection
from django.utils import timezone

from cells.services import jobs, mails

log = logging.getLogger(__name__)

SWEEP_EVERY = 5.0
_stopping = threading.Event()


@shared_task(name=jobs.RUN_TASK)
def run_job(pk: str) -> None:
    jobs.job_run(pk)


@shared_task(name="cells.sweep")
def sweep() -> None:
    """Prove that beat and a worker are alive, and wake the jobs that are not."""
    jobs.heartbeat("beat")
    jobs.jobs_sweep()


@shared_task(name="cells.mail")
def mail() -> None:
    """Send what cannot wait until the morning, and what is due of the rest."""
    now = timezone.now()
    mails.returns_queue(now=now)
    mails.mails_deliver(now=now)


def keep_watch() -> None:
    """Give a sign of life and sweep until the worker stops, even while all its hands are full."""
    while True:
        try:
            jobs.heartbeat("worker")
            jobs.jobs_sweep()
        except DatabaseError:
            log.warning("The database is away; the watch goes on.", exc_info=True)
        finally:
            # Children of the pool may be forked at any time; none inherits a connection.
            connection.close()
        if _stopping.wait(SWEEP_EVERY):
            return


# Celery's signals, not Django's: the only hook at the start of a worker's main process.
@worker_ready.connect
def _start_watch(**_: object) -> None:
    _stopping.clear()
    threading.Thread(target=keep_watch, name="watch", daemon=True).start()


@worker_shutting_down.connect
def _stop_watch(**_: object) -> None:
    _stopping.set()
