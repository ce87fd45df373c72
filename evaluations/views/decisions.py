"""Decisions of a committee on appraised sheets: choose, look over, make, read."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door
from evaluations.forms.decisions import DecisionForm, ReturnForm
from evaluations.models import Decision, Evaluation, Period, ReopenedResult
from evaluations.reports.decisions import desk_of
from evaluations.reports.periods import near_periods
from evaluations.services import decisions as service
from evaluations.services.errors import LockedError, RefusedError
from evaluations.services.sheets import sheet_return as send_back

PAGE = 20


@require_GET
def decisions_now(request):
    period = Period.objects.current()
    if period is None:
        return render(request, "evaluations/decisions_none.html")
    return redirect("evaluations:decisions", period.code)


def _period(code):
    return get_object_or_404(Period.objects.opened(), code=code)


def _form(request, desk, data=None):
    return DecisionForm(
        data,
        sheets=desk.queryset,
        committee=desk.committee,
        period=desk.period,
        initial={"signer": request.user.full_name, "signed_on": timezone.localdate()},
    )


def _page(request, desk, form, status=200):
    made = (
        Decision.objects.visible_to(request.user)
        .filter(period=desk.period)
        .select_related("committee")
    )
    periods = list(Period.objects.opened())
    context = {
        "desk": desk,
        "form": form,
        "chosen": {str(pk) for pk in form["sheets"].value() or []} if form.is_bound else None,
        "periods": periods,
        "near": near_periods(periods, desk.period),
        "page": Paginator(made, PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "evaluations/decisions.html", context, status=status)


@require_GET
def decisions(request, period):
    desk = desk_of(request.user, _period(period), request.GET.get("dang-uy", ""))
    return _page(request, desk, _form(request, desk))


def _posted(request, period):
    """Return the desk and the bound form, or 404 for somebody who decides nothing there."""
    desk = desk_of(request.user, _period(period), request.POST.get("committee", ""))
    if desk.committee is None or desk.committee.code != request.POST.get("committee"):
        raise Http404
    return desk, _form(request, desk, request.POST)


@require_POST
def decision_review(request, period):
    """Show exactly what would be decided; nothing is changed yet."""
    desk, form = _posted(request, period)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, desk, form, status=200 if form.is_valid() else 422)
    chosen = {sheet.pk for sheet in form.cleaned_data["sheets"]}
    context = {
        "desk": desk,
        "form": form,
        "rows": [row for row in desk.rows if row.sheet.pk in chosen],
        "left": [row for row in desk.rows if row.sheet.pk not in chosen],
    }
    return render(request, "evaluations/decision_review.html", context)


@require_POST
def decision_make(request, period):
    desk, form = _posted(request, period)
    if not form.is_valid():
        return _page(request, desk, form, status=422)
    try:
        made = service.decision_make(
            committee=desk.committee,
            period=desk.period,
            by=request.user,
            door=Door.WEB,
            **form.cleaned_data,
        )
    except RefusedError as error:
        form.add_error("sheets" if isinstance(error, LockedError) else "number", error.message)
        return _page(request, desk, form, status=422)
    count = len(form.cleaned_data["sheets"])
    messages.success(request, f"Đã lập quyết định số {made.number} cho {count} phiếu.")
    return redirect("evaluations:decision", period, made.pk)


@require_GET
def decision(request, period, pk):
    made = get_object_or_404(
        Decision.objects.visible_to(request.user).select_related("committee", "period", "by"),
        pk=pk,
        period__code=period,
    )
    sheets = (
        Evaluation.objects.visible_to(request.user)
        .filter(decision=made)
        .select_related("unit", "period_unit")
        .order_by("path")
    )
    reopened = (
        ReopenedResult.objects.visible_to(request.user)
        .filter(decision=made)
        .select_related("evaluation__unit", "evaluation__period_unit", "request")
        .order_by("evaluation__path")
    )
    context = {"decision": made, "sheets": sheets, "reopened": reopened}
    return render(request, "evaluations/decision.html", context)


@require_http_methods(["GET", "POST"])
def sheet_return(request, period, code):
    """Let the leader send a sheet back to the cell, saying why."""
    sheet = get_object_or_404(
        Evaluation.objects.allowed(request.user, access.DECIDE).select_related(
            "period", "unit", "period_unit__committee"
        ),
        period__code=period,
        unit__code=code,
    )
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            send_back(
                sheet=sheet,
                reason=form.cleaned_data["reason"],
                by=request.user,
                door=Door.WEB,
            )
        except RefusedError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(request, f"Đã trả lại phiếu của {sheet.unit.name}.")
            return redirect("evaluations:decisions", period)
    return render(
        request,
        "evaluations/decision_return.html",
        {"sheet": sheet, "form": form},
        status=422 if form.errors else 200,
    )
