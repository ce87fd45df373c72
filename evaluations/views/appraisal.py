"""Appraising a submitted sheet beside what the cell gave itself."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door
from evaluations.inputs import read_posted
from evaluations.models import CellVote, Evaluation, Stage
from evaluations.next_work import next_to_appraise
from evaluations.reports.appraisal import appraisal_view, groups_shown, tabs_of
from evaluations.rules.engine import AnswerError
from evaluations.services import appraisal as services
from evaluations.services import locks, sheets, votes
from evaluations.services.errors import (
    ConflictError,
    LockedError,
    ReasonMissingError,
    RefusedError,
)
from evaluations.services.explanations import round_of
from evaluations.services.last_answers import last_answers
from evaluations.services.lines import Change, lines_save
from evaluations.views.sheets import posted_version


def _last(request, found):
    return last_answers(found, request.user, judged=True)


def _found(request, period, code, action=access.APPRAISE) -> Evaluation:
    return get_object_or_404(Evaluation.objects.allowed(request.user, action).of(period, code))


@require_GET
def appraisal(request, period, code):
    """Show each line as the cell scored it, with what the appraiser makes of it."""
    found = _found(request, period, code)
    lock = locks.lock_status(found, access.APPRAISE, user=request.user)
    view = appraisal_view(found, request.user, last=_last(request, found))
    chosen = request.GET.get("loc", "")
    vote = CellVote.objects.standing_of(found)
    context = {
        "sheet": found,
        "view": view,
        "groups": groups_shown(view, chosen),
        "tabs": tabs_of(view, chosen),
        "round": round_of(found),
        "checkup": found.checkups.select_related("by").first(),
        "vote": vote,
        "vote_differs": votes.points_differ(found, vote),
        "own_total": found.self_total,
        "waiting": view.waiting,
        "vetoes": found.criteria.rules.vetoes,
        "lock": lock,
        "can_appraise": not lock,
        "can_return": not locks.lock_status(found, locks.RETURN, user=request.user),
        "can_reopen": not locks.lock_status(found, locks.REOPEN, user=request.user),
    }
    return render(request, "evaluations/appraisal.html", context)


@require_http_methods(["GET", "POST"])
def line(request, period, code, line):
    """Save the appraised answer to one line (POST: 200, 409, 422, 423), or show it (GET)."""
    found = _found(request, period, code)
    if line not in found.criteria.rules.indicators:
        raise Http404
    if request.method == "GET":
        view = appraisal_view(found, request.user, last=_last(request, found))
        context = {"sheet": found, "line": view.line(line), "can_appraise": True}
        return render(request, "evaluations/_appraisal_line.html", context)
    names = ("option", "num", "den", "na", "note")
    typed = {name: request.POST.get(name, "") for name in names}
    extra = {"typed": typed, "state": "error"}
    try:
        answer = read_posted(found.criteria.rules.indicators[line], typed)
        change = Change(line, answer, posted_version(request), typed["note"].strip())
        saved = lines_save(
            sheet=found, changes=[change], by=request.user, door=Door.WEB, stage=Stage.APPRAISED
        )
    except AnswerError as error:
        return _answer(request, found, line, 422, error=error.message, **extra)
    except ReasonMissingError as error:
        return _answer(request, found, line, 422, error=error.message, **extra)
    except ConflictError as error:
        extra["state"] = "conflict"
        return _answer(request, found, line, 409, conflict=error, **extra)
    except LockedError as error:
        return _answer(request, found, line, 423, error=error.message, **extra)
    # The version that this save made: a later one would hide what somebody saved since.
    return _answer(request, found, line, 200, rows=saved.rows)


@require_POST
def accept(request, period, code):
    """Accept the self-scored answer of one line (htmx: the line anew), or of all that wait."""
    found = _found(request, period, code)
    lines = found.criteria.rules.indicators
    only = request.POST.get("line", "")
    if only and only not in lines:
        raise Http404
    error = ""
    try:
        count = services.appraisal_accept(
            sheet=found, lines=[only] if only else list(lines), by=request.user, door=Door.WEB
        )
    except RefusedError as refused:
        error = refused.message
    if only and request.htmx:
        state = "error" if error else "saved"
        context = line_context(request, found, only, error=error, state=state)
        context["can_appraise"] = not error
        return render(request, "evaluations/_appraisal_accepted.html", context)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, f"Đã chấp nhận {count} dòng như tự chấm.")
    return redirect("evaluations:appraisal", period, code)


def line_context(request, found, line, *, rows=None, **changed):
    """Return what a page shows of one line and of the whole sheet, as it is stored now."""
    found = Evaluation.objects.of_pk(found.pk)
    last = _last(request, found)
    view = appraisal_view(found, request.user, last=last, changed={line: changed}, rows=rows)
    return {
        "sheet": found,
        "view": view,
        "line": view.line(line),
        "own_total": found.self_total,
        "waiting": view.waiting,
        "can_appraise": True,
    }


def _answer(request, found, line, status, *, conflict=None, **changed):
    context = line_context(request, found, line, **changed)
    context |= {"conflict": conflict, "can_appraise": status != 423}
    return render(request, "evaluations/_appraisal_saved.html", context, status=status)


@require_POST
def vetoes(request, period, code):
    save = partial(sheets.vetoes_save, vetoes=request.POST.getlist("veto"))
    return _marked(request, period, code, save, "điểm loại", "#diem-loai")


@require_POST
def annual_class(request, period, code):
    save = partial(sheets.annual_class_save, annual_class=request.POST.get("class", ""))
    return _marked(request, period, code, save, "xếp loại năm", "#xep-loai")


def _marked(request, period, code, save, name, place):
    found = _found(request, period, code)
    try:
        save(sheet=found, by=request.user, door=Door.WEB, reason=request.POST.get("reason", ""))
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"Đã lưu {name}.")
    return redirect(reverse("evaluations:appraisal", args=[period, code]) + place)


@require_POST
def finish(request, period, code):
    found = _found(request, period, code)
    try:
        services.appraisal_finish(sheet=found, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        messages.error(request, refused.message)
        return redirect("evaluations:appraisal", period, code)
    messages.success(request, f"Đã thẩm định xong phiếu của {found.unit.name}.")
    return redirect(next_to_appraise(request.user, found))


@require_POST
def send_back(request, period, code):
    """Return the sheet to the cell, with a reason."""
    found = _found(request, period, code)
    reason = request.POST.get("reason", "")
    try:
        sheets.sheet_return(sheet=found, reason=reason, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        messages.error(request, refused.message)
        return redirect("evaluations:appraisal", period, code)
    messages.success(request, f"Đã trả lại phiếu cho {found.unit.name}.")
    return redirect("evaluations:queue", period)


@require_POST
def reopen(request, period, code):
    found = _found(request, period, code)
    try:
        services.appraisal_reopen(
            sheet=found, reason=request.POST.get("reason", ""), by=request.user, door=Door.WEB
        )
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Đã mở lại thẩm định.")
    return redirect("evaluations:appraisal", period, code)
