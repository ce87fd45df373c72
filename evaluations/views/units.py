"""One unit on a day: who it is, where it stood, who leads it, how it was scored."""

import tempfile

from django.db.models import Count, Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cells import access
from cells.as_of import AsOf
from cells.models import Reorganisation, Unit
from cells.services.dated_branch import branch_on
from cells.unit_filter import UnitFilter
from evaluations.models import Evaluation
from evaluations.reports.lineage import lineage_for
from evaluations.reports.recognition import with_titles
from evaluations.reports.units_xlsx import units_workbook
from members.counts import counts_on
from members.models import Membership, Post, Supervision

SHEETS_SHOWN = 12


@require_GET
def unit_page(request, code):
    visible = Unit.objects.visible_to(request.user).select_related("parent", "level", "kind")
    unit = get_object_or_404(visible, code=code)
    asked = AsOf.read(request.GET)
    then = Unit.objects.as_of(asked.day).filter(pk=unit.pk).first()
    parent = _parent(unit, then)
    reach = access.reach(request.user, access.VIEW)
    context = {
        "unit": unit,
        "asked": asked,
        "then": then,
        "parent": parent,
        "may_see_parent": bool(parent) and reach.covers(parent.path),
        **_inside(unit, asked.day),
        "posts": _posts(unit, asked.day),
        "supervisors": Supervision.objects.held_on(asked.day)
        .filter(cell=unit)
        .select_related("member"),
        "sheets": _sheets(request.user, unit, asked),
        "placements": unit.placements.select_related(
            "parent", "level", "kind", "opened_by", "closed_by"
        ).order_by("-valid_from"),
        "events": Reorganisation.objects.of(unit),
        "lineage": lineage_for(unit, request.user),
        "may_make_account": unit.is_cell and unit.closed_on is None and _may_grant(request, unit),
    }
    return render(request, "evaluations/unit.html", context)


def _parent(unit, then):
    """Return the committee above on the day; of a unit that did not exist then, the last one."""
    if then is None or then.dated_parent_id == unit.parent_id:
        return unit.parent
    return Unit.objects.filter(pk=then.dated_parent_id).first()


def _inside(unit, day):
    """Return how many units stand below on a day, and how many members they and it have."""
    if unit.is_cell:
        return {"below": 0, "members": _counted(Q(cell=unit), day)}
    below = Unit.objects.as_of(day).filter(branch_on(unit, day))
    within = access.branch(unit.path).condition("cell__path")
    if day != timezone.localdate():
        within = Q(cell__in=below.cells().order_by().values("pk"))
    return {"below": below.count(), "members": _counted(within, day)}


def _counted(within, day):
    # The double of another record is counted out, not filtered: a filter leads SQLite to begin
    # with all members that are no doubles.
    own = Q(member__merged_into__isnull=True)
    return (
        Membership.objects.active_on(day)
        .filter(within, is_temporary=False)
        .aggregate(
            total=Count("pk", filter=own),
            full=Count("pk", filter=own & Q(member__full_on__lte=day)),
        )
    )


def _posts(unit, day):
    """Return who holds office, the secretary first."""
    held = Post.objects.held_on(day).filter(unit=unit).select_related("member")
    return sorted(held, key=lambda post: (Post.Kind.values.index(post.kind), post.member.sort_key))


def _sheets(user, unit, asked):
    sheets = Evaluation.objects.visible_to(user).filter(unit=unit)
    if not asked.is_today:
        sheets = sheets.filter(period__starts_on__lte=asked.day)
    sheets = sheets.select_related("period", "unit").order_by("-period__ends_on")
    return with_titles(sheets)[:SHEETS_SHOWN]


def _may_grant(request, unit):
    return access.reach(request.user, access.ACCOUNTS).covers(unit.path)


@require_GET
@never_cache
def units_xlsx(request):
    """Send the workbook of exactly the units that the list shows, all pages of it."""
    shown = UnitFilter.read(request.GET, request.user)
    if shown.asked.error:
        raise Http404
    cells = shown.units(request.user).filter(is_cell=True).order_by().values("pk")
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    units_workbook(file, shown=shown, user=request.user, members=counts_on(shown.asked.day, cells))
    file.seek(0)
    name = f"don-vi-{shown.asked.day:%Y-%m-%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name)
