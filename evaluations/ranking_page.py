"""The lines of the ranking page, and the options of its filters, as HTML."""

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
from evaluations.models import LineageBreak, Ranking
from evaluations.ranking_filter import Choice, RankingFilter, choices
from evaluations.reasons import verdict

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
    "lineage_break",
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


def headers(shown: RankingFilter) -> list[tuple[str, str, str]]:
    """Return the heads of the columns for what is ranked."""
    return [
        (shown.noun.capitalize() if sort == "name" else label, sort, look)
        for label, sort, look in HEADERS
    ]


# A row is put together here and not in a template: fifty rows of twenty variables each would
# take most of the time of the page.
RANKED_ROW = (
    '<tr><td class="num" data-label="Hạng"><strong class="rank">{rank}</strong>/{of}{tied}'
    '<br><span class="text-quiet">cao hơn {above} %</span></td>'
    '<th scope="row"><a href="{url}">{name}</a><span class="row-code mt-2">{code}</span></th>'
    '<td data-label="Đơn vị">{committee}{committee_place}</td>'
    '<td data-label="Nhóm so sánh">{group}{group_place}</td>'
    '<td class="num" data-label="Tổng điểm"><strong>{total}</strong></td>'
    '<td data-label="Mức">{level}{verdict}</td>'
    '<td data-label="So với kỳ trước"><span class="{move_class}"><span aria-hidden="true">{move}'
    '</span><span class="visually-hidden">{move_words}</span></span>{broken}</td></tr>'
)
APART_ROW = (
    '<tr><th scope="row">{name}<span class="row-code mt-2">{code}</span></th>'
    '<td data-label="Đơn vị">{committee}</td><td data-label="Vì sao">{reasons}</td></tr>'
)
BROKEN = ' <span class="text-quiet">{}</span>'
TIED = mark_safe("<br>đồng hạng")
QUIET = '<br><span class="text-quiet">{}</span>'


@dataclass(frozen=True)
class Line:
    """One row of the table: whose it is, and its HTML."""

    code: str
    html: SafeString


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
        self.yes = format_html("<br>{}", verdict(ranking.period.kind, True))
        self.no = verdict(ranking.period.kind, False)

    def line(self, row: tuple[Any, ...]) -> Line:
        stored = dict(zip(FIELDS, row, strict=False))
        read = self._apart if stored["rank"] is None else self._ranked
        return Line(stored["code"], read(stored))

    def _ranked(self, row: dict[str, Any]) -> SafeString:
        move, move_class, move_words = self._movement(row["rank"], row["previous_rank"])
        broken = LineageBreak.words(row["lineage_break"], is_new=row["previous_rank"] is None)
        return format_html(
            RANKED_ROW,
            rank=number_text(row["rank"]),
            of=number_text(row["competitors"]),
            tied=TIED if row["tied"] > 1 else "",
            above=points_text(row["percentile"]),
            url=self._url(row["code"]),
            name=row["name"],
            code=row["code"],
            committee=row["committee_name"],
            committee_place=_place(row["committee_rank"], row["committee_competitors"], ""),
            group=row["group"] or "–",
            group_place=_place(
                row["group_rank"],
                row["group_competitors"],
                "nhóm ít, không xếp" if row["group"] else "",
            ),
            total=points_text(row["total"]),
            level=level_badge(row["level"]),
            verdict=self._verdict(row),
            move="" if broken and row["previous_rank"] is None else move,
            broken=format_html(BROKEN, broken) if broken else "",
            move_class=move_class,
            move_words=move_words,
        )

    def _apart(self, row: dict[str, Any]) -> SafeString:
        name = row["name"]
        if row["evaluation_id"]:
            name = format_html('<a href="{}">{}</a>', self._url(row["code"]), name)
        return format_html(
            APART_ROW,
            name=name,
            code=row["code"],
            committee=row["committee_name"],
            reasons=self._reasons(row),
        )

    def _url(self, code: str) -> str:
        return self.url.replace("CODE", quote(code, safe=""))

    def _reasons(self, row: dict[str, Any]) -> str:
        words = self.words.get(row["criteria_code"], {})
        return "; ".join(words.get(reason, reason) for reason in row["reasons"])

    def _verdict(self, row: dict[str, Any]) -> SafeString:
        if row["is_eligible"]:
            return self.yes
        return format_html(
            "<details><summary>{}</summary>{}</details>", self.no, self._reasons(row)
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


def _place(rank: int | None, competitors: int | None, otherwise: str) -> SafeString:
    text = (
        f"hạng {number_text(rank)}/{number_text(competitors)}"
        if rank and competitors
        else otherwise
    )
    return format_html(QUIET, text) if text else SafeString("")


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
