"""The units within reach, to find one by name or code, as of a day."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cells import access
from cells.forms import LIST_AT_MOST
from cells.models import Unit
from cells.services.dated_branch import standing
from cells.unit_filter import UnitFilter, kind_choices
from cells.vietnamese import tidy

PAGE_SIZE = 50
OFFERED = 8


@require_GET
def unit_list(request):
    shown = UnitFilter.read(request.GET, request.user)
    page = Paginator(shown.units(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    visible = Unit.objects.visible_to(request.user)
    committees = list(visible.active().committees()[: LIST_AT_MOST + 1])
    context = {
        "page": page,
        "rows": _rows(list(page), shown.asked.day),
        "shown": shown,
        "asked": shown.asked,
        "committees": committees if len(committees) <= LIST_AT_MOST else [],
        "kinds": kind_choices(),
    }
    return render(request, "cells/unit_list.html", context)


@require_GET
def unit_search(request):
    """Offer the units within reach whose name or code holds what is typed."""
    return _options(request, Unit.objects.visible_to(request.user))


@require_GET
def cell_search(request):
    """Offer the cells of the whole system: people move to where their staff has no reach."""
    if not access.reach(request.user, access.MEMBERS):
        raise Http404
    return _options(request, Unit.objects.cells())


def _options(request, units):
    asked = tidy(request.GET.get("q", "").replace("\0", ""))[:60]
    found = (
        units.active().search(asked).select_related("parent") if len(asked) > 1 else units.none()
    )
    context = {"units": list(found.order_by("search", "code")[:OFFERED]), "asked": asked}
    return render(request, "cells/_unit_options.html", context)


def _rows(units, day):
    """Return (unit, name of its parent on the day, members on the day) of one page."""
    above = {unit.dated_parent_id for unit in units if unit.dated_parent_id}
    names = dict(Unit.objects.filter(pk__in=above).values_list("pk", "name"))
    names |= dict(standing(day).filter(unit__in=above).values_list("unit", "name"))
    counts = _members_on([unit.pk for unit in units], day)
    return [
        (unit, names.get(unit.dated_parent_id), counts.get(unit.pk) if unit.is_cell else None)
        for unit in units
    ]


def _members_on(units, day):
    """Return the number of members of each cell, by the relation that the app above adds."""
    there = Q(memberships__left_on__isnull=True) | Q(memberships__left_on__gt=day)
    theirs = Q(
        memberships__joined_on__lte=day,
        memberships__is_temporary=False,
        memberships__member__merged_into__isnull=True,
    )
    counted = Unit.objects.filter(pk__in=units).order_by()
    return dict(
        counted.values("pk")
        .annotate(n=Count("memberships", filter=there & theirs))
        .values_list("pk", "n")
    )
