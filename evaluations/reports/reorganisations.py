"""What the pages of reorganisations say: effects by what they touch, a file in one sentence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Q

from cells.models import Lineage, Placement, Reorganisation, Unit
from evaluations.services.reorganisation_files import FileReport

# Code of an effect, as the parts of Chibo name them, to its heading.
HEADINGS = {
    "units_founded": "Tổ chức",
    "units_closed": "Tổ chức",
    "units_changed": "Tổ chức",
    "units_along": "Tổ chức",
    "areas": "Tổ chức",
    "members_moved": "Đảng viên, chức vụ",
    "members_along": "Đảng viên, chức vụ",
    "members_left": "Đảng viên, chức vụ",
    "posts_ended": "Đảng viên, chức vụ",
    "posts_moved": "Đảng viên, chức vụ",
    "supervisions_ended": "Đảng viên, chức vụ",
    "transfers": "Đảng viên, chức vụ",
    "users": "Tài khoản",
    "assignments_ended": "Tài khoản",
    "assignments_moved": "Tài khoản",
    "jobs": "Tài khoản",
    "periods": "Kỳ đánh giá, phiếu phải nộp",
    "new_units": "Kỳ đánh giá, phiếu phải nộp",
    "not_expected": "Kỳ đánh giá, phiếu phải nộp",
    "sheets_open": "Kỳ đánh giá, phiếu phải nộp",
    "sheets_decided": "Kỳ đánh giá, phiếu phải nộp",
}
OTHER = "Khác"
ROWS_NAMED = 5


class Counted(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True)
class Group:
    title: str
    effects: list[Counted]


def grouped(effects: Iterable[Counted]) -> list[Group]:
    """Return the effects under their headings, in the order of these."""
    titles = [*dict.fromkeys(HEADINGS.values()), OTHER]
    found: dict[str, list[Counted]] = {title: [] for title in titles}
    for effect in effects:
        found[HEADINGS.get(effect.code, OTHER)].append(effect)
    return [Group(title, rows) for title, rows in found.items() if rows]


def event_rows(
    events: Iterable[Reorganisation], edges_shown: int
) -> list[tuple[Reorganisation, list[str]]]:
    """Return each event with its first edges in words, by the names that units bore then.

    `edges` of an event are those to show, and one more where there are more.
    """
    listed = list(events)
    shown: dict[int, list[Lineage]] = {event.pk: event.edges for event in listed}  # type: ignore[attr-defined]
    names = _names_then(listed, {edge.predecessor_id for row in shown.values() for edge in row})
    rows = []
    for event in listed:
        edges = shown[event.pk]
        words = [_edge_in_words(edge, names) for edge in edges[:edges_shown]]
        rows.append((event, [*words, "…"] if len(edges) > edges_shown else words))
    return rows


def event_sides(event: Reorganisation) -> tuple[list[tuple[str, Unit]], list[tuple[str, Unit]]]:
    """Return the units before and after an event, each with the name it bore then."""
    edges = list(event.lineage.select_related("predecessor", "successor").order_by("pk"))
    names = _names_then([event], {edge.predecessor_id for edge in edges})
    before = dict.fromkeys(edge.predecessor for edge in edges if edge.predecessor)
    after = dict.fromkeys(edge.successor for edge in edges if edge.successor)
    return (
        [(names.get((event.pk, unit.pk, "before"), unit.name), unit) for unit in before],
        [(names.get((event.pk, unit.pk, "after"), unit.name), unit) for unit in after],
    )


def _names_then(
    events: Iterable[Reorganisation], units: Iterable[int | None]
) -> dict[tuple[int, int, str], str]:
    """Return the names before and after the events of units that went on, in one query."""
    keys = [event.pk for event in events]
    rows = Placement.objects.filter(Q(opened_by__in=keys) | Q(closed_by__in=keys))
    rows = rows.filter(unit__in=[key for key in units if key is not None])
    names = {}
    for unit, name, opened, closed in rows.values_list("unit", "name", "opened_by", "closed_by"):
        names[closed, unit, "before"] = names[opened, unit, "after"] = name
    return names


def _edge_in_words(edge: Lineage, names: dict[tuple[int, int, str], str]) -> str:
    old, new, event = edge.predecessor, edge.successor, edge.reorganisation_id
    before = old and names.get((event, old.pk, "before"), old.name)
    after = new and names.get((event, new.pk, "after"), new.name)
    if before == after:
        return str(before)
    return f"{before} → {after or 'kết thúc'}" if before else str(after)


def file_kinds(report: FileReport) -> list[tuple[str, int]]:
    """Count the events of a file by their kind."""
    counts = Counter(line.kind for line in report.lines)
    return [(str(kind.label), counts[kind]) for kind in Reorganisation.Kind if counts[kind]]


def file_warnings(report: FileReport) -> list[tuple[str, str]]:
    """Return each thing that wants a second look once, with the rows that it is about."""
    rows: dict[str, list[int]] = {}
    for warning in report.warnings:
        rows.setdefault(warning.message, []).append(warning.row)
    return [(_in_words(sorted(set(numbers))), message) for message, numbers in rows.items()]


def _in_words(rows: list[int]) -> str:
    listed = ", ".join(str(row) for row in rows[:ROWS_NAMED])
    return f"Dòng {listed}" if len(rows) <= ROWS_NAMED else f"{len(rows)} dòng: {listed}…"


def file_summary(report: FileReport, *, waits: bool) -> tuple[str, str]:
    """Return level and text; a trial speaks of the future, what was carried out of the past.

    `waits` tells whether the file is still kept.
    """
    if report.applied:
        return "success", f"Đã ghi {report.events} sự kiện."
    if report.errors:
        return (
            "error",
            f"Chưa ghi được: tệp có {len(report.errors)} lỗi. Chưa có gì được ghi. Sửa các ô dưới"
            " đây trong tệp rồi chọn lại tệp.",
        )
    if not waits:
        return "warning", "Tệp chờ quá 24 giờ nên đã bị xóa. Hãy chọn lại tệp."
    return (
        "info",
        f"Chạy thử được cả {report.events} sự kiện. Chưa có gì được ghi; xem kỹ bên dưới rồi bấm"
        " “Ghi thật”.",
    )
