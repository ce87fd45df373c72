import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.rules.cases import Report, refused, run


class Command(BaseCommand):
    help = "Chấm thử một hoặc nhiều trường hợp (JSON) và in kết quả, không cần cơ sở dữ liệu."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="tệp JSON, hoặc - để đọc từ đầu vào chuẩn")
        parser.add_argument(
            "--criteria", metavar="SET.toml", help="chấm theo tệp tiêu chí này thay cho bộ đã có"
        )

    def handle(self, *args: Any, file: str, criteria: str | None, **options: Any) -> None:
        """Print the results; leave with status 1 if any case was refused."""
        report = score(file, criteria)
        text = json.dumps(report.document, ensure_ascii=False, indent=2)
        # JSON may carry half a character (\ud800), which no output can encode.
        self.stdout.write(text.encode(errors="backslashreplace").decode())
        for message in report.messages:
            self.stderr.write(message.encode(errors="backslashreplace").decode())
        if report.status:
            sys.exit(report.status)


def score(file: str, criteria: str | None) -> Report:
    name = file
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig") if file == "-" else read(file)
        name = criteria or file
        return run(text, None if criteria is None else read(criteria))
    except OSError:
        return refused(f"Không đọc được tệp “{name}”: không có tệp này hoặc không được phép đọc.")
    except UnicodeDecodeError:
        return refused(f"Tệp “{name}” không phải là văn bản UTF-8.")


def read(file: str) -> str:
    return Path(file).read_text(encoding="utf-8-sig")
