"""Judge the code without running it; every finding of every tool, then one verdict."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv/bin"
PYTHON = str(BIN / "python")
MANAGE = [PYTHON, "manage.py"]


def main() -> None:
    templates = sorted(str(path) for path in (ROOT / "templates").rglob("*.html"))
    with tempfile.TemporaryDirectory(prefix="chibo-check-") as data:
        demo = {"CHIBO_DEMO": "1", "CHIBO_DATA_DIR": data}
        checks: list[tuple[str, list[str | Path], dict[str, str]]] = [
            ("ruff check", [BIN / "ruff", "check", "-q"], {}),
            ("ruff format", [BIN / "ruff", "format", "--check", "-q"], {}),
            ("import-linter", [BIN / "lint-imports", "--no-cache"], {}),
            ("djade", [BIN / "djade", "--check", "--target-version", "5.2", *templates], {}),
            ("template rules", [PYTHON, "scripts/lint_templates.py"], {}),
            ("criteria sets", [*MANAGE, "criteria_lint"], {}),
            ("missing migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], demo),
            ("deployment", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], production()),
            ("mypy", [BIN / "mypy", "."], demo),
        ]
        failed = [name for name, command, extra in checks if not passes(name, command, extra)]
    if failed:
        sys.exit(f"make check: failed: {', '.join(failed)}.")
    print(f"make check: all {len(checks)} checks passed.")


def production() -> dict[str, str]:
    """Return the environment of an installation, with values that none uses."""
    return {
        "DATABASE_URL": "postgres://chibo@127.0.0.1:5432/chibo",
        "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "CHIBO_DATA_DIR": tempfile.gettempdir(),
    }


def passes(name: str, command: list[str | Path], extra: dict[str, str]) -> bool:
    # Whatever this shell says about Chibo must not change the verdict.
    names = ("CHIBO_", "DATABASE_URL", "CELERY_", "SECRET_KEY", "DJANGO_")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(names)}
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "failed" if done.returncode else "ok"
    print(f"{name}: {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return not done.returncode


if __name__ == "__main__":
    main()
