"""What every page shows around its content."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from cells import access
from cells.models import Role


@dataclass(frozen=True)
class NavItem:
    url: str
    label: str
    icon: str
    current: bool


@dataclass(frozen=True)
class NavGroup:
    """Items that belong together, under one word; a single one stands for itself."""

    label: str
    items: list[NavItem]

    @property
    def current(self) -> bool:
        return any(item.current for item in self.items)


ORGANISATION, UPKEEP = "Tổ chức", "Quản lý"
# (URL name, label, icon of bootstrap-icons, the actions of which one is needed, group; "": none)
NAVIGATION = [
    ("evaluations:queue_now", "Công việc", "list-check", {access.VIEW}, ""),
    ("evaluations:progress_now", "Tiến độ", "bar-chart-line", {access.PROGRESS}, ""),
    ("evaluations:ranking_now", "Xếp hạng", "trophy", {access.VIEW}, ""),
    ("evaluations:decisions_now", "Quyết định", "file-earmark-check", {access.VIEW}, ""),
    ("evaluations:recognition_now", "Công nhận", "patch-check", {access.VIEW}, ""),
    ("evaluations:criteria", "Tiêu chí", "card-checklist", {access.VIEW}, ""),
    ("cells:units", "Đơn vị", "diagram-3", {access.VIEW}, ORGANISATION),
    ("members:list", "Đảng viên", "people", {access.VIEW}, ORGANISATION),
    (
        "evaluations:member_cells_now",
        "Đảng viên bốn tốt",
        "person-check",
        {access.VIEW},
        ORGANISATION,
    ),
    ("cells:areas", "Địa bàn", "geo-alt", {access.VIEW}, ORGANISATION),
    ("evaluations:periods", "Kỳ đánh giá", "calendar3", {access.ADMINISTER}, UPKEEP),
    ("evaluations:imports", "Nhập dữ liệu", "file-earmark-arrow-up", {access.IMPORT}, UPKEEP),
    (
        "evaluations:verifiers",
        "Phân công thẩm định",
        "clipboard2-check",
        {access.VERIFIERS},
        UPKEEP,
    ),
    ("cells:accounts", "Tài khoản", "person-badge", {access.ACCOUNTS}, UPKEEP),
]


def chrome(request):
    """Return the navigation, what the header says of the user, and whether this is the demo."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_groups": [], "demo_mode": settings.DEMO}
    roles = access.roles(user)
    return {
        "nav_groups": _groups(request),
        "role_names": [Role(role).label for role in sorted(roles)],
        "unread_notices": getattr(user, "unread_notices", 0),
        "demo_mode": settings.DEMO,
    }


def _groups(request) -> list[NavGroup]:
    """Return what the user may open; neighbours of one group together."""
    groups: list[NavGroup] = []
    for name, label, icon, actions, group in NAVIGATION:
        if not any(access.reach(request.user, action) for action in actions):
            continue
        url = reverse(name)
        item = NavItem(url, label, icon, request.path.startswith(url))
        if group and groups and groups[-1].label == group:
            groups[-1].items.append(item)
        else:
            groups.append(NavGroup(group, [item]))
    return groups
