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


# (URL name, label, icon of bootstrap-icons, the actions of which one is needed; none: any role)
NAVIGATION = [
    ("evaluations:queue_now", "Công việc", "list-check", {access.VIEW}),
    ("evaluations:ranking_now", "Xếp hạng", "trophy", {access.VIEW}),
    ("evaluations:decisions_now", "Quyết định", "file-earmark-check", {access.VIEW}),
    ("evaluations:periods", "Kỳ đánh giá", "calendar3", {access.ADMINISTER}),
    ("cells:units", "Đơn vị", "diagram-3", {access.VIEW}),
    ("cells:areas", "Địa bàn", "geo-alt", {access.VIEW}),
    ("members:list", "Đảng viên", "people", {access.VIEW}),
    ("evaluations:imports", "Nhập dữ liệu", "file-earmark-arrow-up", {access.IMPORT}),
    ("cells:accounts", "Tài khoản", "person-badge", {access.ACCOUNTS}),
]


def chrome(request):
    """Return the navigation, the user's roles in words, and whether this is the demo."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav_items": [], "demo_mode": settings.DEMO}
    roles = access.roles(user)
    return {
        "nav_items": [
            NavItem(reverse(name), label, icon, request.path.startswith(reverse(name)))
            for name, label, icon, actions in NAVIGATION
            if any(access.reach(user, action) for action in actions)
        ],
        "role_names": [Role(role).label for role in sorted(roles)],
        "demo_mode": settings.DEMO,
    }
