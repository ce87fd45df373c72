"""Appraising line after line, each with one key, across all submitted sheets of a period."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door
from evaluations.inputs import read_posted
from evaluations.models import Evaluation, Period, Stage
from evaluations.reports.appraisal import appraisal_view
from evaluations.reports.quick_review import review_of
from evaluations.rules.engine import AnswerError
from evaluations.services import appraisal, line_returns
from evaluations.services.errors import ConflictError, LockedError, RefusedError
from evaluations.services.last_answers import last_answers
from evaluations.services.lines import Change, lines_save
from evaluations.views.sheets import posted_version

TYPED = ("option", "num", "den", "na", "note", "return_reason")


@require_GET
def quick_review(request, period):
    """Show the next waiting line; `sau` says after which, `dong` which line of all sheets."""
    held = get_object_or_404(Period.objects.opened(), code=period)
    if not any(access.reach(request.user, action) for action in _APPRAISING):
        raise Http404
    line = request.GET.get("dong", "")
    unit, _, code = request.GET.get("sau", "").rpartition(":")
    review = review_of(request.user, held, line=line, after=(unit, code) if unit else None)
    if review.item is None:
        return render(request, "evaluations/quick_review_done.html", {"review": review})
    return _page(request, review, *review.item)


_APPRAISING = (access.APPRAISE, access.APPRAISE_COMMITTEE)


@require_POST
def quick_accept(request, period, code, line):
    """Accept what the unit gave itself, as it was seen."""
    sheet = _found(request, period, code, line)

    def act():
        count = appraisal.appraisal_accept(
            sheet=sheet,
            lines=[line],
            by=request.user,
            door=Door.WEB,
            seen={line: posted_version(request)},
        )
        if not count:
            raise RefusedError("Dòng này vừa được người khác xử lý.")
        return "Đã chấp nhận"

    return _act(request, sheet, line, act)


@require_POST
def quick_return(request, period, code, line):
    """Mark the line to be sent back with its reason; it goes with the others of its sheet."""
    sheet = _found(request, period, code, line)

    def act():
        reason = request.POST.get("return_reason", "")
        line_returns.line_mark(
            sheet=sheet, line=line, reason=reason, by=request.user, door=Door.WEB
        )
        return "Đã đánh dấu trả lại"

    return _act(request, sheet, line, act)


@require_POST
def quick_change(request, period, code, line):
    """Give the line another value, with the reason."""
    sheet = _found(request, period, code, line)

    def act():
        answer = read_posted(sheet.criteria.rules.indicators[line], request.POST)
        note = request.POST.get("note", "").strip()
        change = Change(line, answer, posted_version(request), note)
        if not answer:
            raise AnswerError(line, "Hãy nhập kết quả thẩm định.")
        lines_save(
            sheet=sheet, changes=[change], by=request.user, door=Door.WEB, stage=Stage.APPRAISED
        )
        return "Đã lưu thẩm định"

    return _act(request, sheet, line, act)


def _found(request, period, code, line) -> Evaluation:
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.APPRAISE).of(period, code)
    )
    if line not in found.criteria.rules.indicators:
        raise Http404
    return found


def _act(request, sheet, line, act):
    """Do one thing to a line and go on to the next; refused, stay with what was typed."""
    try:
        done = act()
    except ConflictError as error:
        return _again(request, sheet, line, error.message, 409)
    except LockedError as error:
        return _again(request, sheet, line, error.message, 423)
    except (AnswerError, RefusedError) as error:
        return _again(request, sheet, line, error.message, 422)
    messages.success(request, f"{done}: dòng {line}, {sheet.period_unit.name}.")
    return redirect(_next_url(sheet, line, request.POST.get("dong", "")))


def _again(request, sheet, line, error, status):
    review = review_of(request.user, sheet.period, line=request.POST.get("dong", ""))
    typed = {name: request.POST[name] for name in TYPED if name in request.POST}
    return _page(request, review, sheet, line, error=error, typed=typed, status=status)


def _page(request, review, sheet, line, *, error="", typed=None, status=200):
    changed = {line: {"typed": typed}} if typed and "return_reason" not in typed else None
    last = last_answers(sheet, request.user, judged=True)
    view = appraisal_view(sheet, request.user, last=last, changed=changed)
    context = {
        "review": review,
        "sheet": sheet,
        "line": view.line(line),
        "error": error,
        "typed": typed or {},
        "skip_url": _next_url(sheet, line, review.line),
    }
    return render(request, "evaluations/quick_review.html", context, status=status)


def _next_url(sheet, line, chosen) -> str:
    """Return the address of what comes after a line."""
    query = {"dong": chosen} if chosen else {}
    query["sau"] = f"{sheet.unit.code}:{line}"
    return f"{reverse('evaluations:quick_review', args=[sheet.period.code])}?{urlencode(query)}"
