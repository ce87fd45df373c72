import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cells.imports import RowError
from cells.models import Door, User
from evaluations.services.reorganisation_files import FileReport, plans_run


class Command(BaseCommand):
    help = (
        "Sắp xếp tổ chức theo tệp .xlsx hoặc .json: tất cả các sự kiện hoặc không sự kiện nào;"
        " không có --apply thì chỉ chạy thử."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="tệp .xlsx hoặc .json")
        parser.add_argument("--apply", action="store_true", help="ghi thật vào cơ sở dữ liệu")
        parser.add_argument("--as", dest="username", metavar="USER", help="làm với quyền của USER")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what the file does or did; leave with status 1 if anything hinders it."""
        report = self.report(options["file"], options["username"], apply=options["apply"])
        self.stdout.write(json.dumps(report.document(), ensure_ascii=False, indent=2))
        for text in (*report.notes, *(f"{one.text}: {one.count}" for one in report.effects)):
            self.stderr.write(text)
        if report.errors:
            self.stderr.write(f"Chưa sắp xếp gì: tệp có {len(report.errors)} lỗi.")
            sys.exit(1)

    def report(self, file: str, username: str | None, *, apply: bool) -> FileReport:
        by = None
        if username is not None:
            by = User.objects.filter(username=username, is_active=True).first()
            if by is None:
                message = "Không có tài khoản đang dùng mang tên này."
                return FileReport(errors=[RowError(None, None, username, message)])
        return plans_run(path=Path(file), by=by, door=Door.COMMAND, apply=apply)
