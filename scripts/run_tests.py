"""Run every test: on SQLite, on PostgreSQL, with a real worker over Redis, in the browser.

What cannot be reached is said loudly and left out; with CI=true that is a failure.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg2
import redis

ROOT = Path(__file__).resolve().parent.parent
DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/chibo")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
RULES = "tests/evaluations/rules"
CI = os.environ.get("CI") == "true"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    missing = {
        "worker": redis_problem(),
        "browser": chromium_problem(),
        "HTML checker": java_problem(),
        "Excel round trip": office_problem(),
    }
    no_postgres = postgres_problem()
    problems = [text for text in (no_postgres, *missing.values()) if text]
    tell(problems)
    left_out = [mark for mark in ("worker", "browser") if missing[mark]]
    if no_postgres:
        # The browser has a demo of its own; a worker cannot see SQLite in another's memory.
        legs = [leg("on SQLite, in the browser", None, ["worker", "postgres", *left_out])]
    else:
        legs = [
            # The rules know no database: once is enough.
            leg("on SQLite", None, ["worker", "browser", "postgres"], [f"--ignore={RULES}"]),
            leg("on PostgreSQL, with a worker, in the browser", DATABASE_URL, left_out),
        ]
    failed = [name for name, status in legs if status]
    tell(problems)
    if failed or (problems and CI):
        sys.exit(f"make test: failed: {', '.join(failed or ['not everything could run'])}.")


def leg(
    name: str, database: str | None, left_out: list[str], more: Sequence[str] = ()
) -> tuple[str, int]:
    """Run the tests but those marked `left_out`; return the name and pytest's status."""
    print(f"\n=== Tests {name}", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"CHIBO_DEMO": "1"}
    if database:
        # A name of its own: two runs on one server must not drop each other's databases.
        environment["DATABASE_URL"] = f"{database}_{os.getpid()}"
        if "worker" not in left_out:
            queue = {"CELERY_BROKER_URL": REDIS_URL, "CHIBO_QUEUE_PREFIX": f"test-{os.getpid()}:"}
            environment |= queue
    marks = " and ".join(f"not {mark}" for mark in left_out)
    spread = ["-n", "logical", "--dist", "loadgroup"]
    command = [sys.executable, "-m", "pytest", *spread, "-m", marks, *more, *sys.argv[1:]]
    return name, subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def tell(problems: list[str]) -> None:
    if problems:
        lines = "\n".join(f"!!  {text}" for text in problems)
        print(f"\n{'!' * 72}\n{lines}\n{'!' * 72}", flush=True)


def postgres_problem() -> str:
    server, _, _ = DATABASE_URL.rpartition("/")
    try:
        psycopg2.connect(f"{server}/postgres", connect_timeout=3).close()
    except psycopg2.OperationalError as error:
        return (
            f"No PostgreSQL, so the tests run on SQLite and without a worker: {str(error).strip()}"
            " Start one on 127.0.0.1:5432 or set TEST_DATABASE_URL."
        )
    return ""


def redis_problem() -> str:
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3).ping()
    except redis.RedisError as error:
        return (
            f"No Redis, so the tests with a real worker do not run: {error}"
            " Start one on 127.0.0.1:6379 or set TEST_REDIS_URL."
        )
    return ""


def chromium_problem() -> str:
    if any(map(shutil.which, CHROMIUM_NAMES)) or apt_installed("chromium"):
        return ""
    return "No Chromium, so the browser tests do not run. Install it: sudo apt install chromium"


def java_problem() -> str:
    if shutil.which("java") or apt_installed("default-jre-headless"):
        return ""
    return (
        "No Java, so the HTML checker cannot run. Install it: sudo apt install default-jre-headless"
    )


def office_problem() -> str:
    if shutil.which("soffice") or apt_installed("libreoffice-calc-nogui"):
        return ""
    return (
        "No LibreOffice, so no workbook is saved by it. Install it: sudo apt install"
        " libreoffice-calc-nogui"
    )


def apt_installed(package: str) -> bool:
    """Install a package of Debian where that is possible; return whether it was."""
    if os.geteuid() or not shutil.which("apt-get"):
        return False
    print(f"Installing {package} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False
        )
    return done.returncode == 0


if __name__ == "__main__":
    main()
