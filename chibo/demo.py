"""Run the demo: prepare its data, then web server, worker and scheduler until told to stop."""

import ctypes
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from chibo import env

HOST = "127.0.0.1"
PASSWORD = "chibo-demo-2026"  # noqa: S105
ACCOUNTS = [
    ("thanhuy", "quản trị Thành ủy: kỳ đánh giá, xếp hạng, xuất Excel"),
    ("canbo", "cán bộ đảng ủy phường: nhập và thẩm định phiếu"),
    ("canbo2", "cán bộ thứ hai của phường: thẩm định phiếu người kia nộp"),
    ("lanhdao", "lãnh đạo đảng ủy phường: quyết định"),
    ("bithu", "bí thư một chi bộ: xem bảng điểm, tự chấm"),
    ("kiemtra", "kiểm tra, giám sát: xem tất cả, không sửa"),
    ("quantri", "quản trị kỹ thuật: tài khoản, không xem điểm"),
]
READY_WITHIN = 60
STOP_WITHIN = 8
# A part that ends this often within a minute will not get better by itself.
MOST_RESTARTS = 3


class StopAsked(BaseException):
    """SIGINT, SIGTERM or SIGHUP; no handler of ordinary errors may swallow it."""


class Part:
    """One process of the demo, in a session of its own: only this program signals it."""

    def __init__(self, name: str, command: list[str], log: Path, sockets: tuple[int, ...] = ()):
        self.name, self.command, self.log, self.sockets = name, command, log, sockets
        self.starts: list[float] = []
        self.log.write_bytes(b"")

    def start(self) -> None:
        self.starts = [at for at in self.starts if at > time.monotonic() - 60]
        self.starts.append(time.monotonic())
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", *self.command],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.sockets,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def restart_if_ended(self) -> None:
        """Start the part again if it has ended; give up where that keeps happening."""
        if self.process.poll() is None:
            return
        self.kill_group()
        if len(self.starts) > MOST_RESTARTS:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise SystemExit(f"{tail}\n\n{self.name} dừng liên tục. Nhật ký: {self.log}")
        say(f"{self.name} vừa dừng (mã {self.process.returncode}); đang chạy lại.")
        self.start()

    def kill_group(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def main() -> None:
    port = read_port()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    parts: list[Part] = []
    try:
        door = take_port(port)
        prepare()
        for part in plan(door):
            part.start()
            parts.append(part)
        greet(port, parts)
        watch(parts)
    except StopAsked:
        say("\nĐang dừng …")
    finally:
        stop(parts)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise SystemExit(f"PORT={text}: cần một số từ 1024 đến 65535.")
    return int(text)


def take_port(port: int) -> socket.socket:
    """Return a socket that listens on the port from now on; the web server is handed it.

    Only a port that is held answers for this demo: one that was merely free a moment ago may be
    another's by the time the web server starts. A restarted web server finds it again, and no
    connection is refused meanwhile.
    """
    try:
        return socket.create_server((HOST, port), backlog=256)
    except OSError as error:
        raise SystemExit(
            f"Cổng {port} đang có chương trình khác dùng. Dừng chương trình đó, hoặc chọn"
            f" cổng khác: PORT={port + 1} make demo"
        ) from error


def prepare() -> None:
    """Bring the database up to date; put the invented data into an empty one."""
    env.name_settings()
    if not env.is_demo():
        raise SystemExit("Lệnh này chỉ chạy bản dùng thử: CHIBO_DEMO=1, hoặc make demo.")
    django.setup()
    call_command("migrate", verbosity=0)
    if not get_user_model().objects.exists():
        say("Đang tạo dữ liệu giả định của một phường …")
        command = [sys.executable, "manage.py", "demo_data", "--scale", "ward"]
        done = subprocess.run(  # noqa: S603
            command, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise SystemExit("Chưa tạo được dữ liệu dùng thử; lý do ở trên.")
    connection.close()


def plan(door: socket.socket) -> list[Part]:
    logs = settings.DATA_DIR / "logs"
    logs.mkdir(exist_ok=True)
    schedule = settings.DATA_DIR / "celerybeat-schedule"
    web = ["gunicorn", "chibo.wsgi", "--bind", f"fd://{door.fileno()}", "--workers", "3"]
    # No proxy stands in front that would take in a photograph from a slow line.
    web += ["--timeout", "600"]
    celery = ["celery", "--app", "chibo", "--quiet"]
    worker = [*celery, "worker", "--concurrency", "1", "--loglevel", "INFO"]
    beat = [*celery, "beat", "--schedule", str(schedule), "--pidfile", ""]
    return [
        Part("Máy chủ web", web, logs / "web.log", sockets=(door.fileno(),)),
        Part("Tiến trình nền", worker, logs / "worker.log"),
        Part("Bộ hẹn giờ", beat, logs / "beat.log"),
    ]


def greet(port: int, parts: list[Part]) -> None:
    """Say the address and the accounts once the web server answers."""
    deadline = time.monotonic() + READY_WITHIN
    while not answers(port):
        if time.monotonic() > deadline:
            raise SystemExit(f"Máy chủ web chưa trả lời. Nhật ký: {parts[0].log}")
        parts[0].restart_if_ended()
        time.sleep(0.2)
    accounts = "\n".join(f"  {name:<8}  {role}" for name, role in ACCOUNTS)
    say(
        f"\nChibo đang chạy: http://{HOST}:{port}/\n\n"
        f"Tài khoản (mật khẩu chung: {PASSWORD})\n{accounts}\n\n"
        f"Dữ liệu và nhật ký: {settings.DATA_DIR}\nNhấn Ctrl-C để dừng."
    )


def answers(port: int) -> bool:
    """Return whether the health page says that web server and database work."""
    client = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        client.request("GET", "/healthz")
        report = json.loads(client.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        client.close()
    return report.get("database") == "ok" and report.get("migrations") == "ok"


def watch(parts: list[Part]) -> None:
    make = os.getppid() if "MAKELEVEL" in os.environ else None
    interruptible = make is not None and _catches_interrupt(make)
    while make is None or os.getppid() == make:
        if make and interruptible and not _catches_interrupt(make):
            return
        for part in parts:
            part.restart_if_ended()
        time.sleep(0.5)


def stop(parts: list[Part]) -> None:
    """End every part, asking first; leave no process of theirs behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for part in parts:
        part.process.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for part in parts:
        try:
            part.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()
        part.kill_group()
        part.process.wait()


def _ask_to_stop(number: int, frame: object) -> None:
    raise StopAsked


def _catches_interrupt(make: int) -> bool:
    """Return whether `make` would act on SIGINT.

    It passes SIGTERM on, but an interrupt sent to it alone it keeps to itself, and from then on
    catches no other.
    """
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return False
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGINT - 1) & 1)


def _end_with_parent() -> None:
    # PR_SET_PDEATHSIG: even kill -9 on this program leaves no server behind.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


if __name__ == "__main__":
    main()
