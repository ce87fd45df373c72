"""Panels under a line: the talk about it, and its flag. Each answers with the panel anew."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from cells import access
from cells.models import Door
from evaluations.models import Evaluation
from evaluations.reports.line_talk import follow_up_of, talk_of
from evaluations.services import line_talk as services
from evaluations.services.errors import RefusedError


def _found(request, period, code, line) -> Evaluation:
    sheets = Evaluation.objects
    if request.method == "GET":
        within = sheets.visible_to(request.user)
    else:
        within = sheets.allowed(request.user, access.DISCUSS)
    found = get_object_or_404(
        within.of(period, code).select_related("submitted_by", "appraised_by")
    )
    if line not in found.criteria.rules.indicators:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def talk(request, period, code, line):
    """Show what was said about a line, or say something more."""
    found = _found(request, period, code, line)
    error, typed = "", ""
    if request.method == "POST":
        typed = request.POST.get("text", "")
        try:
            services.comment_add(sheet=found, line=line, text=typed, by=request.user)
        except RefusedError as refused:
            error = refused.message
    context = {
        "talk": talk_of(found, line),
        "error": error,
        "typed": typed if error else "",
    }
    return _panel(request, found, line, "evaluations/_line_talk.html", context)


@require_http_methods(["GET", "POST"])
def flag(request, period, code, line):
    """Show whether a line is to be followed up, or mark it so."""
    found = _found(request, period, code, line)
    error, typed = "", ""
    if request.method == "POST":
        typed = request.POST.get("reason", "")
        try:
            services.flag_raise(
                sheet=found, line=line, reason=typed, by=request.user, door=Door.WEB
            )
        except RefusedError as refused:
            error = refused.message
    return _flag_panel(request, found, line, error, typed)


@require_POST
def flag_clear(request, period, code, line):
    found = _found(request, period, code, line)
    services.flag_clear(sheet=found, line=line, by=request.user, door=Door.WEB)
    return _flag_panel(request, found, line)


def _flag_panel(request, found, line, error="", typed=""):
    context = {
        "follow_up": follow_up_of(found, line),
        "error": error,
        "typed": typed if error else "",
    }
    return _panel(request, found, line, "evaluations/_line_flag.html", context)


def _panel(request, found, line, template, context):
    context |= {
        "sheet": found,
        "line": line,
        "key": line.replace(".", "-"),
        "can_discuss": found.allows(request.user, access.DISCUSS),
    }
    return render(request, template, context, status=422 if context["error"] else 200)
