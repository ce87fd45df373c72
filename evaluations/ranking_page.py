"""The lines of the ranking page, as texts: fifty rows are rendered without a look-up each."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from cells.access import Reach
from cells.vietnamese import number_text, points_text
from evaluations.models import Ranking
from evaluations.ranking_filter import Choice, RankingFilter, choices

FIELDS = (
    "rank",
    "tied",
    "competitors",
    "code",
    "name",
    "committee_name",
    "committee_rank",
    "committee_competitors",
    "group",
    "group_rank",
    "group_competitors",
    "total",
    "level",
    "is_eligible",
    "reasons",
    "percentile",
    "previous_rank",
    "evaluation_id",
    "criteria_code",
)
# (label, value of `sort`, class). A second click on a column turns the order round.
HEADERS = [
    ("Hạng", "rank", "num"),
    ("Chi bộ", "name", "w-25"),
    ("Đơn vị", "unit", ""),
    ("Nhóm so sánh", "group_rank", ""),
    ("Tổng điểm", "total", "num"),
    ("Mức", "total", ""),
    ("So với kỳ trước", "movement", ""),
]


@dataclass(frozen=True)
class Line:
    """One row of the table in words."""

    rank: str
    of: str
    tied: str
    code: str
    name: str
    url: str
    committee: str
    committee_place: str
    group: str
    group_place: str
    total: str
    level: SafeString
    is_eligible: bool
    reasons: list[str]
    above: str
    move: str
    move_class: str
    move_words: str


@dataclass(frozen=True)
class Paginator:
    count: int
    num_pages: int


@dataclass(frozen=True)
class Slice:
    """One page of lines, in the shape that the pagination component reads."""

    number: int
    size: int
    count: int
    lines: list[Line]

    @property
    def paginator(self) -> Paginator:
        return Paginator(self.count, max(1, -(-self.count // self.size)))


class RowReader:
    """Turn stored rows of one ranking into lines."""

    def __init__(self, ranking: Ranking) -> None:
        self.words = ranking.summary.get("reasons", {})
        self.has_previous = ranking.previous_id is not None
        self.url = reverse("evaluations:scorecard", args=[ranking.period.code, "CODE"])

    def line(self, row: tuple[Any, ...]) -> Line:
        (rank, tied, competitors, code, name, committee, own, own_n, group, peer, peer_n, total) = (
            row[:12]
        )
        level, eligible, reasons, percentile, before, evaluation, criteria = row[12:19]
        words = self.words.get(criteria, {})
        move, move_class, move_words = self._movement(rank, before)
        return Line(
            rank=number_text(rank) if rank else "",
            of=f"/{number_text(competitors)}" if competitors else "",
            tied="đồng hạng" if tied and tied > 1 else "",
            code=code,
            name=name,
            url=self.url.replace("CODE", quote(code, safe="")) if evaluation else "",
            committee=committee,
            committee_place=_place(own, own_n),
            group=group,
            group_place=_place(peer, peer_n),
            total=points_text(total),
            level=level_badge(level),
            is_eligible=eligible,
            reasons=[words.get(reason, reason) for reason in reasons],
            above="" if percentile is None else f"{number_text(percentile / 100, places=2)} %",
            move=move,
            move_class=move_class,
            move_words=move_words,
        )

    def _movement(self, rank: int | None, before: int | None) -> tuple[str, str, str]:
        """Return sign, class and words of the way since the last period."""
        if rank is None or not self.has_previous:
            return "–", "", "chưa có kỳ trước để so"
        if before is None:
            return "mới", "", "kỳ trước không xếp hạng"
        by = before - rank
        if by > 0:
            return f"▲{number_text(by)}", "move-up", f"lên {number_text(by)} bậc"
        if by < 0:
            return f"▼{number_text(-by)}", "move-down", f"xuống {number_text(-by)} bậc"
        return "–", "", "giữ nguyên"


def _place(rank: int | None, competitors: int | None) -> str:
    return f"{number_text(rank)}/{number_text(competitors)}" if rank and competitors else ""


@lru_cache(maxsize=16)
def level_badge(level: str) -> SafeString:
    html = render_to_string("components/_level_badge.html", {"level": level})
    return mark_safe(html.strip())  # noqa: S308 (a template made it)


def options(ranking: Ranking, reach: Reach, shown: RankingFilter) -> dict[str, SafeString]:
    """Return the options of each filter as HTML; a city has hundreds, so they are made once."""
    return {
        name: _selected(_options(tuple(known)), getattr(shown, name))
        for name, known in choices(ranking, reach).items()
    }


@lru_cache(maxsize=256)
def _options(known: tuple[Choice, ...]) -> SafeString:
    pairs = ((choice.value, choice.label) for choice in known)
    return format_html_join("", '<option value="{}">{}</option>', pairs)


def _selected(html: SafeString, value: str) -> SafeString:
    if not value:
        return html
    mark = format_html('value="{}"', value)
    return mark_safe(html.replace(mark, f"{mark} selected", 1))  # noqa: S308 (both are escaped)
