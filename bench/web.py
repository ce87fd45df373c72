"""Requests per second of one address over gunicorn sync ×2, by a small bounded client."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PORT = int(os.environ.get("CHIBO_BENCH_PORT", "8351"))
CLIENTS = 4
SECONDS = 4.0


@contextmanager
def gunicorn() -> Iterator[None]:
    process = subprocess.Popen(  # noqa: S603 (a fixed command)
        [
            *(sys.executable, "-m", "gunicorn", "chibo.wsgi", "--workers", "2"),
            *("--bind", f"127.0.0.1:{PORT}", "--log-level", "warning"),
        ],
        env=os.environ,
    )
    try:
        _wait(process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("gunicorn ended; is its port taken?")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/dang-nhap/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn did not answer within 30 s.")


def requests_per_second(path: str, cookie: str) -> float:
    """Return the rate of answers; any answer but 2xx stops the measurement."""
    done, wrong = [0] * CLIENTS, []
    until = time.monotonic() + SECONDS

    def ask(number: int) -> None:
        while time.monotonic() < until and not wrong:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            connection.close()
            if not 200 <= answer.status < 300:
                wrong.append(answer.status)
            done[number] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{path} answered {wrong[0]}")
    return sum(done) / (time.monotonic() - started)
