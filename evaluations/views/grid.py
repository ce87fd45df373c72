"""Entering one group of criteria for all cells of a committee at once."""

from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Unit
from evaluations.grid_inputs import UnreadableError, read_entries
from evaluations.models import Evaluation, Period, State
from evaluations.reports.grid import MOST_ROWS, ROWS, Asked, grid_view
from evaluations.reports.grid_answer import answer_of_results
from evaluations.services.grid import grid_save

SIZES = (ROWS, MOST_ROWS)
STATES = (State.RETURNED, State.DRAFT, State.SUBMITTED, State.APPRAISED, State.DECIDED)


@require_GET
def grid(request, period, code):
    """Show the sheets below a unit as a table of one group of criteria, to be filled in."""
    held = get_object_or_404(Period.objects.opened(), code=period)
    unit = get_object_or_404(Unit.objects.visible_to(request.user), code=code)
    asked = _asked(request)
    view = grid_view(user=request.user, period=held, unit=unit, asked=asked)
    context = {
        "period": held,
        "unit": unit,
        "view": view,
        "asked": asked,
        "states": STATES,
        "sizes": SIZES,
        "may_enter": access.reach(request.user, access.ENTER).covers(unit.path),
    }
    template = "evaluations/grid.html" if view else "evaluations/grid_none.html"
    return render(request, template, context)


def _asked(request) -> Asked:
    names = {"group": "nhom", "criteria": "bo", "state": "trang-thai", "text": "q", "page": "page"}
    given = {field: request.GET.get(name, "").strip() for field, name in names.items()}
    size = request.GET.get("so-hang", "")
    rows = next((one for one in SIZES if size == str(one)), ROWS)
    return Asked(**given, rows=rows)


@require_POST
def grid_cells(request, period, code):
    """Save cells of many sheets; say of each line what became of it (JSON)."""
    unit = get_object_or_404(Unit.objects.editable_by(request.user), code=code)
    try:
        entries = read_entries(request.body)
    except UnreadableError as error:
        return JsonResponse({"message": error.message}, status=422)
    sheets = (
        Evaluation.objects.allowed(request.user, access.ENTER)
        .within(unit)
        .filter(period__code=period, unit__code__in={entry.unit for entry in entries})
        .with_context()
    )
    by_code = {sheet.unit.code: sheet for sheet in sheets}
    saved = grid_save(entries=entries, sheets=by_code, by=request.user)
    return JsonResponse(answer_of_results(saved, by_code, at=timezone.localtime()))
