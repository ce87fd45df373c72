"""More time for single units of a period: given, listed, taken back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from cells.models import Door, Unit
from cells.vietnamese import fold
from evaluations.forms.reopening import ExtensionForm
from evaluations.models import Period
from evaluations.services import extensions as services
from evaluations.services.errors import RefusedError
from evaluations.views.periods import administers_the_root

PAGE, AT_MOST = 30, 300


def _period(code) -> Period:
    return get_object_or_404(Period.objects.opened(), code=code)


@require_GET
@administers_the_root
def extensions(request, period):
    """List the extensions of a period, and the units of one committee to give more time to."""
    return _page(request, _period(period))


def _page(request, period, form=None, status=200):
    asked = request.POST if form else request.GET
    code, text = asked.get("dang-uy", ""), asked.get("q", "").strip()
    committees = _committees(period)
    committee = next((unit for unit in committees if unit.code == code), None)
    rows = _units(period, committee, text)
    made = Paginator(services.extensions_of(period), PAGE).get_page(request.GET.get("page"))
    context = {
        "period": period,
        "committees": committees,
        "committee": committee,
        "q": text,
        "rows": rows[:AT_MOST],
        "is_cut": len(rows) > AT_MOST,
        "at_most": AT_MOST,
        "form": form or ExtensionForm(sheets=services.extendable(period), period=period),
        "chosen": {str(pk) for pk in form["sheets"].value() or []} if form else set(),
        "page": made,
        "now": timezone.now(),
    }
    return render(request, "evaluations/extensions.html", context, status=status)


def _committees(period):
    """Return the committees with units that could use more time; `waiting` says how many."""
    counted = (
        services.extendable(period)
        .order_by()
        .values_list("period_unit__committee")
        .annotate(Count("pk"))
    )
    counts = dict(counted)
    units = list(Unit.objects.filter(pk__in=counts).order_by("path"))
    for unit in units:
        unit.waiting = counts[unit.pk]
    return units


def _units(period, committee, text):
    if committee is None and not text:
        return []
    rows = services.extendable(period)
    if committee:
        rows = rows.filter(period_unit__committee=committee)
    for word in fold(text).split():
        rows = rows.filter(unit__search__contains=word)
    return list(rows.select_related("unit", "period_unit").order_by("path")[: AT_MOST + 1])


@require_POST
@administers_the_root
def extension_give(request, period):
    held = _period(period)
    form = ExtensionForm(request.POST, sheets=services.extendable(held), period=held)
    if form.is_valid():
        try:
            count = services.units_extend(
                period=held, by=request.user, door=Door.WEB, **form.cleaned_data
            )
        except RefusedError as error:
            form.add_error("until", error.message)
        else:
            messages.success(request, f"Đã gia hạn cho {count} đơn vị.")
            return redirect("evaluations:extensions", period)
    return _page(request, held, form, status=422)


@require_POST
@administers_the_root
def extension_revoke(request, period, code):
    held = _period(period)
    sheet = get_object_or_404(services.extensions_of(held), unit__code=code)
    try:
        services.extension_revoke(sheet=sheet, by=request.user, door=Door.WEB)
    except RefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Đã thu hồi gia hạn của {sheet.unit.name}.")
    return redirect(reverse("evaluations:extensions", args=[period]))
