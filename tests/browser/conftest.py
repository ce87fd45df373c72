"""One running demo for all browser tests: web server, worker, scheduler, invented data."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "chibo-demo-2026"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# Below the range that outgoing connections use. Another test run may be at work on this machine:
# the demo itself says whether it holds the port.
PORTS = range(21_000, 22_000)
TAKEN = "đang có chương trình khác dùng"


def environment_of(data: Path, port: int) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {
        "CHIBO_DEMO": "1",
        "CHIBO_DATA_DIR": str(data),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "chibo.settings",
    }
    environment.pop("CELERY_BROKER_URL", None)
    return environment


def manage(data: Path, port: int, *arguments: str) -> None:
    """Run a command on the data of the demo."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment_of(data, port), check=True)


def start_demo(data: Path, port: int) -> tuple[subprocess.Popen, str]:
    """Start the demo; return it and what it said until it was ready or had ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chibo.demo"],
        cwd=ROOT,
        env=environment_of(data, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    return process, "".join(said)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Run the demo as `make demo` does; return its address."""
    data = tmp_path_factory.mktemp("demo")
    for port in PORTS:
        process, said = start_demo(data, port)
        if TAKEN not in said:
            break
    if "Ctrl-C" not in said:
        pytest.fail(f"the demo did not start:\n{said}")
    # Periods that the demo does not begin with; in the year some results are decided.
    for code in ("2026", "2026-M11"):
        manage(data, port, "open_period", code)
    begin = "from tests.browser import asked, decided_year; decided_year.decide(); asked.ask()"
    manage(data, port, "shell", "-c", begin)
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)


@pytest.fixture(scope="session")
def browser():
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


class Visitor:
    """A person at a browser of one size; a script error on any page fails the test."""

    def __init__(self, page: Page, address: str):
        self.page, self.address = page, address
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note)

    def _note(self, message) -> None:
        # A refused save (409, 422, 423) is an answer; the browser logs it as an error.
        if message.type == "error" and not re.search(r"status of 4(04|09|22|23)", message.text):
            self.errors.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        self.open("/dang-nhap/")
        self.page.locator("input[name=username]").fill(username)
        self.page.locator("input[name=password]").fill(password)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.wait_for_url(lambda url: "/dang-nhap/" not in url)
        return self.page


@pytest.fixture(scope="session")
def signed_in():
    """Cookies by user name: each person signs in once, with the slow hash of a real password."""
    return {}


@pytest.fixture
def visit(browser, demo, signed_in):
    """Return a function that seats a person at a browser: `visit("canbo", size="phone")`."""
    contexts, visitors = [], []

    def seat(username: str | None = None, size: str = "desktop") -> Visitor:
        context = browser.new_context(
            viewport=SIZES[size],
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            storage_state=signed_in.get(username),
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        visitor = Visitor(context.new_page(), demo)
        visitors.append(visitor)
        if username in signed_in:
            visitor.open("/")
        elif username:
            visitor.sign_in(username)
            signed_in[username] = context.storage_state()
        return visitor

    yield seat
    for context in contexts:
        context.close()
    assert [error for visitor in visitors for error in visitor.errors] == []
