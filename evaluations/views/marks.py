"""What a sheet says beside its lines, saved at once: vetoes and the class of the year."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from cells import access
from cells.models import Door
from evaluations.models import Evaluation
from evaluations.reasons import class_name, veto_names
from evaluations.reports.entry import entry_of
from evaluations.services import sheets
from evaluations.services.errors import LockedError, MarkConflictError, RefusedError


@require_POST
def vetoes(request, period, code):
    """Save which vetoes hold, and answer with the parts of the page that this changed."""
    chosen, seen = request.POST.getlist("veto"), request.POST.get("version")
    save = partial(
        sheets.vetoes_save, vetoes=chosen, seen=None if seen is None else sorted(seen.split())
    )
    return _marked(request, period, code, save, place="diem-loai", chosen=chosen)


@require_POST
def annual_class(request, period, code):
    """Save the class of the year, and answer with the parts of the page that this changed."""
    chosen, seen = request.POST.get("class", ""), request.POST.get("version")
    save = partial(sheets.annual_class_save, annual_class=chosen, seen=seen)
    return _marked(request, period, code, save, place="xep-loai", chosen=chosen)


def _marked(request, period, code, save, *, place, chosen):
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )
    error, conflict, status = "", None, 200
    try:
        found = save(sheet=found, by=request.user, door=Door.WEB)
    except LockedError as refused:
        error, status = refused.message, 423
    except MarkConflictError as refused:
        conflict, status = refused, 409
    except RefusedError as refused:
        error, status = refused.message, 422
    entry = entry_of(found, request.user)
    context = {
        "sheet": found,
        "view": entry.view,
        "entry": entry,
        "error": error,
        "conflict": conflict and _told(found, place, conflict, chosen),
        "place": place,
        "version": found.annual_class if place == "xep-loai" else " ".join(found.vetoes),
        "can_enter": status != 423,
    }
    return render(request, "evaluations/_mark_saved.html", context, status=status)


def _told(found, place, conflict, chosen):
    """Return both values of a conflict in words, who saved the other, and its version."""
    if place == "xep-loai":
        words = [class_name(value) or "chưa có xếp loại" for value in (conflict.theirs, chosen)]
        version = conflict.theirs
    else:
        rules = found.criteria.rules
        words = [veto_names(rules, value) for value in (conflict.theirs, chosen)]
        version = " ".join(conflict.theirs)
    return {"by": conflict.by, "theirs": words[0], "mine": words[1], "version": version}
