"""Settings of the tests: those of Chibo, on the demo's defaults where the environment is silent.

`DATABASE_URL` puts the tests on that server; without it they run on SQLite in memory.
"""

import os
import tempfile

os.environ.setdefault("CHIBO_DEMO", "1")
if "CHIBO_DATA_DIR" not in os.environ:
    _data = tempfile.TemporaryDirectory(prefix="chibo-tests-")
    os.environ["CHIBO_DATA_DIR"] = _data.name

from chibo.settings import *  # noqa: F403, TID251
