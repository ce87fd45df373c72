"""Measure the product against its rivals: interleaved, medians; one JSON line each."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager

import django
import psycopg2
from django.conf import settings
from django.core.management import call_command

RUNS = int(os.environ.get("CHIBO_BENCH_RUNS", "7"))
CELLS, WARDS, PERIOD = 17_000, 126, "2026-Q3"
Timer = Callable[[], float]


def main() -> None:
    django.setup()
    _database()
    from bench import measures, rules, web  # noqa: PLC0415 (models need the set-up above)

    measures.fill(CELLS, WARDS)
    _report("rules in memory, 17,000 sheets, s", *rules.in_memory(CELLS))
    with _worker():
        _report("ranking of 17,000 cells through the task, s", *measures.ranking(PERIOD))
    _report("workbook of 17,000 rows, s", *measures.workbook(PERIOD))
    with web.gunicorn():
        _report("ranking page, requests/s", *measures.pages(PERIOD), is_rate=True)


def _report(name: str, ours: Timer, rival: Timer, *, is_rate: bool = False) -> None:
    """Print the medians of interleaved runs, after one of each to warm up.

    The ratio says how many times as long ours takes.
    """
    ours(), rival()
    pairs = [(ours(), rival()) for _ in range(RUNS)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    line = {
        "name": name,
        "ours": round(mine, 4),
        "rival": round(theirs, 4),
        "ratio": round(theirs / mine if is_rate else mine / theirs, 3),
        "runs": RUNS,
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201


def _database() -> None:
    """Create the database of the measurements where it is missing, and migrate it."""
    target = settings.DATABASES["default"]
    if not target["ENGINE"].endswith("postgresql"):
        sys.exit("bench measures PostgreSQL: set DATABASE_URL to one.")
    admin = psycopg2.connect(
        host=target["HOST"],
        port=target["PORT"] or 5432,
        user=target["USER"],
        password=target["PASSWORD"],
        dbname="postgres",
    )
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [target["NAME"]])
        if not cursor.fetchone():
            cursor.execute(f'CREATE DATABASE "{target["NAME"]}"')
    admin.close()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


@contextmanager
def _worker():
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "chibo", "worker", "-c", "1", "-l", "WARNING"],
        env=os.environ,
        stdout=sys.stderr,
        stderr=sys.stderr,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
