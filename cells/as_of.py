"""The day a page shows the tree of, as asked for in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils import timezone

EARLIEST = date(1930, 2, 3)
LATEST = date(2100, 1, 1)
WRONG = "Ngày chưa đúng. Nhập ngày/tháng/năm, ví dụ 30/06/2025."
OUTSIDE = "Ngày phải từ 03/02/1930 đến trước 01/01/2100. Nhập lại."


@dataclass(frozen=True)
class AsOf:
    """The day shown; `typed` and `error` where the address held something else."""

    day: date
    today: date
    typed: str = ""
    error: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "AsOf":
        today = timezone.localdate()
        typed = asked.get("ngay", "").replace("\0", "").strip()[:20]
        if not typed:
            return cls(today, today)
        try:
            day = forms.DateField().clean(typed)
        except forms.ValidationError:
            return cls(today, today, typed, WRONG)
        if not EARLIEST <= day < LATEST:
            return cls(today, today, typed, OUTSIDE)
        return cls(day, today, typed)

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def text(self) -> str:
        return f"{self.day:%d/%m/%Y}"

    @property
    def query(self) -> str:
        """Return what keeps the day in a link: nothing for today."""
        return "" if self.is_today else f"?ngay={self.text}"
