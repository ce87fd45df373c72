"""What the rules call for and a branch does not have yet; a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from cells import access
from cells.models import Unit, User
from members.breadth import is_wide
from members.calendar import holidays_from
from members.counts import NOBODY, belonging_within
from members.models import Member, Membership, Post, Transfer
from members.services.merging import duplicate_groups
from members.services.moving import deadline_of
from members.thresholds import Thresholds, in_force, months_after
from members.warned_cases import Cases, CellCase, Cells, Moves, People


@dataclass(eq=False)
class Warned:
    """One kind of warning: what it is, what to do, and its cases.

    Those with a page of their own have no cases here; `own_count` says how many, if known.
    """

    code: str
    title: str
    advice: str
    items: Cases = field(default_factory=Cells)
    more_url: str = ""
    own_count: int | None = None

    @property
    def count(self) -> int:
        return len(self.items) if self.own_count is None else self.own_count

    @property
    def is_raised(self) -> bool:
        """Tell whether there is something to look at, or may be."""
        return bool(self.count) or bool(self.more_url and self.own_count is None)


def reach_of(user: User, unit: Unit | None) -> access.Reach:
    """Return the branch of a unit, or all that `user` may see."""
    return access.branch(unit.path) if unit else access.reach(user, access.VIEW)


def warnings_of(user: User, unit: Unit | None, day: date) -> list[Warned]:
    """Return every kind of warning for the cells and people of a branch, empty ones too."""
    rules = in_force(day)
    branch = reach_of(user, unit)
    members = _members(user, unit)
    return [
        *_cells(branch, day, rules),
        _probation(members, branch, day, rules),
        _transfers(branch, day),
        _no_birth_year(members, branch),
        _duplicates(user, unit, branch),
    ]


def _members(user: User, unit: Unit | None) -> QuerySet[Member]:
    found: QuerySet[Member] = Member.objects.visible_to(user)
    if unit is None:
        return found
    within = access.branch(unit.path).condition("cell__path")
    there = Membership.objects.filter(within, left_on__isnull=True)
    return found.filter(pk__in=there.values("member"))


def _cells(branch: access.Reach, day: date, rules: Thresholds) -> list[Warned]:
    counts = belonging_within(branch.condition("cell__path"), day)
    held = Post.objects.held_on(day).filter(unit=OuterRef("pk"))
    cells = (
        Unit.objects.filter(branch.condition("path"))
        .active()
        .cells()
        .order_by("path")
        .annotate(
            led=Exists(held.filter(kind=Post.Kind.SECRETARY)),
            with_committee=Exists(held.filter(kind=Post.Kind.COMMITTEE)),
        )
    )
    few, unled, lacking, needless, large = (list[CellCase]() for _ in range(5))
    for pk, path, code, name, is_led, has_committee in cells.values_list(
        "pk", "path", "code", "name", "led", "with_committee"
    ):
        count = counts.get(pk, NOBODY)
        case = (path, code, name, count)
        if count.full < rules.least_full_members:
            few.append(case)
        if not is_led:
            unled.append(case)
        if has_committee != (count.full >= rules.committee_from):
            (needless if has_committee else lacking).append(case)
        if count.official >= rules.subgroups_from:
            large.append(case)
    return [
        Warned(
            "few", f"Dưới {rules.least_full_members} đảng viên chính thức",
            "Chi bộ cần đủ đảng viên chính thức; xem xét sáp nhập hoặc bổ sung.", Cells(few),
        ),
        Warned(
            "secretary", "Chưa có bí thư", "Bầu hoặc chỉ định bí thư rồi ghi chức vụ.",
            Cells(unled),
        ),
        Warned(
            "no-committee", f"Từ {rules.committee_from} đảng viên chính thức mà chưa có chi ủy",
            f"Bầu chi ủy, nhiều nhất {rules.committee_at_most} người.", Cells(lacking),
        ),
        Warned(
            "committee", f"Dưới {rules.committee_from} đảng viên chính thức mà có chi ủy",
            "Chỉ bầu bí thư, nếu cần thì thêm phó bí thư. Kiểm tra lại chức vụ đã ghi.",
            Cells(needless),
        ),
        Warned(
            "large", f"Từ {rules.subgroups_from} đảng viên trở lên",
            "Chia thành tổ đảng, mỗi tổ sinh hoạt ít nhất mỗi tháng một lần.", Cells(large),
        ),
    ]  # fmt: skip


def _probation(
    members: QuerySet[Member], branch: access.Reach, day: date, rules: Thresholds
) -> Warned:
    since = months_after(day, -rules.probation_months)
    late = Q(full_on__isnull=True, admitted_on__lt=since)
    return Warned(
        "probation", f"Dự bị quá {rules.probation_months} tháng",
        "Xét công nhận chính thức, hoặc ghi ngày chính thức nếu đã công nhận.",
        People(members, branch, late, ["admitted_on"],
               lambda one: f"vào Đảng {one.admitted_on:%d/%m/%Y}"),
    )  # fmt: skip


def _no_birth_year(members: QuerySet[Member], branch: access.Reach) -> Warned:
    return Warned(
        "birth-year", "Chưa ghi năm sinh", "Ghi năm sinh để phân biệt người trùng tên.",
        People(members, branch, Q(birth_year__isnull=True), ["sort_key"], lambda one: ""),
    )  # fmt: skip


def _transfers(branch: access.Reach, day: date) -> Warned:
    under_way = Transfer.objects.touching(branch).under_way().order_by("moved_on", "pk")
    transfers = list(under_way.select_related("member", "origin", "target"))
    holidays = holidays_from(min((one.moved_on for one in transfers), default=day))
    rows = []
    for transfer in transfers:
        deadline = deadline_of(transfer, day, holidays)
        if deadline and deadline.is_late:
            note = f"quá hạn {deadline.days_late} ngày làm việc"
            item = (transfer.member.full_name, reverse("members:transfers"), note)
            ends = (end.path for end in (transfer.origin, transfer.target) if end)
            rows.append((item, tuple(ends)))
    return Warned(
        "transfers", "Chuyển sinh hoạt quá hạn", "Làm giấy giới thiệu, hoặc nhắc nộp giấy.",
        Moves(rows),
    )  # fmt: skip


def _duplicates(user: User, unit: Unit | None, branch: access.Reach) -> Warned:
    """Count the groups of doubles, but not those of a whole city: they are asked for by unit."""
    query = f"?{urlencode({'cell': unit.code})}" if unit else ""
    return Warned(
        "duplicates", "Có thể ghi trùng người", "So hai hồ sơ; cùng một người thì gộp lại.",
        more_url=f"{reverse('members:duplicates')}{query}",
        own_count=None if is_wide(branch) else duplicate_groups(user, unit).count(),
    )  # fmt: skip
