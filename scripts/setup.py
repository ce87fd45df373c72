"""Install what Chibo needs: environment, packages, front-end packages, static files.

Runs on the machine's Python and the standard library alone. Each step keeps a stamp of what it
was done for, and is skipped while that has not changed.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "package-lock.json"
NODE_MODULES = ROOT / "node_modules"
STATIC = ROOT / "static"
COLLECTED = ROOT / "staticfiles"
# Single icons of a package whose sprite is what pages use: 2,000 files less to compress.
UNUSED_STATIC = ["--ignore", "icons"]


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (an older Python may well run this file)
        raise SystemExit(f"Chibo needs Python 3.11 or newer; this is {platform.python_version()}.")
    make_environment()
    step("Python packages", VENV / ".installed", digest(LOCK), install_packages)
    step("front-end packages", NODE_MODULES / ".installed", digest(NODE_LOCK), install_assets)
    static = digest(NODE_LOCK, ROOT / "chibo/settings.py", *sorted(STATIC.rglob("*")))
    step("static files", COLLECTED / ".collected", static, collect_static)


def step(what: str, stamp: Path, key: str, install: Callable[[], None]) -> None:
    """Run `install` unless `stamp` says that it was done for `key`."""
    if stamp.exists() and stamp.read_text() == key:
        return
    stamp.unlink(missing_ok=True)
    started = time.monotonic()
    print(f"Setting up {what} …", flush=True)
    install()
    stamp.write_text(key)
    print(f"Setting up {what}: done in {time.monotonic() - started:.0f} s.", flush=True)


def digest(*files: Path) -> str:
    """Return one hash over the names and contents of `files`; directories count by name."""
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(ROOT)).encode())
        if file.is_file():
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def run(*command: str | Path, **environment: str) -> None:
    """Run a command from the root, or stop the set-up with its status."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        raise SystemExit(f"Set-up stopped: {' '.join(map(str, command[:4]))} … failed.")


def make_environment() -> None:
    """Make `.venv`, or make it anew where it was moved or its Python has gone."""
    config = VENV / "pyvenv.cfg"
    python = BIN / "python"
    if config.exists() and python.exists() and str(VENV) in config.read_text():
        return
    print("Making the environment .venv …", flush=True)
    if subprocess.run([sys.executable, "-c", "import ensurepip"], check=False).returncode:
        install_venv_module()
    run(sys.executable, "-m", "venv", "--clear", VENV)


def install_venv_module() -> None:
    """Install what Debian leaves out of its Python."""
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() or not shutil.which("apt-get"):
        raise SystemExit(f"Python's venv module is missing. Install it: sudo apt install {package}")
    run("apt-get", "update", "-q")
    run("apt-get", "install", "-y", "-q", package, DEBIAN_FRONTEND="noninteractive")


def install_packages() -> None:
    pip = [str(BIN / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    run(*pip, "--require-hashes", "-r", LOCK)


def install_assets() -> None:
    """Install with the Node of the environment, or the machine's where it brought none.

    No package's own script runs: none is needed, and one would download a Java.
    """
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise SystemExit("Node is missing: neither .venv nor this machine has npm.")
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    # A machine behind a proxy trusts it in its own store, which Node would not read.
    run(npm, "ci", "--ignore-scripts", *quiet, PATH=path, NODE_USE_SYSTEM_CA="1")


def collect_static() -> None:
    command = [str(BIN / "python"), "manage.py", "collectstatic", "--noinput", "--clear", "-v0"]
    run(*command, *UNUSED_STATIC, CHIBO_DEMO="1")


if __name__ == "__main__":
    main()
