import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cells.models import AuditEntry, Unit
from evaluations.models import Period


class Command(BaseCommand):
    help = "In mọi thay đổi của một đơn vị trong một kỳ (JSON, cũ nhất trước)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, metavar="CODE", help="mã đơn vị")
        parser.add_argument("--period", required=True, metavar="P", help="kỳ, ví dụ 2026-Q4")

    def handle(self, *args: Any, unit: str, period: str, **options: Any) -> None:
        if not Unit.objects.filter(code=unit).exists():
            self._refuse(f"Không có đơn vị nào mang mã “{unit}”.")
        if not Period.objects.filter(code=period).exists():
            self._refuse(f"Không có kỳ “{period}”.")
        entries = AuditEntry.objects.filter(unit__code=unit, period=period).order_by("at", "pk")
        document = {
            "unit": unit,
            "period": period,
            "entries": [as_json(entry) for entry in entries.select_related("by")],
        }
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def _refuse(self, message: str) -> None:
        self.stdout.write(json.dumps({"error": {"message": message}}, ensure_ascii=False))
        self.stderr.write(message)
        sys.exit(1)


def as_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": timezone.localtime(entry.at).isoformat(),
        "by": entry.by.username if entry.by else None,
        "door": entry.door,
        "action": entry.action,
        "field": entry.field,
        "old": entry.old,
        "new": entry.new,
        "reason": entry.reason,
    }
