"""Pin the packages of pyproject.toml: all of them, and those that an installation runs on."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv/bin/uv"
# The locks name no registry: each machine uses its own.
COMPILE = ["pip", "compile", "-q", "--generate-hashes", "--no-header", "--python-version", "3.11"]


def main() -> None:
    compile_lock("requirements.lock", "--group", "dev")
    compile_lock("requirements-runtime.lock", "--constraints", "requirements.lock")


def compile_lock(name: str, *options: str) -> None:
    command = [str(UV), *COMPILE, *options, "pyproject.toml", "-o", name]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
