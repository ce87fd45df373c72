import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from cells.services.dated_tree import dated_rows


class Command(BaseCommand):
    help = "In cây tổ chức đúng như trong một ngày (JSON), cấp trên trước, mỗi đơn vị một dòng."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of", required=True, type=date.fromisoformat, metavar="DATE",
            help="ngày, ví dụ 2025-07-01",
        )  # fmt: skip
        parser.add_argument("--unit", metavar="CODE", help="chỉ đơn vị này và bên dưới")

    def handle(self, *args: Any, as_of: date, unit: str | None, **options: Any) -> None:
        """Print the tree; leave with status 1 where the unit did not exist that day."""
        rows = dated_rows(as_of, below=unit)
        if unit and not rows:
            self.stderr.write(f"Ngày {as_of:%d/%m/%Y} không có đơn vị mang mã “{unit}”.")
            sys.exit(1)
        units = [
            {
                "code": row.code,
                "name": row.name,
                "parent": row.parent,
                "path": row.path,
                "level": row.level,
                "kind": row.kind,
                "is_cell": row.is_cell,
            }
            for row in rows
        ]
        document = {"as_of": as_of.isoformat(), "count": len(units), "units": units}
        self.stdout.write(json.dumps(document, ensure_ascii=False))
