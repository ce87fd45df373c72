"""Whether the parts of the installation answer."""

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import OperationalError

from cells.models import Heartbeat
from chibo.celery import app

WORKER_SILENT_AFTER = timedelta(seconds=60)


def report() -> dict:
    """Return the status as a whole and of each part: "ok", or what is wrong."""
    checks = {
        "database": _database(),
        "broker": _broker(),
        "worker": _worker(),
        "migrations": _migrations(),
    }
    status = "ok" if all(value == "ok" for value in checks.values()) else "degraded"
    return {"status": status, **checks}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _broker() -> str:
    try:
        with Connection(app.conf.broker_url, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return "unreachable"
    return "ok"


def _worker() -> str:
    try:
        beat = Heartbeat.objects.filter(name="worker").first()
    except DatabaseError:
        return "unknown"
    if beat is None:
        return "never seen"
    silent = timezone.now() - beat.at
    return "ok" if silent < WORKER_SILENT_AFTER else f"silent for {int(silent.total_seconds())} s"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unknown"
    return f"{len(pending)} pending" if pending else "ok"
