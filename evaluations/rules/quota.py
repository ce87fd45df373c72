"""The cap on how many may be graded excellent."""

from dataclasses import dataclass
from typing import Literal

Base = Literal["good_only", "good_or_better", "all"]
WHOLE = 10_000  # 100 % in hundredths of a percent


@dataclass(frozen=True, slots=True)
class Quota:
    """A share of a base, rounded down; percents in hundredths."""

    percent: int
    base: Base = "good_only"
    exception_percent: int | None = None
    group_by: str = ""

    def cap(self, *, good_or_better: int, assessed: int, exception: bool = False) -> int:
        """Return how many may be excellent.

        `good_or_better` counts the excellent too. Under `good_only` the excellent are no part of
        their own base, so the cap is the largest x with x ≤ percent × (good_or_better − x).
        """
        percent = self.percent
        if exception and self.exception_percent is not None:
            percent = self.exception_percent
        if self.base == "good_only":
            return percent * good_or_better // (WHOLE + percent)
        return percent * (good_or_better if self.base == "good_or_better" else assessed) // WHOLE
