import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from evaluations.demo.build import demo_build, demo_found
from evaluations.demo.scales import SCALES
from evaluations.services.errors import RefusedError


class Command(BaseCommand):
    """Write an invented demonstration into an empty database.

    Units, committees and cells are counted as they are today: at the scale of a ward one more
    cell stands in the database, which split into two of the 89 on the first day of the second
    decided quarter ("split" in the document). Its 40 members are among the 6,100.
    """

    help = "Ghi dữ liệu trình diễn (tất cả là hư cấu) vào cơ sở dữ liệu trống."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=SCALES, default="ward")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--today", type=date.fromisoformat, help="ngày coi là hôm nay, ví dụ 2026-11-24"
        )
        parser.add_argument(
            "--yes-this-database",
            action="store_true",
            help="cho phép ghi vào cơ sở dữ liệu không phải của bản trình diễn",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was written, or what stands there already; leave with 1 if refused."""
        try:
            document = self.build_or_find(**options)
        except RefusedError as error:
            self.stderr.write(error.message)
            sys.exit(1)
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def build_or_find(
        self, *, scale: str, seed: int, today: date | None, yes_this_database: bool, **options: Any
    ) -> dict[str, Any]:
        if not (settings.DEMO or yes_this_database):
            raise RefusedError(
                "Đây không phải bản trình diễn. Đặt CHIBO_DEMO=1, hoặc thêm --yes-this-database"
                " nếu chắc chắn muốn ghi vào cơ sở dữ liệu này."
            )
        found = demo_found()
        if found is None:
            return demo_build(scale=scale, seed=seed, today=today or timezone.localdate())
        asked = {"scale": scale, "seed": seed} | ({"today": today.isoformat()} if today else {})
        if any(found[name] != value for name, value in asked.items()):
            raise RefusedError(
                f"Đã có dữ liệu trình diễn khác: quy mô {found['scale']}, số {found['seed']},"
                f" ngày {found['today']}."
            )
        self.stderr.write("Dữ liệu trình diễn đã có sẵn, không phải làm gì.")
        return found
