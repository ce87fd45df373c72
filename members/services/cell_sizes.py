"""What the numbers of the rules say about the size of a cell on a day."""

from datetime import date

from cells.models import Unit
from members.counts import CellCount
from members.models import Post
from members.thresholds import in_force

# With so many members a cell of this level becomes a committee (đảng bộ cơ sở).
GROWING_LEVELS = {"chi_bo_co_so"}


def size_warnings(cell: Unit, count: CellCount, day: date) -> list[str]:
    """Return which numbers of the rules a cell does not meet, as sentences."""
    rules = in_force(day)
    found = []
    if count.full < rules.least_full_members:
        found.append(
            f"“{cell.name}” có {count.full} đảng viên chính thức; lập chi bộ cần ít nhất"
            f" {rules.least_full_members}."
        )
    if count.official >= rules.subgroups_from:
        found.append(
            f"“{cell.name}” có {count.official} đảng viên; từ {rules.subgroups_from} đảng viên thì"
            " chia thành các tổ đảng."
        )
        if cell.level.code in GROWING_LEVELS:
            found.append(
                f"“{cell.name}” có từ {rules.subgroups_from} đảng viên: xem xét lập đảng bộ cơ sở."
            )
    has_committee = Post.objects.held_on(day).filter(unit=cell, kind=Post.Kind.COMMITTEE)
    if count.full >= rules.committee_from and not has_committee.exists():
        found.append(
            f"“{cell.name}” có {count.full} đảng viên chính thức; từ {rules.committee_from} thì"
            " bầu chi ủy."
        )
    return found
