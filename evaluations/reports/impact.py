"""The summary of an impact, as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ImpactView:
    """What the stored summary of a job says; levels by title, points in hundredths."""

    summary: Mapping[str, Any]

    @property
    def checked(self) -> int:
        return int(self.summary["checked"])

    @property
    def unreadable(self) -> int:
        return int(self.summary["unreadable"])

    @property
    def blank(self) -> list[str]:
        return list(self.summary["blank"])

    @property
    def moved(self) -> int:
        return self.up + self.down

    @property
    def up(self) -> int:
        return self._moving("lên")

    @property
    def down(self) -> int:
        return self._moving("xuống")

    @property
    def before(self) -> int:
        return sum(count for was, _, count in self.summary["turned"] if was)

    @property
    def after(self) -> int:
        return sum(count for _, now, count in self.summary["turned"] if now)

    @property
    def levels(self) -> list[dict[str, Any]]:
        return [
            {
                "before": self._title(before),
                "after": self._title(after),
                "count": count,
                "moved": self._direction(before, after),
            }
            for before, after, count in self.summary["levels"]
        ]

    @property
    def committees(self) -> list[Mapping[str, Any]]:
        return list(self.summary["committees"])

    @property
    def worst(self) -> list[dict[str, Any]]:
        return [
            {
                **row,
                "levels": self._change(row["level_before"], row["level_after"]),
            }
            for row in self.summary["worst"]
        ]

    def _title(self, level: str) -> str:
        return str(self.summary["titles"].get(level, level))

    def _change(self, before: str, after: str) -> str:
        titles = self._title(before), self._title(after)
        return titles[0] if before == after else f"{titles[0]} → {titles[1]}"

    def _direction(self, before: str, after: str) -> str:
        """Return "lên" or "xuống"; "" for the same level and for one the draft does not know."""
        order = list(self.summary["titles"])
        if before == after or before not in order or after not in order:
            return ""
        return "lên" if order.index(after) < order.index(before) else "xuống"

    def _moving(self, direction: str) -> int:
        return sum(row["count"] for row in self.levels if row["moved"] == direction)
