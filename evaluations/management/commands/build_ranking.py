import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from cells.models import Unit
from evaluations.models import Period
from evaluations.reports.ranking_xlsx import ranking_workbook
from evaluations.services.rankings import ranking_build, root_scope


class Command(BaseCommand):
    help = "Lập bảng xếp hạng của một kỳ; in kết quả dạng JSON, xuất ra Excel nếu cần."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, help="mã kỳ, ví dụ 2026-Q3")
        parser.add_argument("--unit", help="mã đơn vị; bỏ trống là toàn bộ")
        parser.add_argument("--export", metavar="FILE.xlsx", help="ghi bảng xếp hạng ra tệp này")

    def handle(
        self, *args: Any, period: str, unit: str | None, export: str | None, **options: Any
    ) -> None:
        chosen = Period.objects.filter(code=period).first()
        scope = Unit.objects.filter(code=unit).first() if unit else root_scope()
        if chosen is None:
            self._refuse(f"Không có kỳ đánh giá “{period}”. Các kỳ đang có: {_periods()}.")
        elif scope is None:
            self._refuse(f"Không có đơn vị mã “{unit}”." if unit else "Chưa có đơn vị nào.")
        else:
            self._build(chosen, scope, export)

    def _build(self, period: Period, scope: Unit, export: str | None) -> None:
        if export and not Path(export).resolve().parent.is_dir():
            self._refuse(f"Không có thư mục để ghi tệp “{export}”.")
        ranking = ranking_build(period=period, scope=scope, by=None)
        if export:
            ranking_workbook(Path(export), ranking)
        report = {
            "period": period.code,
            "ranked": ranking.ranked,
            "incomplete": ranking.incomplete,
            "seconds": ranking.seconds,
            "hash": ranking.sha256,
            "file": export,
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False))
        if ranking.differences:
            self.stderr.write(
                f"{len(ranking.differences)} phiếu có kết quả đã lưu khác kết quả tính lại."
            )

    def _refuse(self, message: str) -> None:
        self.stdout.write(json.dumps({"error": {"message": message}}, ensure_ascii=False))
        self.stderr.write(message)
        sys.exit(1)


def _periods() -> str:
    return ", ".join(Period.objects.opened().values_list("code", flat=True)) or "chưa có"
