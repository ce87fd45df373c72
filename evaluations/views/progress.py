"""How far a period has come, for those who oversee others: live, per committee, down the tree."""

import tempfile
from dataclasses import dataclass, replace

from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cells import access
from cells.models import Unit
from cells.vietnamese import tidy
from evaluations.models import Period
from evaluations.reports import progress as reports
from evaluations.reports.periods import near_periods
from evaluations.reports.progress_text import overdue_text
from evaluations.reports.progress_xlsx import progress_workbook, punctuality

COMMITTEES, SHEETS = 200, 100
DEFAULT_SORT = "-left"


@dataclass(frozen=True)
class Shown:
    """What the address asks for."""

    q: str
    sort: str
    stage: str

    @classmethod
    def read(cls, query):
        sort, stage = query.get("sort", ""), query.get("stage", "")
        known = {*reports.SORTS, *reports.SHEET_SORTS}
        return cls(
            q=tidy(query.get("q", "").replace("\0", ""))[:60],
            sort=sort if sort.lstrip("-") in known else "",
            stage=stage if stage in reports.STAGES else "",
        )


@require_GET
def progress_now(request):
    """Lead to the period that is worked on."""
    _overseers_only(request.user)
    period = Period.objects.current()
    if period is None:
        return render(request, "evaluations/queue_none.html")
    return redirect("evaluations:progress", period.code)


@require_GET
@never_cache
def progress(request, period):
    """Show everything that the person oversees."""
    periods, scope = _overseen(request.user, period)
    return _page(request, periods, scope)


@require_GET
@never_cache
def progress_unit(request, period, code):
    """Show one committee and what is below it."""
    periods, scope = _overseen(request.user, period)
    return _page(request, periods, _branch(request.user, scope, code))


def _page(request, periods, scope):
    shown, found = Shown.read(request.GET), reports.progress_of(scope)
    if found.rows and not shown.sort:
        shown = replace(shown, sort=DEFAULT_SORT)
    rows = reports.rows_shown(found.rows, q=shown.q, sort=shown.sort)
    sheets = _sheets(request, found, shown)
    # One list on the page has pages: beside single sheets, committees are a few parts of a ward.
    per_page = COMMITTEES if sheets is None else max(len(rows), 1)
    context = {
        "progress": found,
        "period": scope.period,
        "periods": periods,
        "near": near_periods(periods, scope.period),
        "shown": shown,
        "committees": Paginator(rows, per_page).get_page(request.GET.get("page")),
        "sheets": sheets,
        "tabs": _tabs(found.direct, shown.stage),
        "is_past_due": timezone.localdate() > scope.period.due_on,
        "now": timezone.localtime(),
        **_addresses(scope),
    }
    template = "_progress_live" if request.htmx else "progress"
    return render(request, f"evaluations/{template}.html", context)


def _sheets(request, found, shown):
    """Return a page of the single sheets; None where every sheet is below a committee shown."""
    if not found.direct.expected:
        return None
    sheets = reports.sheets_shown(
        found.scope.direct(), q=shown.q, stage=shown.stage, sort=shown.sort
    )
    page = Paginator(sheets, SHEETS).get_page(request.GET.get("page"))
    for sheet in page:
        sheet.punctuality = punctuality(sheet)
    return page


def _tabs(counts, stage):
    tabs = [("", "Tất cả", counts.expected, not stage)]
    tabs += [
        (code, label, getattr(counts, name), stage == code)
        for code, (label, _, name) in reports.STAGES.items()
    ]
    return tabs


def _addresses(scope):
    if scope.code:
        args, names = [scope.period.code, scope.code], ("unit_overdue", "unit_xlsx")
    else:
        args, names = [scope.period.code], ("overdue", "xlsx")
    text, file = (reverse(f"evaluations:progress_{name}", args=args) for name in names)
    return {"text_url": text, "file_url": file}


@require_GET
@never_cache
def progress_overdue(request, period):
    _, scope = _overseen(request.user, period)
    return _text(request, scope)


@require_GET
@never_cache
def progress_unit_overdue(request, period, code):
    _, scope = _overseen(request.user, period)
    return _text(request, _branch(request.user, scope, code))


def _text(request, scope):
    """Show who has not handed in, as text to be copied."""
    found = reports.progress_of(scope)
    context = {
        "progress": found,
        "period": scope.period,
        "code": scope.code,
        "text": overdue_text(found),
    }
    return render(request, "evaluations/progress_text.html", context)


@require_GET
@never_cache
def progress_xlsx(request, period):
    _, scope = _overseen(request.user, period)
    return _file(request, scope)


@require_GET
@never_cache
def progress_unit_xlsx(request, period, code):
    _, scope = _overseen(request.user, period)
    return _file(request, _branch(request.user, scope, code))


def _file(request, scope):
    """Send the workbook of what the page shows, all pages of it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    shown = Shown.read(request.GET)
    progress_workbook(file, reports.progress_of(scope), q=shown.q, user=request.user)
    file.seek(0)
    name = "-".join(filter(None, ["tien-do", scope.period.code, scope.code]))
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")


def _overseers_only(user):
    if not access.reach(user, access.PROGRESS):
        raise Http404


def _overseen(user, code):
    """Return the opened periods and all that `user` oversees in one of them, or 404."""
    _overseers_only(user)
    periods = list(Period.objects.opened())
    period = next((one for one in periods if one.code == code), None)
    if period is None:
        raise Http404
    return periods, reports.overseen(user, period)


def _branch(user, scope, code):
    committees = Unit.objects.allowed(user, access.PROGRESS).committees()
    return reports.branch_of(scope, get_object_or_404(committees, code=code))
