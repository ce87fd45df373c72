"""The product's settings with one more address, for the rival of the ranking page."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "bench-only-not-a-secret-bench-only-not-a-secret")
os.environ.setdefault("CHIBO_DATA_DIR", str(Path(tempfile.gettempdir()) / "chibo-bench"))
os.environ.setdefault("CHIBO_HTTPS", "0")
os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/chibo_bench")
os.environ.setdefault("CELERY_BROKER_URL", "redis://127.0.0.1:6379/9")
os.environ.setdefault("CHIBO_QUEUE_PREFIX", "chibo-bench:")

from chibo.settings import *  # noqa: F403, TID251

ROOT_URLCONF = "bench.empty_view"
