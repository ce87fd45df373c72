import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError

from cells.imports import Report, refusal
from cells.models import User
from evaluations.services.imports import KINDS, file_import


class Command(BaseCommand):
    help = "Nhập đơn vị, đảng viên, chức vụ, phiếu chấm từ .xlsx; không --apply thì chỉ kiểm tra."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["units", "members", "posts", "sheets", "results"])
        parser.add_argument("file", help="tệp .xlsx")
        parser.add_argument(
            "--as", dest="username", required=True, metavar="USER", help="nhập với quyền của USER"
        )
        parser.add_argument("--apply", action="store_true", help="ghi thật vào cơ sở dữ liệu")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report as JSON; leave with status 1 if anything is wrong."""
        keys = ("kind", "file", "username", "apply")
        try:
            report = self.report(**{key: options[key] for key in keys})
        except OperationalError as broken:
            report = refusal(f"Không dùng được cơ sở dữ liệu: {broken}".strip())
        self.stdout.write(json.dumps(report.document(), ensure_ascii=False, indent=2))
        for note in report.notes:
            self.stderr.write(note)
        if report.errors:
            for error in report.errors:
                if error.row is None:
                    self.stderr.write(error.message)
            self.stderr.write(f"Chưa nhập gì: tệp có {len(report.errors)} lỗi.")
            sys.exit(1)

    def report(self, *, kind: str, file: str, username: str, apply: bool) -> Report:
        user = User.objects.filter(username=username).first()
        if user is None:
            return refusal(f"Không có tài khoản “{username}”.")
        if not user.is_active:
            return refusal(f"Tài khoản “{username}” đã ngừng dùng.")
        return file_import(kind=KINDS[kind].code, path=Path(file), by=user, apply=apply)
