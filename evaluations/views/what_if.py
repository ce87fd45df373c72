"""Trying other values on a copy of a sheet; nothing is stored."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from evaluations.models import Evaluation
from evaluations.reports.what_if import what_if


@require_http_methods(["GET", "POST"])
def trial(request, period, code):
    """Show the sheet's own values to play with; a post answers with what the tried ones give."""
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(period, code))
    tried = what_if(found, request.POST if request.method == "POST" else None)
    context = {"sheet": found, "tried": tried, "view": tried.view}
    if request.method == "POST" and request.htmx:
        return render(request, "evaluations/_trial_result.html", context)
    return render(request, "evaluations/trial.html", context)
