import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from cells.models import Door
from evaluations.services.errors import RefusedError
from evaluations.services.periods import period_open


class Command(BaseCommand):
    help = "Mở một kỳ đánh giá: chốt danh sách phải báo cáo và lập phiếu. Chạy lại không hại gì."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "code", metavar="P", help="mã kỳ: 2026-Q4 (quý), 2026-M07 (tháng) hoặc 2026 (năm)"
        )
        parser.add_argument("--due-on", type=date.fromisoformat, help="hạn nộp, ví dụ 2027-01-05")

    def handle(self, *args: Any, code: str, due_on: date | None, **options: Any) -> None:
        """Print what was opened; leave with status 1 if it was refused."""
        try:
            opened = period_open(code=code, by=None, door=Door.COMMAND, due_on=due_on)
        except RefusedError as error:
            self.stdout.write(json.dumps({"error": {"message": error.message}}, ensure_ascii=False))
            self.stderr.write(error.message)
            sys.exit(1)
        document = {
            "period": opened.period.code,
            "created_sheets": opened.created_sheets,
            "expected": opened.expected,
            "not_expected": opened.not_expected,
        }
        self.stdout.write(json.dumps(document, ensure_ascii=False))
