"""What the rules call for and a branch does not have yet; a fixed number of queries."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from cells import access
from cells.models import Unit, User
from members.calendar import holidays_from
from members.counts import NOBODY, CellCount, belonging_within
from members.models import Member, Membership, Post, Transfer
from members.services.merging import duplicate_groups
from members.services.moving import deadline_of
from members.thresholds import Thresholds, in_force, months_after

Item = tuple[str, str, str]


@dataclass(eq=False)
class Warned:
    """One kind of warning: what it is, what to do, and each case as (text, address, note).

    Without items the cases have a page of their own at `more_url`.
    """

    code: str
    title: str
    advice: str
    items: "Sequence[Item] | People" = field(default_factory=list)
    more_url: str = ""
    own_count: int | None = None

    @property
    def count(self) -> int:
        return len(self.items) if self.own_count is None else self.own_count


class People:
    """The members of a query as items, read page by page."""

    def __init__(self, members: QuerySet[Member], note: Callable[[Member], str]) -> None:
        self.members, self.note = members, note

    @cached_property
    def _count(self) -> int:
        return self.members.count()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: slice) -> list[Item]:
        return [(one.full_name, _member_url(one.pk), self.note(one)) for one in self.members[place]]


def warnings_of(user: User, unit: Unit | None, day: date) -> list[Warned]:
    """Return every kind of warning for the cells and people of a branch, empty ones too."""
    rules = in_force(day)
    branch = access.branch(unit.path) if unit else access.reach(user, access.VIEW)
    members = _members(user, unit)
    return [
        *_cells(branch, day, rules),
        _probation(members, day, rules),
        _transfers(branch, day),
        _no_birth_year(members),
        _duplicates(user),
    ]


def _members(user: User, unit: Unit | None):
    found = Member.objects.visible_to(user)
    if unit is None:
        return found
    within = access.branch(unit.path).condition("cell__path")
    there = Membership.objects.filter(within, left_on__isnull=True)
    return found.filter(pk__in=there.values("member"))


def _cells(branch: access.Reach, day: date, rules: Thresholds) -> list[Warned]:
    counts = belonging_within(branch.condition("cell__path"), day)
    posts: dict[int, set[str]] = defaultdict(set)
    held = Post.objects.held_on(day).filter(branch.condition("unit__path"), unit__is_cell=True)
    for cell, kind in held.order_by().values_list("unit", "kind"):
        posts[cell].add(kind)
    few = Warned(
        "few", f"Dưới {rules.least_full_members} đảng viên chính thức",
        "Chi bộ cần đủ đảng viên chính thức; xem xét sáp nhập hoặc bổ sung.",
    )  # fmt: skip
    secretary = Warned("secretary", "Chưa có bí thư", "Bầu hoặc chỉ định bí thư rồi ghi chức vụ.")
    lacking = Warned(
        "no-committee", f"Từ {rules.committee_from} đảng viên chính thức mà chưa có chi ủy",
        f"Bầu chi ủy, nhiều nhất {rules.committee_at_most} người.",
    )  # fmt: skip
    needless = Warned(
        "committee", f"Dưới {rules.committee_from} đảng viên chính thức mà có chi ủy",
        "Chỉ bầu bí thư, nếu cần thì thêm phó bí thư. Kiểm tra lại chức vụ đã ghi.",
    )  # fmt: skip
    large = Warned(
        "large", f"Từ {rules.subgroups_from} đảng viên trở lên",
        "Chia thành tổ đảng, mỗi tổ sinh hoạt ít nhất mỗi tháng một lần.",
    )  # fmt: skip
    found: dict[Warned, list[Item]] = {
        one: [] for one in (few, secretary, lacking, needless, large)
    }
    cells = Unit.objects.filter(branch.condition("path")).active().cells().order_by("path")
    for pk, code, name in cells.values_list("pk", "code", "name"):
        count = counts.get(pk, NOBODY)
        judged = {
            few: count.full < rules.least_full_members,
            secretary: Post.Kind.SECRETARY not in posts[pk],
            lacking: count.full >= rules.committee_from and Post.Kind.COMMITTEE not in posts[pk],
            needless: count.full < rules.committee_from and Post.Kind.COMMITTEE in posts[pk],
            large: count.official >= rules.subgroups_from,
        }
        for warned, holds in judged.items():
            if holds:
                found[warned].append((name, _list_url(cell=code), _said(count)))
    for warned, items in found.items():
        warned.items = items
    return list(found)


def _said(count: CellCount) -> str:
    return f"{count.full} chính thức, {count.probationary} dự bị"


def _list_url(**query: str) -> str:
    return f"{reverse('members:list')}?{urlencode(query)}"


def _member_url(pk) -> str:
    return reverse("members:member", args=[pk])


def _probation(members: QuerySet[Member], day: date, rules: Thresholds) -> Warned:
    since = months_after(day, -rules.probation_months)
    late = members.filter(full_on__isnull=True, admitted_on__lt=since).order_by("admitted_on", "pk")
    return Warned(
        "probation", f"Dự bị quá {rules.probation_months} tháng",
        "Xét công nhận chính thức, hoặc ghi ngày chính thức nếu đã công nhận.",
        People(late, lambda one: f"vào Đảng {one.admitted_on:%d/%m/%Y}"),
    )  # fmt: skip


def _no_birth_year(members: QuerySet[Member]) -> Warned:
    without = members.filter(birth_year__isnull=True).order_by("sort_key", "pk")
    return Warned(
        "birth-year", "Chưa ghi năm sinh", "Ghi năm sinh để phân biệt người trùng tên.",
        People(without, lambda one: ""),
    )  # fmt: skip


def _transfers(branch: access.Reach, day: date) -> Warned:
    under_way = Transfer.objects.touching(branch).under_way().order_by("moved_on")
    transfers = list(under_way.select_related("member"))
    holidays = holidays_from(min((one.moved_on for one in transfers), default=day))
    items: list[Item] = []
    for transfer in transfers:
        deadline = deadline_of(transfer, day, holidays)
        if deadline and deadline.is_late:
            note = f"quá hạn {deadline.days_late} ngày làm việc"
            items.append((transfer.member.full_name, reverse("members:transfers"), note))
    return Warned(
        "transfers", "Chuyển sinh hoạt quá hạn", "Làm giấy giới thiệu, hoặc nhắc nộp giấy.", items
    )


def _duplicates(user: User) -> Warned:
    return Warned(
        "duplicates", "Có thể ghi trùng người", "So hai hồ sơ; cùng một người thì gộp lại.",
        more_url=reverse("members:duplicates"), own_count=duplicate_groups(user).count(),
    )  # fmt: skip
