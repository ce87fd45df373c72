"""The list of members within reach, and the same list as a workbook."""

from io import BytesIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cells import access
from cells.forms import LIST_AT_MOST
from cells.models import Door, Unit
from cells.services.audit import record
from members.filters import AGES, SORTS, STATUSES, filter_read, with_what_is_shown
from members.models import Member, Post
from members.reports import EXPORT_AT_MOST, LIST, PROFILE, members_workbook

PAGE_SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def member_list(request):
    found = filter_read(request.GET, request.user)
    page = _page(found, request.GET.get("page"))
    units = Unit.objects.visible_to(request.user).active()[: LIST_AT_MOST + 1]
    context = {
        "page": page,
        "rows": [(member, member.is_full_on(found.day)) for member in page],
        "found": found,
        "filters": found.values,
        "units": units if len(units) <= LIST_AT_MOST else [],
        "statuses": STATUSES.items(),
        "posts": Post.Kind.choices,
        "ages": [(key, label) for key, (label, *_) in AGES.items()],
        "sorts": SORTS.items(),
        "may_edit": bool(access.reach(request.user, access.MEMBERS)),
    }
    return render(request, "members/member_list.html", context)


def _page(found, number):
    """Return a page; what its rows show is looked up for them alone, not for all before them."""
    paginator = Paginator(found.members(), PAGE_SIZE)
    paginator.count = found.count()
    page = paginator.get_page(number)
    keys = _slice(paginator, page).values("pk")
    rows = found.ordered(Member.objects.filter(pk__in=keys))
    page.object_list = with_what_is_shown(rows, found.day)
    return page


def _slice(paginator, page):
    """Return the members of a page, read from the nearer end of the list."""
    first, last = max(page.start_index() - 1, 0), page.end_index()
    if first <= paginator.count // 2:
        return paginator.object_list[first:last]
    return paginator.object_list.reverse()[paginator.count - last : paginator.count - first]


@require_GET
@never_cache
def member_xlsx(request):
    return _workbook(request, "Danh sách đảng viên", LIST, "dang-vien.xlsx")


@require_GET
@never_cache
def member_profile_xlsx(request):
    return _workbook(request, "Danh sách trích ngang", PROFILE, "trich-ngang.xlsx")


def _workbook(request, title, columns, name):
    found = filter_read(request.GET, request.user)
    count = found.count()
    if count > EXPORT_AT_MOST:
        messages.error(
            request, f"Danh sách có {count} người, quá nhiều cho một tệp. Chọn một đơn vị nhỏ hơn."
        )
        return redirect(f"{reverse('members:list')}?{found.query}")
    target = BytesIO()
    members_workbook(target, found, title=title, columns=columns, count=count)
    record(
        by=request.user, door=Door.WEB, action="members_exported", subject=request.user,
        unit=found.unit, field=name, new={"count": count, "filter": found.query},
    )  # fmt: skip
    response = HttpResponse(target.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
