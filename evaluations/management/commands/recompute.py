import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cells.models import Door, User
from cells.services.jobs import Progress
from evaluations.models import Period
from evaluations.rules.numbers import dotted
from evaluations.services.errors import RefusedError
from evaluations.services.recompute import recompute_sign
from evaluations.services.recompute_check import findings_of
from evaluations.tasks import recompute_after

POINTS = ("points", "group", "total", "ranking")


class Command(BaseCommand):
    help = (
        "Tính lại mọi phiếu đã quyết định của một kỳ từ số liệu đã lưu và in khác biệt (JSON)."
        " --verify không ghi gì; --as và --reason ký tính lại, giữ cả hai kết quả."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, help="mã kỳ, ví dụ 2026-Q3")
        parser.add_argument("--verify", action="store_true", help="chỉ kiểm tra, không ghi gì")
        parser.add_argument("--as", dest="username", metavar="USER", help="người ký tính lại")
        parser.add_argument("--reason", metavar="TEXT", help="lý do tính lại")

    def handle(self, *args: Any, period: str, verify: bool, **options: Any) -> None:
        chosen = Period.objects.filter(code=period).first()
        signing = options["username"] is not None or options["reason"] is not None
        if chosen is None:
            self._refuse(f"Không có kỳ đánh giá “{period}”.")
        elif verify == signing:
            self._refuse("Chọn một: --verify để kiểm tra, hoặc --as USER --reason để ký tính lại.")
        elif verify:
            self._verify(chosen)
        else:
            self._sign(chosen, options["username"], options["reason"] or "")

    def _verify(self, period: Period) -> None:
        findings = findings_of(period, Progress())
        self._print({"checked": findings.checked, "differences": findings.listed()})
        self._leave(findings.checked, findings.found)

    def _sign(self, period: Period, username: str | None, reason: str) -> None:
        """Sign, then say what still differs; a second time there is nothing to sign."""
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            return self._refuse(f"Không có tài khoản đang dùng mang tên “{username or ''}”.")
        try:
            signed = recompute_sign(period=period, by=user, reason=reason, door=Door.COMMAND)
        except RefusedError as error:
            return self._refuse(error.message)
        if signed is None:
            findings = findings_of(period, Progress())
            checked, found, differences = findings.checked, findings.found, findings.listed()
        else:
            left = recompute_after(period=period, by=user)
            checked, found, differences = left.checked, left.found, left.differences
        recomputed = signed.sheets if signed else 0
        self._print({"checked": checked, "differences": differences, "recomputed": recomputed})
        self.stderr.write(f"Đã tính lại {recomputed} phiếu.")
        return self._leave(checked, found)

    def _leave(self, checked: int, found: int) -> None:
        if found:
            self.stderr.write(f"Còn {found} khác biệt.")
        elif not checked:
            self.stderr.write("Không có phiếu đã quyết định nào để kiểm tra.")
        if found or not checked:
            sys.exit(1)

    def _print(self, document: dict[str, Any]) -> None:
        for one in document["differences"]:
            if one["what"] in POINTS:
                one |= {"stored": dotted(one["stored"]), "computed": dotted(one["computed"])}
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))

    def _refuse(self, message: str) -> None:
        self.stdout.write(json.dumps({"error": {"message": message}}, ensure_ascii=False))
        self.stderr.write(message)
        sys.exit(1)
