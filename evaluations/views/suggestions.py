"""Taking what other sheets suggest for the lines of one, and looking where it comes from."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door
from evaluations.models import Evaluation, Stage
from evaluations.next_work import sheet_url
from evaluations.reports.line_talk import marks_of
from evaluations.reports.sheet import last_answers, sheet_view, stored_rows
from evaluations.reports.suggestions import source_of
from evaluations.services.errors import ConflictError, RefusedError
from evaluations.services.suggestions import suggestions_of, suggestions_take
from evaluations.views.sheets import posted_version

ROWS = 50


@require_POST
def take(request, period, code):
    """Answer one line as suggested (htmx: the line anew), or all that are not answered yet."""
    found = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.ENTER).of(period, code)
    )
    line = request.POST.get("line", "")
    if line:
        return _take_line(request, found, line)
    try:
        count = suggestions_take(sheet=found, by=request.user, door=Door.WEB)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"Đã nhận {count} dòng theo gợi ý. Hãy xem lại từng dòng.")
    return redirect(sheet_url(found))


def _take_line(request, found, line):
    if line not in found.criteria.rules.indicators:
        raise Http404
    error, status = "", 200
    try:
        suggestions_take(
            sheet=found, line=line, version=posted_version(request), by=request.user, door=Door.WEB
        )
    except ConflictError as refused:
        error = f"{refused.message} Bấm “Nhận” lần nữa nếu vẫn lấy theo gợi ý."
        status = 409
    except RefusedError as refused:
        error, status = refused.message, 423
    found = Evaluation.objects.of_pk(found.pk)
    suggested = suggestions_of(found).lines
    changed = {one: {"suggestion": suggestion} for one, suggestion in suggested.items()}
    changed.setdefault(line, {}).update(error=error, state="error" if error else "saved")
    view = sheet_view(
        found,
        Stage.SELF,
        stored_rows(found, Stage.SELF),
        last=last_answers(found, request.user),
        changed=changed,
        marks=marks_of(found),
    )
    context = {
        "sheet": found,
        "view": view,
        "line": view.line(line),
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
