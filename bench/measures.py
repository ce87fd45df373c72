"""What is measured: each returns two timers, ours and the rival's."""

import tempfile
import time
from pathlib import Path

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from bench import plain_xlsx, rivals, web
from bench.load import load
from cells.models import Job, Unit, User
from evaluations.models import CriteriaSet, Period, Ranking
from evaluations.reports.ranking_xlsx import RANKED_COLUMNS, ranking_workbook
from evaluations.services.rankings import latest, latest_before, ranking_build, root_scope
from evaluations.tasks import ranking_request

DEADLINE = 300.0


def fill(cells: int, wards: int) -> None:
    """Load the city once; rank the period before, so that there is movement."""
    if Unit.objects.cells().count() < cells:
        load(cells, wards)
    scope = root_scope()
    for code in ("2026-Q2", "2026-Q3"):
        period = Period.objects.get(code=code)
        if latest(period, scope) is None:
            ranking_build(period=period, scope=scope, by=None)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def ranking(code: str):
    """Request to done through the product's own task, against one statement that also commits."""
    period, scope = Period.objects.get(code=code), root_scope()
    rivals.prepare(CriteriaSet.objects.get(code="CB4T-QUY-2026").rules)
    hashes = set()

    def ours() -> float:
        started = time.perf_counter()
        job = ranking_request(period=period, scope=scope, by=None)
        while job.state in (Job.State.QUEUED, Job.State.RUNNING):
            if time.perf_counter() - started > DEADLINE:
                raise RuntimeError("The worker did not finish the ranking.")
            time.sleep(0.02)
            job.refresh_from_db()
        seconds = time.perf_counter() - started
        hashes.add(job.result["hash"])
        _forget(job.result["ranking"])
        return seconds

    def rival() -> float:
        empty = Ranking.objects.create(
            period=period,
            scope=scope,
            ranked=0,
            incomplete=0,
            seconds=0,
            sha256="",
            previous=latest_before(period, scope),
        )
        started = time.perf_counter()
        rivals.rank_by_sql(empty)
        seconds = time.perf_counter() - started
        hashes.add(rivals.hash_by_sql(empty))
        _forget(empty.pk)
        if len(hashes) > 1:
            raise RuntimeError("The statement and the product do not agree.")
        return seconds

    return ours, rival


def _forget(pk: int) -> None:
    """Leave no rows behind, so that every run meets the same tables."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM evaluations_rankingrow WHERE ranking_id = %s", [pk])
        cursor.execute("DELETE FROM evaluations_ranking WHERE id = %s", [pk])
        cursor.execute("VACUUM evaluations_rankingrow")


def workbook(code: str):
    """From the database to the closed file, against a loop over values already in memory."""
    ranking = latest(Period.objects.get(code=code), root_scope())
    header = [column.header for column in RANKED_COLUMNS]
    rows = list(ranking.rows.values_list(*COLUMNS))
    values = [[_plain(value) for value in row] for row in rows]
    folder = Path(tempfile.mkdtemp(prefix="chibo-bench-"))

    def ours() -> float:
        started = time.perf_counter()
        ranking_workbook(folder / "ours.xlsx", ranking)
        return time.perf_counter() - started

    def rival() -> float:
        started = time.perf_counter()
        plain_xlsx.write(folder / "plain.xlsx", header, values)
        return time.perf_counter() - started

    return ours, rival


COLUMNS = (
    "rank",
    "code",
    "name",
    "committee_name",
    "group",
    "group_rank",
    "committee_rank",
    "total",
    "level",
    "is_eligible",
    "previous_rank",
    "previous_total",
    "tied",
    "competitors",
    "group_competitors",
    "committee_competitors",
    "percentile",
    "kind_name",
    "members",
    "reasons",
)


def _plain(value):
    return "; ".join(value) if isinstance(value, list) else value


def pages(code: str):
    """Return timers that give requests per second; gunicorn must be up."""
    cookie = f"sessionid={_session()}"

    def ours() -> float:
        return web.requests_per_second(f"/xep-hang/{code}/?level=tot", cookie)

    def rival() -> float:
        return web.requests_per_second("/trong/", cookie)

    return ours, rival


def _session() -> str:
    user = User.objects.get(username="thanhuy")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
