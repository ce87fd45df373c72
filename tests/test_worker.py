"""A real Celery worker over Redis and PostgreSQL: it ranks, it is killed, nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from cells.models import Heartbeat, Job, Unit
from evaluations.models import Ranking, RankingRow
from evaluations.tasks import ranking_request
from tests import factories
from tests.evaluations.decided import cells, decided, quarter

PROJECT = Path(__file__).resolve().parent.parent
# Long enough for a busy machine; a passing test needs a fraction of it.
DEADLINE = 60.0

pytestmark = [
    pytest.mark.worker,
    pytest.mark.xdist_group("worker"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql" or not settings.CELERY_BROKER_URL.startswith("redis"),
        reason="needs DATABASE_URL on PostgreSQL and CELERY_BROKER_URL on Redis",
    ),
]


@pytest.fixture
def period(db):
    """Return a decided quarter of a city with three cells, and the city."""
    city = factories.CityFactory()
    ward = factories.CommitteeFactory(parent=city)
    period = quarter()
    for unit in cells(ward, 3):
        decided(unit, period)
    return period


@pytest.fixture
def queue(tmp_path):
    """Return the environment of a worker on the test database, with a queue of its own."""
    test = connection.settings_dict
    url = (
        f"postgres://{test['USER']}:{test['PASSWORD']}@{test['HOST']}:{test['PORT']}/{test['NAME']}"
    )
    return {
        **os.environ,
        "DATABASE_URL": url,
        "CHIBO_QUEUE_PREFIX": f"test-{os.getpid()}-{time.monotonic_ns()}:",
        "CHIBO_DATA_DIR": str(tmp_path),
        "CHIBO_LOG_LEVEL": "INFO",
        "DJANGO_SETTINGS_MODULE": "chibo.settings",
    }


@contextmanager
def worker(queue, log: Path):
    """Run a worker; whatever happens, its whole process group ends with the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "chibo", "worker", "-c", "1", "-l", "INFO"],
            cwd=PROJECT,
            env=queue,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process) -> None:
    """End a worker and its pool at once, as a power cut would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def wait_for(condition, what: str, log: Path):
    """Return the first true value of `condition`; fail with the worker's log at the deadline."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    pytest.fail(f"{what} did not come to pass.\n{log.read_text()[-4000:]}")


def finished(job):
    return Job.objects.filter(pk=job.pk, state=Job.State.DONE).first()


def test_worker_ranks_and_shows_that_it_lives(period, queue, tmp_path):
    log = tmp_path / "worker.log"
    job = ranking_request(period=period, scope=Unit.objects.get(code="TU"), by=None)
    with worker(queue, log):
        done = wait_for(lambda: finished(job), "the ranking", log)
        assert Heartbeat.objects.filter(name="worker").exists()
    ranking = Ranking.objects.get()
    assert done.result["hash"] == ranking.sha256
    assert ranking.rows.count() == 3


def test_worker_killed_in_mid_ranking_loses_nothing(period, queue, tmp_path):
    log = tmp_path / "worker.log"
    city = Unit.objects.get(code="TU")
    job = ranking_request(period=period, scope=city, by=None)
    with worker(queue, log) as first, stopped_before_the_rows():
        wait_for(rows_wait, "writing the rows", log)
        assert not Ranking.objects.exists()
        kill(first)
    assert not Ranking.objects.exists()
    assert not RankingRow.objects.exists()
    with worker(queue, log):
        restarted = time.monotonic()
        done = wait_for(lambda: finished(job), "the ranking after the restart", log)
    assert time.monotonic() - restarted < DEADLINE
    assert done.attempts == 2
    assert Ranking.objects.count() == 1
    assert RankingRow.objects.count() == 3


@contextmanager
def stopped_before_the_rows():
    """Hold the table of rows, so that a ranking stops after its head and before its rows."""
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLE evaluations_rankingrow IN SHARE MODE")
        yield
    finally:
        holder.close()


def rows_wait() -> bool:
    """Tell whether somebody waits for a lock on the rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND relation = 'evaluations_rankingrow'::regclass"
        )
        return cursor.fetchone()[0] > 0
