"""Marking lines to be sent back, and sending them back together."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cells import access
from cells.models import Door
from evaluations.models import Evaluation
from evaluations.services import line_returns as service
from evaluations.services.errors import LockedError, RefusedError
from evaluations.views.appraisal import line_context


@require_POST
def line_mark(request, period, code, line):
    """Mark a line with a reason (htmx: the line anew, 422 or 423 where it is refused)."""
    found = _found(request, period, code, line)
    reason = request.POST.get("return_reason", "")
    error, status = "", 200
    try:
        service.line_mark(sheet=found, line=line, reason=reason, by=request.user, door=Door.WEB)
    except LockedError as refused:
        error, status = refused.message, 423
    except RefusedError as refused:
        error, status = refused.message, 422
    return _answer(request, found, line, error, status, reason)


@require_POST
def line_unmark(request, period, code, line):
    found = _found(request, period, code, line)
    error, status = "", 200
    try:
        service.line_unmark(sheet=found, line=line, by=request.user, door=Door.WEB)
    except LockedError as refused:
        error, status = refused.message, 423
    return _answer(request, found, line, error, status)


@require_POST
def lines_return(request, period, code):
    """Send back the marked lines of a sheet."""
    found = _found(request, period, code)
    try:
        service.lines_return(sheet=found, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        messages.error(request, refused.message)
        return redirect("evaluations:appraisal", period, code)
    messages.success(
        request, f"Đã trả lại phiếu của {found.unit.name}. Chỉ các dòng đã đánh dấu mở để sửa."
    )
    return redirect("evaluations:queue", period)


def _found(request, period, code, line=None) -> Evaluation:
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.APPRAISE).of(period, code)
    )
    if line is not None and line not in found.criteria.rules.indicators:
        raise Http404
    return found


def _answer(request, found, line, error, status, typed=""):
    if not request.htmx:
        if error:
            messages.error(request, error)
        page = reverse("evaluations:appraisal", args=[found.period.code, found.unit.code])
        return redirect(f"{page}#dong-{line.replace('.', '-')}")
    context = line_context(request, found, line)
    context |= {"mark_error": error, "typed_reason": typed, "can_appraise": status != 423}
    return render(request, "evaluations/_appraisal_accepted.html", context, status=status)
