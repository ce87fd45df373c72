"""Entering a sheet: one page, saved line by line."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door
from cells.vietnamese import tidy_paragraphs
from evaluations.inputs import read_posted
from evaluations.models import CellVote, Evaluation, Stage, State
from evaluations.next_work import next_unfinished, sheet_url
from evaluations.reasons import class_name
from evaluations.reports.entry import entry_of
from evaluations.reports.line_talk import marks_of
from evaluations.reports.reopening import standing_of
from evaluations.reports.sheet import sheet_view, stored_rows
from evaluations.rules.engine import AnswerError
from evaluations.services import locks, sheets, votes
from evaluations.services.errors import ConflictError, LockedError, RefusedError
from evaluations.services.last_answers import last_answers
from evaluations.services.lines import Change, lines_save

AFTER_SUBMITTING = (
    "Tiếp theo, đảng ủy thẩm định; phiếu bị trả lại hoặc có kết quả thì báo ở mục Thông báo."
)


@require_GET
def sheet(request, period, code):
    """Show the sheet; the lines can be changed by who may enter it, while it is open."""
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(period, code))
    may_enter = found.allows(request.user, access.ENTER)
    lock = locks.lock_status(found, access.ENTER, user=request.user)
    can_enter = may_enter and not lock
    entry = entry_of(found, request.user, marks=marks_of(found)) if can_enter else None
    view = entry.view if entry else _closed_view(request, found)
    context = {
        "sheet": found,
        "view": view,
        "entry": entry,
        "vetoes": found.criteria.rules.vetoes,
        "mark_lock": locks.MARK_NOT_RETURNED if view.returned else "",
        "lock": lock if may_enter else "Đồng chí xem được phiếu này nhưng không nhập.",
        "can_enter": can_enter,
        "can_withdraw": may_enter
        and not locks.lock_status(found, locks.WITHDRAW, user=request.user),
        "reopening": standing_of(found, request.user) if lock else None,
        "can_appraise": found.allows(request.user, access.APPRAISE)
        and found.state in (State.SUBMITTED, State.APPRAISED),
    }
    return render(request, "evaluations/sheet.html", context)


@require_http_methods(["GET", "POST"])
def line(request, period, code, line):
    """Save one line (POST: 200, 409, 422, 423) or show it as it is stored (GET)."""
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )
    if line not in found.criteria.rules.indicators:
        raise Http404
    if request.method == "GET":
        return _stored_line(request, found, line)
    typed = {name: request.POST.get(name, "") for name in ("option", "num", "den", "na")}
    note = request.POST.get("note")
    if note is not None:
        typed["note"], note = note, tidy_paragraphs(note)
    try:
        answer = read_posted(found.criteria.rules.indicators[line], typed)
        saved = lines_save(
            sheet=found,
            changes=[Change(line, answer, posted_version(request), note)],
            by=request.user,
            door=Door.WEB,
        )
    except AnswerError as error:
        return _answer(request, found, line, 422, error=error.message, typed=typed)
    except ConflictError as error:
        return _answer(request, found, line, 409, conflict=error, typed=typed)
    except LockedError as error:
        return _answer(request, found, line, 423, error=error.message, typed=typed)
    return _answer(request, saved.sheet, line, 200, rows=saved.rows)


def posted_version(request) -> int:
    """Return the version of the line that the browser saw; -1, never a match, if unreadable."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _answer(request, found, line, status, *, rows=None, error="", conflict=None, typed=None):
    """Answer a save with the parts of the page that it changed, to be swapped out of band."""
    state = {200: "saved", 409: "conflict"}.get(status, "error")
    changed = {line: {"error": error, "state": state, "typed": typed or {}}}
    entry = entry_of(found, request.user, rows=rows, changed=changed)
    context = {
        "sheet": found,
        "view": entry.view,
        "entry": entry,
        "line": entry.view.line(line),
        "conflict": conflict,
        "can_enter": status != 423,
    }
    return render(request, "evaluations/_line_saved.html", context, status=status)


def _stored_line(request, found, line):
    entry = entry_of(found, request.user, marks=marks_of(found))
    context = {"sheet": found, "line": entry.view.line(line), "can_enter": True}
    return render(request, "evaluations/_line.html", context)


def _closed_view(request, found):
    rows, last = stored_rows(found, Stage.SELF), last_answers(found, request.user)
    return sheet_view(found, Stage.SELF, rows, last=last, marks=marks_of(found))


@require_http_methods(["GET", "POST"])
def submit(request, period, code):
    """Show what will be submitted, then submit it."""
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.SUBMIT).of(period, code)
    )
    lock = locks.lock_status(found, access.SUBMIT, user=request.user)
    on_behalf = found.unit.is_cell and "secretary" not in access.roles(request.user)
    error = ""
    if request.method == "POST" and not lock:
        seen = request.POST.getlist("seen") if request.POST.get("agree") else []
        try:
            sheets.sheet_submit(
                sheet=found,
                by=request.user,
                door=Door.WEB,
                on_behalf=on_behalf,
                seen=seen,
                note=request.POST.get("note", ""),
            )
        except RefusedError as refused:
            error = refused.message
        else:
            messages.success(request, f"Đã nộp phiếu của {found.unit.name}. {AFTER_SUBMITTING}")
            return redirect(next_unfinished(request.user, found))
    entry = entry_of(found, request.user)
    held = {veto.code: veto for veto in found.criteria.rules.vetoes}
    vote = CellVote.objects.standing_of(found)
    context = {
        "sheet": found,
        "view": entry.view,
        "found": entry.found,
        "lock": lock,
        "note": request.POST.get("note", ""),
        "vote": vote,
        "vote_differs": votes.points_differ(found, vote),
        "on_behalf": on_behalf,
        "error": error,
        "vetoes": [held[code] for code in found.vetoes],
        "class_name": class_name(found.annual_class),
    }
    return render(
        request, "evaluations/sheet_submit.html", context, status=422 if error or lock else 200
    )


@require_POST
def withdraw(request, period, code):
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.SUBMIT).of(period, code)
    )
    try:
        sheets.sheet_withdraw(sheet=found, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Đã rút lại phiếu. Đồng chí có thể sửa và nộp lại.")
    return redirect(sheet_url(found))
