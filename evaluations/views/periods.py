"""Periods: how they stand, opening the next, moving dates, closing."""

import tempfile
from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door, Unit
from evaluations.forms.periods import PeriodDatesForm, PeriodForm
from evaluations.models import Period, ReopenRequest
from evaluations.reports.period_units import (
    EXPECTED,
    NOT_EXPECTED,
    Wanted,
    code_of,
    opened,
    planned,
    with_names,
)
from evaluations.reports.period_units_xlsx import period_units_workbook
from evaluations.reports.periods import next_periods, periods_counted
from evaluations.services.errors import RefusedError
from evaluations.services.period_changes import period_close as close
from evaluations.services.period_changes import period_reschedule
from evaluations.services.periods import period_open as open_period

UNITS = 50


def administers_the_root(view):
    """Let only those pass who administer the top of the tree; for others there is no such page."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        reached = Unit.objects.allowed(request.user, access.ADMINISTER)
        if not reached.filter(parent=None).exists():
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


def _page(request, periods, form, status=200):
    to_answer = ReopenRequest.objects.waiting_for(request.user, timezone.now()).count()
    context = {"periods": periods, "form": form, "to_answer": to_answer}
    return render(request, "evaluations/periods.html", context, status=status)


def _form(periods, data=None):
    return PeriodForm(data, choices=next_periods(periods, timezone.localdate()))


@require_GET
@administers_the_root
def period_list(request):
    periods = list(periods_counted())
    return _page(request, periods, _form(periods))


@require_GET
@administers_the_root
def period_preview(request):
    """Say who would have to report, who not and why; nothing is opened yet."""
    periods = list(periods_counted())
    form = _form(periods, request.GET)
    if not form.is_valid():
        return _page(request, periods, form, status=422)
    wanted = Wanted.read(request.GET)
    context = {"form": form, **_units(request, form.period, planned(form.period, wanted), wanted)}
    return render(request, "evaluations/period_preview.html", context)


def _units(request, period, listing, wanted):
    page = Paginator(listing.rows, UNITS).get_page(request.GET.get("page"))
    page.object_list = with_names(page.object_list)
    for row in page.object_list:
        row.code = code_of(row)
    return {
        "period": period,
        "listing": listing,
        "wanted": wanted,
        "page": page,
        "tabs": [
            (EXPECTED, "Phải nộp", listing.expected),
            (NOT_EXPECTED, "Không phải nộp", listing.not_expected),
        ],
        "kept": {name: request.GET.get(name, "") for name in ("code", "due_on", "locks_at")},
    }


@require_GET
@administers_the_root
def period_units(request, period):
    """List who has to report in an opened period, who not and why."""
    held = get_object_or_404(Period.objects.opened(), code=period)
    wanted = Wanted.read(request.GET)
    context = _units(request, held, opened(held, wanted), wanted)
    return render(request, "evaluations/period_units.html", context)


@require_GET
@administers_the_root
def period_units_xlsx(request, period):
    held = get_object_or_404(Period.objects.opened(), code=period)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    period_units_workbook(file, period=held, listing=opened(held, Wanted()), user=request.user)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"don-vi-phai-nop-{held.code}.xlsx")


@require_POST
@administers_the_root
def period_open(request):
    periods = list(periods_counted())
    form = _form(periods, request.POST)
    if not form.is_valid():
        return _page(request, periods, form, status=422)
    made = open_period(by=request.user, door=Door.WEB, **form.cleaned_data)
    messages.success(request, f"Đã mở {made.period.title}: {made.created_sheets} phiếu.")
    return redirect("evaluations:periods")


@require_POST
@administers_the_root
def period_extend(request, period):
    """Add the units founded since the period was opened."""
    held = get_object_or_404(Period.objects.opened(), code=period)
    try:
        made = open_period(code=held.code, by=request.user, door=Door.WEB)
    except RefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{held.title}: thêm {made.created_sheets} phiếu mới.")
    return redirect("evaluations:periods")


@require_http_methods(["GET", "POST"])
@administers_the_root
def period_edit(request, period):
    held = get_object_or_404(Period, code=period)
    form = PeriodDatesForm(
        request.POST if request.method == "POST" else None,
        period=held,
        initial={"due_on": held.due_on, "locks_at": held.locks_at},
    )
    if form.is_bound and form.is_valid():
        try:
            period_reschedule(period=held, by=request.user, door=Door.WEB, **form.cleaned_data)
        except RefusedError as error:
            form.add_error("due_on", error.message)
        else:
            messages.success(request, f"Đã đổi hạn của {held.title}.")
            return redirect("evaluations:periods")
    context = {"period": held, "form": form}
    status = 422 if form.errors else 200
    return render(request, "evaluations/period_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@administers_the_root
def period_close(request, period):
    held = get_object_or_404(periods_counted().filter(opened_at__isnull=False), code=period)
    if request.method == "POST":
        try:
            close(period=held, by=request.user, door=Door.WEB)
        except RefusedError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"Đã đóng {held.title}.")
        return redirect("evaluations:periods")
    context = {"period": held, "undecided": held.expected - held.decided}
    return render(request, "evaluations/period_close.html", context)
