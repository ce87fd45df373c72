import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from evaluations.models import EvidenceFile
from evaluations.services.evidence_files import file_problem


class Command(BaseCommand):
    help = (
        "Đối chiếu mọi tệp minh chứng với mã SHA-256 lúc gắn và in khác biệt (JSON)."
        " Không sửa gì. Mã thoát 1 nếu có tệp mất hoặc bị đổi."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", metavar="CODE", help="chỉ minh chứng của một đơn vị")

    def handle(self, *args: Any, unit: str | None, **options: Any) -> None:
        files = EvidenceFile.objects.select_related("evidence__unit").order_by("pk")
        if unit:
            files = files.filter(evidence__unit__code=unit)
        checked, differences = 0, []
        for file in files.iterator():
            checked += 1
            if problem := file_problem(file):
                differences.append(_told(file, problem))
        document = {"checked": checked, "differences": differences}
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
        if differences:
            self.stderr.write(
                f"{len(differences)} tệp mất hoặc bị đổi. Hãy lấy lại từ bản sao lưu."
            )
            sys.exit(1)


def _told(file: EvidenceFile, problem: str) -> dict[str, Any]:
    return {
        "file": file.pk,
        "unit": file.evidence.unit.code,
        "name": file.name,
        "sha256": file.sha256,
        "what": problem,
    }
