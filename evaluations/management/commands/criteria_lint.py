import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.rules.criteria import SHIPPED, CriteriaError, load_shipped, parse_criteria
from evaluations.rules.lint import Finding, lint
from evaluations.rules.structure import Criteria


class Command(BaseCommand):
    help = "Soát các tệp bộ tiêu chí và in mọi lỗi, mọi điều cần xem lại; không cần cơ sở dữ liệu."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="*", help="tệp TOML; không ghi thì soát các bộ đi kèm phần mềm"
        )

    def handle(self, *args: Any, file: list[str], **options: Any) -> None:
        """Print the findings of each file; leave with status 1 if any is an error."""
        files = {name: Path(name) for name in file} or shipped_files()
        found = findings(files)
        document = {
            name: [finding._asdict() for finding in several] for name, several in found.items()
        }
        text = json.dumps(document, ensure_ascii=False, indent=2)
        # The name of a file may hold bytes that no output can encode.
        self.stdout.write(text.encode(errors="backslashreplace").decode())
        for name, several in found.items():
            for finding in several:
                line = f"{name}: {finding.severity}: {finding.message}"
                self.stderr.write(line.encode(errors="backslashreplace").decode())
        if any(finding.severity == "error" for several in found.values() for finding in several):
            sys.exit(1)


def shipped_files() -> dict[str, Path]:
    root = SHIPPED.parent.parent
    return {str(path.relative_to(root)): path for path in sorted(SHIPPED.glob("*.toml"))}


def findings(files: dict[str, Path]) -> dict[str, list[Finding]]:
    """Check each file; the files may refer to each other and to the shipped sets."""
    texts: dict[str, str] = {}
    found: dict[str, list[Finding]] = {name: [] for name in files}
    for name, path in files.items():
        try:
            texts[name] = path.read_bytes().decode("utf-8-sig")
        except OSError:
            problem = "không có tệp này hoặc không được phép đọc"
            found[name] = [Finding("error", "", f"Không đọc được tệp: {problem}.")]
        except UnicodeDecodeError:
            found[name] = [Finding("error", "", "Tệp không phải là văn bản UTF-8.")]
    known = [*load_shipped().values(), *readable(texts)]
    return found | {name: lint(text, known=known) for name, text in texts.items()}


def readable(texts: dict[str, str]) -> list[Criteria]:
    sets = []
    for text in texts.values():
        try:
            sets.append(parse_criteria(text))
        except CriteriaError:
            continue
    return sets
