"""Taking what other sheets suggest for the lines of one, and looking where it comes from."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door
from evaluations.models import Evaluation
from evaluations.next_work import sheet_url
from evaluations.reports.entry import entry_of
from evaluations.reports.line_talk import marks_of
from evaluations.reports.suggestions import source_of
from evaluations.services.errors import ConflictError, RefusedError
from evaluations.services.suggestion_taking import suggestion_take, suggestions_take
from evaluations.services.suggestions import LAST
from evaluations.views.sheets import posted_version

ROWS = 50


@require_POST
def take(request, period, code):
    """Answer one line as suggested (htmx: the line anew), or all that other sheets feed."""
    found = _found(request, period, code)
    line = request.POST.get("line", "")
    if line:
        return _take_line(request, found, line)
    return _take_many(request, found, "theo gợi ý. Hãy xem lại từng dòng")


@require_http_methods(["GET", "POST"])
def carry_over(request, period, code):
    """Show which lines can be answered as the period before, or answer those that were shown."""
    found = _found(request, period, code)
    if request.method == "POST":
        only = request.POST.getlist("only")
        return _take_many(request, found, "như kỳ trước", kinds=[LAST], only=only)
    entry = entry_of(found, request.user)
    context = {"sheet": found, "entry": entry}
    return render(request, "evaluations/_carry_over.html", context)


def _found(request, period, code):
    return get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )


def _take_many(request, found, how, **which):
    try:
        taken = suggestions_take(sheet=found, by=request.user, door=Door.WEB, **which)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"Đã nhận {len(taken)} dòng {how}.")
    return redirect(sheet_url(found))


def _take_line(request, found, line):
    if line not in found.criteria.rules.indicators:
        raise Http404
    error, status = "", 200
    try:
        suggestion_take(
            sheet=found, line=line, version=posted_version(request), by=request.user, door=Door.WEB
        )
    except ConflictError as refused:
        error = f"{refused.message} Bấm lần nữa nếu vẫn lấy theo gợi ý."
        status = 409
    except RefusedError as refused:
        error, status = refused.message, 423
    found = Evaluation.objects.of_pk(found.pk)
    changed = {line: {"error": error, "state": "error" if error else "saved"}}
    entry = entry_of(found, request.user, changed=changed, marks=marks_of(found))
    context = {
        "sheet": found,
        "view": entry.view,
        "entry": entry,
        "line": entry.view.line(line),
        "can_enter": status != 423,
    }
    return render(request, "evaluations/_suggestion_taken.html", context, status=status)


@require_GET
def source(request, period, code, line):
    """Show which sheets a suggestion is made of, which do not count, and why."""
    found = get_object_or_404(Evaluation.objects.visible_to(request.user).of(period, code))
    told = source_of(found, line, request.user)
    if told is None:
        raise Http404
    page = Paginator(told.rows, ROWS).get_page(request.GET.get("page"))
    context = {"sheet": found, "told": told, "page": page}
    return render(request, "evaluations/suggestion_source.html", context)
