"""The demo command says what is wrong before it starts anything."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def demo(tmp_path):
    def run(**environment):
        return subprocess.run(
            [sys.executable, "-m", "chibo.demo"],
            cwd=ROOT,
            env={"CHIBO_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def test_a_taken_port_is_named_with_a_way_out(demo, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = demo(CHIBO_DEMO="1", PORT=str(port))
    assert done.returncode == 1
    assert f"Cổng {port} đang có chương trình khác dùng" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["80", "70000", "abc"])
def test_a_port_that_cannot_be_is_refused(demo, port):
    done = demo(CHIBO_DEMO="1", PORT=port)
    assert done.returncode == 1
    assert f"PORT={port}: cần một số từ 1024 đến 65535." in done.stderr


def test_the_demo_never_touches_an_installation(demo):
    done = demo(
        PORT="8361",
        DATABASE_URL="sqlite://:memory:",
        CELERY_BROKER_URL="memory://",
        SECRET_KEY="long-and-invented-" * 4,
    )
    assert done.returncode == 1
    assert "CHIBO_DEMO=1" in done.stderr
