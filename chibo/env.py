"""What the environment says, read in one place and loud about what is missing."""

import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_SECRET = "chibo-demo-only-not-a-secret-chibo-demo-only-not-a-secret"  # noqa: S105


def name_settings() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chibo.settings")


def is_demo() -> bool:
    return os.environ.get("CHIBO_DEMO") == "1"


def required(name: str) -> str:
    """Return the value of `name`, or stop the start by that name."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"Set the environment variable {name} (or CHIBO_DEMO=1 for the demo)."
        )
    return value


def flag(name: str, *, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0") == "1"


def listed(name: str, default: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def megabytes(name: str, *, default: int) -> int:
    """Return a size in bytes that is given in whole megabytes."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 2000:
        raise ImproperlyConfigured(f"{name}={text}: give whole megabytes from 1 to 2000.")
    return int(text) * 1024 * 1024


def data_dir() -> Path:
    """Return the directory for uploads, exports and the demo's databases."""
    if is_demo():
        path = Path(os.environ.get("CHIBO_DATA_DIR") or BASE_DIR / "var")
    else:
        path = Path(required("CHIBO_DATA_DIR"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def incoming_dir(data: Path) -> Path:
    """Return where files lie while they come in: a disk, never the memory of a small machine."""
    path = data / "incoming"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def database_url(data: Path) -> str:
    if is_demo():
        return os.environ.get("DATABASE_URL") or f"sqlite:///{data / 'chibo.sqlite3'}"
    return required("DATABASE_URL")


def broker_url(data: Path) -> str:
    # The embedded broker has a file of its own: its polling must not lock the data.
    if is_demo():
        return os.environ.get("CELERY_BROKER_URL") or f"sqla+sqlite:///{data / 'broker.sqlite3'}"
    return required("CELERY_BROKER_URL")


def secret_key() -> str:
    if is_demo():
        return os.environ.get("SECRET_KEY") or DEMO_SECRET
    return required("SECRET_KEY")


def use_throwaway_values() -> None:
    """Fill what is missing with values that no installation uses."""
    os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
    os.environ.setdefault("CELERY_BROKER_URL", "memory://")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("CHIBO_DATA_DIR", tempfile.gettempdir())
