"""What of a ranking is shown: read from the address, applied to rows, told in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from cells.access import Reach
from cells.vietnamese import tidy
from evaluations.models import Ranking, RankingRow

RANKED, APART = "xep-hang", "chua-du"
COMMITTEES = "committee"
ELIGIBLE = {"1": True, "0": False}
MOVEMENT = F("previous_rank") - F("rank")
SORTS: dict[str, Any] = {
    "rank": F("rank"),
    "code": F("code"),
    "name": F("name"),
    "unit": F("committee_name"),
    "unit_rank": F("committee_rank"),
    "group": F("group"),
    "group_rank": F("group_rank"),
    "total": F("total"),
    "members": F("members"),
    "movement": MOVEMENT,
}


@dataclass(frozen=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str


@dataclass(frozen=True)
class RankingFilter:
    """The filters of a ranking page; an unknown value filters nothing."""

    tab: str = RANKED
    q: str = ""
    unit: str = ""
    group: str = ""
    kind: str = ""
    level: str = ""
    eligible: str = ""
    criteria: str = ""
    subject: str = ""
    sort: str = "rank"
    # The sets for committees, where the ranking has some; they are never shown among cells.
    committee_sets: tuple[str, ...] = ()

    @classmethod
    def read(cls, asked: Mapping[str, str], ranking: Ranking, reach: Reach) -> "RankingFilter":
        known = choices(ranking, reach)
        given = {
            name: asked.get(name, "") if asked.get(name, "") in {c.value for c in options} else ""
            for name, options in known.items()
        }
        sort = asked.get("sort", "")
        theirs = tuple(ranking.summary.get("committee_sets", ()))
        return cls(
            subject=COMMITTEES if theirs and asked.get("subject") == COMMITTEES else "",
            committee_sets=theirs,
            tab=APART if asked.get("tab") == APART else RANKED,
            q=tidy(asked.get("q", "").replace("\0", ""))[:100],
            sort=sort if sort.removeprefix("-") in SORTS else "rank",
            **given,
        )

    @property
    def is_open(self) -> bool:
        """Tell whether nothing is filtered."""
        chosen = (self.q, self.unit, self.group, self.kind, self.level, self.eligible)
        return not any(chosen) and not self.criteria

    @property
    def noun(self) -> str:
        return "đảng bộ" if self.subject else "chi bộ"

    def competing(self, rows: QuerySet[RankingRow]) -> QuerySet[RankingRow]:
        rows = self._common(rows.filter(rank__isnull=False))
        if self.level:
            rows = rows.filter(level=self.level)
        if self.eligible:
            rows = rows.filter(is_eligible=ELIGIBLE[self.eligible])
        column = SORTS[self.sort.removeprefix("-")]
        down = self.sort.startswith("-")
        order = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
        return rows.order_by(*([] if self.sort == "rank" else [order]), "rank", "code")

    def apart(self, rows: QuerySet[RankingRow]) -> QuerySet[RankingRow]:
        return self._common(rows.filter(rank__isnull=True)).order_by("code")

    def _common(self, rows: Any) -> Any:
        if self.subject:
            rows = rows.filter(criteria_code__in=self.committee_sets)
        elif self.committee_sets:
            rows = rows.exclude(criteria_code__in=self.committee_sets)
        if self.criteria:
            rows = rows.filter(criteria_code=self.criteria)
        if self.q:
            rows = rows.search(self.q)
        if self.unit:
            rows = rows.filter(committee__code=self.unit)
        if self.group:
            rows = rows.filter(group=self.group)
        if self.kind:
            rows = rows.filter(kind_code=self.kind)
        return rows

    def in_words(self, ranking: Ranking, reach: Reach) -> str:
        """Tell the filter as a person would; what is shown is exactly this."""
        titles = {
            "unit": "Đơn vị",
            "kind": "Loại hình",
            "group": "Nhóm",
            "level": "Mức",
            "eligible": "Đủ điều kiện",
            "criteria": "Bộ tiêu chí",
        }
        known = choices(ranking, reach)
        parts = [f"Phiếu của {self.noun}"] if self.committee_sets else []
        parts += [f"Tìm: “{self.q}”"] if self.q else []
        for name, title in titles.items():
            value = getattr(self, name)
            label = next((c.label for c in known[name] if value and c.value == value), "")
            if label:
                parts.append(f"{title}: {label}")
        return "; ".join(parts) or "Không lọc"


def choices(ranking: Ranking, reach: Reach) -> dict[str, list[Choice]]:
    """Return what each filter offers; committees only within reach."""
    summary = ranking.summary
    return {
        "unit": [
            Choice(path.rstrip("/").rpartition("/")[2], name)
            for _, name, path, *_ in summary.get("committees", [])
            if reach.covers(path)
        ],
        "group": [Choice(group, group) for group in summary.get("groups", [])],
        "kind": [Choice(code, name) for code, name in summary.get("kinds", [])],
        "level": [Choice(code, title) for code, title in summary.get("levels", [])],
        "eligible": [Choice("1", "Có"), Choice("0", "Không")],
        "criteria": [Choice(code, title) for code, title in summary.get("criteria", [])],
    }
