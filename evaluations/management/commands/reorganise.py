import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cells.imports import RowError
from cells.models import Door, User
from cells.services.reorganisation import (
    Preview,
    ReorganisationRefusedError,
    reorganisations_apply,
    reorganisations_preview,
)
from cells.services.reorganisation.files import PlanFile, plan_file


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
        found = PlanFile()
        by, error = user_named(options["username"])
        if error:
            return self.answer(found, Preview(), [error])
        found = plan_file(Path(options["file"]))
        if not found.plans and not found.errors:
            found.errors = [RowError(None, None, None, "Tệp không có sự kiện nào.")]
        if found.errors:
            return self.answer(found, Preview(), found.errors)
        preview = try_or_apply(found, by, apply=options["apply"])
        errors = [found.error_of(one) for one in preview.refusals]
        return self.answer(found, preview, errors, applied=options["apply"] and not errors)

    def answer(
        self,
        found: PlanFile,
        preview: Preview,
        errors: list[RowError],
        *,
        applied: bool = False,
    ) -> None:
        document = {
            "events": len(found.plans),
            "applied": applied,
            "effects": {effect.code: effect.count for effect in preview.effects},
            "warnings": [
                {"row": found.rows[one.plan], "message": one.message} for one in preview.warnings
            ],
            "errors": [vars(error) for error in errors],
        }
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        for effect in preview.effects:
            self.stderr.write(f"{effect.text}: {effect.count}")
        if errors:
            self.stderr.write(f"Chưa sắp xếp gì: tệp có {len(errors)} lỗi.")
            sys.exit(1)


def user_named(username: str | None) -> tuple[User | None, RowError | None]:
    if username is None:
        return None, None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        message = "Không có tài khoản đang dùng mang tên này."
        return None, RowError(None, None, username, message)
    return user, None


def try_or_apply(found: PlanFile, by: User | None, *, apply: bool) -> Preview:
    if not apply:
        return reorganisations_preview(plans=found.plans, by=by)
    try:
        _, preview = reorganisations_apply(plans=found.plans, by=by, door=Door.COMMAND)
    except ReorganisationRefusedError as error:
        return Preview(refusals=error.refusals)
    return preview
