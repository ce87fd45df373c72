"""The units within reach, to find one by name or code."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cells.forms import LIST_AT_MOST
from cells.models import CellKind, Unit

PAGE_SIZE = 50


@require_GET
def unit_list(request):
    q, kind = request.GET.get("q", ""), request.GET.get("kind", "")
    branch = request.GET.get("committee", "")
    visible = Unit.objects.visible_to(request.user)
    units = visible.active().search(q).select_related("parent", "level", "kind")
    if kind == "committee":
        units = units.committees()
    elif kind:
        units = units.filter(kind__code=kind)
    if above := branch and visible.filter(code=branch).first():
        units = units.below(above)
    page = Paginator(units, PAGE_SIZE).get_page(request.GET.get("page"))
    committees = list(visible.active().committees()[: LIST_AT_MOST + 1])
    counts = _members_today([unit.pk for unit in page])
    context = {
        "page": page,
        "rows": [(unit, counts.get(unit.pk) if unit.is_cell else None) for unit in page],
        "filters": {"q": q, "kind": kind, "committee": branch},
        "above": above,
        "committees": committees if len(committees) <= LIST_AT_MOST else [],
        "kinds": CellKind.objects.values_list("code", "name").distinct(),
    }
    return render(request, "cells/unit_list.html", context)


def _members_today(units):
    """Return the number of members of each cell, by the relation that the app above adds."""
    today = timezone.localdate()
    there = Q(memberships__left_on__isnull=True) | Q(memberships__left_on__gt=today)
    counted = Unit.objects.filter(pk__in=units).order_by()
    return dict(
        counted.values("pk")
        .annotate(n=Count("memberships", filter=there & Q(memberships__joined_on__lte=today)))
        .values_list("pk", "n")
    )
