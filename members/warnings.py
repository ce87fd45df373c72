"""What the rules call for and a branch does not have yet; a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from cells import access
from cells.models import Unit, User
from members.calendar import holidays_from
from members.counts import NOBODY, CellCount, counts_within
from members.models import Member, Membership, Post, Transfer
from members.services.merging import duplicate_groups
from members.services.moving import deadline_of
from members.thresholds import Thresholds, in_force, months_after

SHOWN = 30


@dataclass(eq=False)
class Warned:
    """One kind of warning: what it is, what to do, how many, and the first of them."""

    code: str
    title: str
    advice: str
    count: int = 0
    items: list[tuple[str, str, str]] = field(default_factory=list)
    more_url: str = ""

    def add(self, text: str, url: str, note: str = "") -> None:
        self.count += 1
        if len(self.items) < SHOWN:
            self.items.append((text, url, note))

    @property
    def more(self) -> int:
        return self.count - len(self.items)


def warnings_of(user: User, unit: Unit | None, day: date) -> list[Warned]:
    """Return every kind of warning for the cells and people of a branch, empty ones too."""
    rules = in_force(day)
    branch = access.branch(unit.path) if unit else access.reach(user, access.VIEW)
    members = _members(user, unit)
    return [
        *_cells(branch, day, rules),
        _probation(members, unit, day, rules),
        _transfers(branch, day),
        _no_birth_year(members, unit),
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
    counts = counts_within(branch.condition("cell__path"), day)
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
                warned.add(name, _list_url(cell=code), _said(count))
    return [few, secretary, lacking, needless, large]


def _said(count: CellCount) -> str:
    return f"{count.full} chính thức, {count.probationary} dự bị"


def _list_url(**query: str) -> str:
    return f"{reverse('members:list')}?{urlencode(query)}"


def _member_url(pk) -> str:
    return reverse("members:member", args=[pk])


def _probation(members, unit: Unit | None, day: date, rules: Thresholds) -> Warned:
    warned = Warned(
        "probation", f"Dự bị quá {rules.probation_months} tháng",
        "Xét công nhận chính thức, hoặc ghi ngày chính thức nếu đã công nhận.",
        more_url=_list_url(dien="du-bi", xep="ngay-vao", **_cell(unit)),
    )  # fmt: skip
    since = months_after(day, -rules.probation_months)
    late = members.filter(full_on__isnull=True, admitted_on__lt=since).order_by("admitted_on")
    warned.count = late.count()
    warned.items = [
        (member.full_name, _member_url(member.pk), f"vào Đảng {member.admitted_on:%d/%m/%Y}")
        for member in late[:SHOWN]
    ]
    return warned


def _cell(unit: Unit | None) -> dict[str, str]:
    return {"cell": unit.code} if unit else {}


def _no_birth_year(members, unit: Unit | None) -> Warned:
    warned = Warned(
        "birth-year", "Chưa ghi năm sinh", "Ghi năm sinh để phân biệt người trùng tên.",
        more_url=_list_url(tuoi="chua-ro", **_cell(unit)),
    )  # fmt: skip
    without = members.filter(birth_year__isnull=True)
    warned.count = without.count()
    warned.items = [
        (member.full_name, _member_url(member.pk), "")
        for member in without.order_by("sort_key")[:SHOWN]
    ]
    return warned


def _transfers(branch: access.Reach, day: date) -> Warned:
    warned = Warned(
        "transfers", "Chuyển sinh hoạt quá hạn", "Làm giấy giới thiệu, hoặc nhắc nộp giấy.",
        more_url=reverse("members:transfers"),
    )  # fmt: skip
    under_way = Transfer.objects.touching(branch).under_way().order_by("moved_on")
    transfers = list(under_way.select_related("member"))
    holidays = holidays_from(min((one.moved_on for one in transfers), default=day))
    for transfer in transfers:
        deadline = deadline_of(transfer, day, holidays)
        if deadline and deadline.is_late:
            note = f"quá hạn {deadline.days_late} ngày làm việc"
            warned.add(transfer.member.full_name, reverse("members:transfers"), note)
    return warned


def _duplicates(user: User) -> Warned:
    warned = Warned(
        "duplicates", "Có thể ghi trùng người", "So hai hồ sơ; cùng một người thì gộp lại.",
        more_url=reverse("members:duplicates"),
    )  # fmt: skip
    warned.count = duplicate_groups(user).count()
    return warned
