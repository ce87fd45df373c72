"""The web server is killed while many save: what it confirmed stands, nothing stands halfway."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection

from cells.models import AuditEntry
from chibo.demo import HOST, take_port
from evaluations.answers import answer_of, answers_of, score_of
from evaluations.models import Evaluation, Score, Stage
from tests import factories

PROJECT = Path(__file__).resolve().parent.parent
PERIOD = "2026-Q4"
# Ratio lines: what is saved tells which save it was.
LINES = ["1.2", "4.1", "4.3"]
ACKNOWLEDGED = 40
TOKEN = "a" * 32

pytestmark = pytest.mark.django_db(transaction=True)


def database(tmp_path) -> str:
    """Return the address under which a process of its own finds the test's data."""
    if connection.vendor == "postgresql":
        test = connection.settings_dict
        return (
            f"postgres://{test['USER']}:{test['PASSWORD']}@{test['HOST']}:{test['PORT']}"
            f"/{test['NAME']}"
        )
    file = tmp_path / "chibo.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
    return f"sqlite:///{file}"


def read_back(tmp_path) -> None:
    """Let the test's own connection see what the killed processes left."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(tmp_path / "chibo.sqlite3")) as left:
            left.backup(connection.connection)


@contextmanager
def server(door, url, tmp_path):
    """Run the web server of the demo; whatever happens, all its processes end with the block."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "chibo.wsgi"),
            *("--bind", f"fd://{door.fileno()}", "--workers", "2"),
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "CHIBO_DEMO": "1",
            "DATABASE_URL": url,
            "CHIBO_DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "chibo.settings",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[door.fileno()],
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def kill_one_worker(process) -> None:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)


class Clerk(threading.Thread):
    """Somebody who saves one line again and again, and sends anew what was not answered."""

    def __init__(self, port, cookie, unit, line, acknowledged, stop):
        super().__init__(daemon=True)
        self.port, self.cookie, self.stop, self.acknowledged = port, cookie, stop, acknowledged
        self.path = f"/phieu/{PERIOD}/{unit.code}/dong/{line}/"
        self.unit, self.line = unit, line
        self.version, self.broken, self.refused = 0, 0, []

    def run(self):
        while not self.stop.is_set():
            try:
                status = self.save(self.version + 1)
            except (OSError, http.client.HTTPException):
                self.broken += 1
                continue
            if status != 200:
                self.refused.append(status)
                return
            self.version += 1
            self.acknowledged.release()

    def save(self, num) -> int:
        client = http.client.HTTPConnection(HOST, self.port, timeout=30)
        body = urlencode({"num": num, "den": 9_999, "version": self.version})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.cookie}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        with closing(client):
            client.request("POST", self.path, body, headers)
            answer = client.getresponse()
            answer.read()
            return answer.status


def wait(acknowledged, clerks):
    for _ in range(ACKNOWLEDGED):
        assert acknowledged.acquire(timeout=60), [clerk.refused for clerk in clerks]


def check_clerk(clerk):
    """Each save that was confirmed is there once, in its order; at most one more is."""
    sheet = Evaluation.objects.get(unit=clerk.unit)
    row = Score.objects.get(evaluation=sheet, line=clerk.line, stage=Stage.SELF)
    entries = AuditEntry.objects.filter(subject_id=sheet.pk, field=f"{clerk.line}.self")
    numbers = [entry.new["num"] for entry in entries.order_by("pk")]
    assert numbers == list(range(1, row.version + 1))
    assert row.num == row.version
    assert row.version - clerk.version in (0, 1)


def check_sheet(sheet):
    """What the sheet says of itself is what the engine makes of its lines."""
    rules = sheet.criteria.rules
    rows = list(sheet.scores.filter(stage=Stage.SELF))
    outcome = score_of(sheet, answers_of(rows, rules))
    assert sheet.self_total == outcome.total
    assert sheet.lines_done == sheet.lines_total - len(outcome.missing)
    for row in rows:
        last = AuditEntry.objects.filter(subject_id=sheet.pk, field=f"{row.line}.self").latest("pk")
        assert last.new == json.loads(json.dumps(answer_of(row, rules.indicators[row.line])))


def test_what_was_confirmed_outlives_the_server_and_nothing_is_half_saved(
    client, tree, people, tmp_path
):
    period = factories.PeriodFactory()
    for unit in (tree.a, tree.b):
        factories.sheet(unit, period)
    client.force_login(people.canbo)
    cookie = client.cookies["sessionid"].value
    url = database(tmp_path)
    acknowledged, stop = threading.Semaphore(0), threading.Event()
    with closing(take_port(0)) as door:
        port = door.getsockname()[1]
        clerks = [
            Clerk(port, cookie, unit, line, acknowledged, stop)
            for unit in (tree.a, tree.b)
            for line in LINES
        ]
        with server(door, url, tmp_path) as process:
            for clerk in clerks:
                clerk.start()
            wait(acknowledged, clerks)
            kill_one_worker(process)
            wait(acknowledged, clerks)
        # All of it has been killed; what was not answered is sent anew to the next one.
        with server(door, url, tmp_path):
            wait(acknowledged, clerks)
            stop.set()
            for clerk in clerks:
                clerk.join(timeout=30)
    read_back(tmp_path)
    assert [clerk.refused for clerk in clerks] == [[]] * len(clerks)
    assert sum(clerk.broken for clerk in clerks) > 0, "nobody was saving when it was killed"
    for clerk in clerks:
        check_clerk(clerk)
    for sheet in Evaluation.objects.all():
        check_sheet(sheet)
