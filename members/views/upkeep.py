"""Keeping the records in order: warnings by branch, doubles and their merging."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cells import access
from cells.forms import LIST_AT_MOST
from cells.models import Door, Unit
from members.breadth import by_committee, committees_below, is_wide
from members.models import Member, Membership
from members.services import merging
from members.services.errors import MemberRefusedError
from members.thresholds import in_force
from members.warnings import reach_of, warnings_of

GROUPS_SHOWN = 25
ITEMS_SHOWN = 50


@require_GET
def warning_page(request):
    """Show the kinds of warning of a branch and the cases of one; of a wide one, by committee."""
    unit, context = _chosen_unit(request)
    branch, today = reach_of(request.user, unit), timezone.localdate()
    found = warnings_of(request.user, unit, today)
    chosen = _chosen(found, request.GET.get("loai", ""))
    wide = is_wide(branch)
    cases = chosen.items if chosen else ()
    if chosen and wide:
        cases = by_committee(chosen.items.places(), branch, _case_url(chosen))
    context |= {
        "warnings": found,
        "raised": [one for one in found if one.is_raised],
        "clear": [one for one in found if not one.is_raised],
        "chosen": chosen,
        "is_wide": wide,
        "page": Paginator(cases, ITEMS_SHOWN).get_page(request.GET.get("page")),
        "rules": in_force(today),
    }
    return render(request, "members/warnings.html", context)


def _chosen_unit(request):
    """Return the unit of the address, or None for all in reach; and what its choice shows."""
    code = request.GET.get("cell", "").strip()
    visible = Unit.objects.visible_to(request.user).active()
    unit = visible.filter(code=code).first() if code else None
    units = list(visible.committees()[: LIST_AT_MOST + 1])
    shown = units if len(units) <= LIST_AT_MOST else []
    return unit, {"unit": unit, "code": code, "units": shown}


def _case_url(chosen):
    def url(code):
        return f"{reverse('members:warnings')}?{urlencode({'cell': code, 'loai': chosen.code})}"

    return url


def _chosen(found, code):
    """Return the kind that was asked for, or the first that has cases to show here."""
    shown = [one for one in found if one.count and not one.more_url]
    return next((one for one in shown if one.code == code), shown[0] if shown else None)


@require_GET
def duplicate_list(request):
    """Show who may be recorded twice; of a wide branch, what one unit of it has."""
    unit, context = _chosen_unit(request)
    branch = reach_of(request.user, unit)
    if is_wide(branch):
        below = Paginator(committees_below(branch), ITEMS_SHOWN)
        context |= {"is_wide": True, "page": below.get_page(request.GET.get("page"))}
        return render(request, "members/duplicates.html", context)
    found = list(merging.duplicate_groups(request.user, unit))
    page = Paginator(found, GROUPS_SHOWN).get_page(request.GET.get("page"))
    places = Membership.objects.filter(left_on__isnull=True).select_related("cell__parent")
    people = merging.duplicates_of(request.user, page).prefetch_related(
        Prefetch("memberships", places, to_attr="belonging")
    )
    groups: dict[tuple, list] = {}
    for member in people:
        groups.setdefault((member.search, member.birth_year), []).append(member)
    context |= {
        "page": page,
        "groups": list(groups.values()),
        "may_edit": bool(access.reach(request.user, access.MEMBERS)),
    }
    return render(request, "members/duplicates.html", context)


@require_http_methods(["GET", "POST"])
def member_merge(request, pk, other):
    """Show two records side by side; a post makes one of them, `pk` being the one kept."""
    editable = Member.objects.editable_by(request.user)
    keep, double = get_object_or_404(editable, pk=pk), get_object_or_404(editable, pk=other)
    chosen = {name: request.POST.get(name, "") for name in merging.FACTS}
    error = ""
    if request.method == "POST":
        try:
            merging.member_merge(
                keep=keep, double=double, chosen=chosen, by=request.user, door=Door.WEB
            )
        except MemberRefusedError as refusal:
            error = refusal.message
        else:
            messages.success(request, "Đã gộp hai hồ sơ. Không thông tin nào bị xóa.")
            return redirect("members:member", keep.pk)
    context = {
        "keep": keep,
        "double": double,
        "facts": [(fact, chosen[fact.name]) for fact in merging.facts_compared(keep, double)],
        "records": [(one, _held(one)) for one in (keep, double)],
        "error": error,
    }
    return render(request, "members/merge.html", context)


def _held(member):
    return [
        ("Lần sinh hoạt", member.memberships.select_related("cell")),
        ("Chức vụ", member.posts.all()),
        ("Lần miễn công tác", member.exemptions.all()),
        ("Lần chuyển sinh hoạt", member.transfers.all()),
    ]
