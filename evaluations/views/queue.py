"""The work queue: what is left to do in a period, next unfinished first."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cells import access
from cells.models import CellKind
from cells.vietnamese import fold
from evaluations.models import Evaluation, Period, State

ROWS = 50


@dataclass(frozen=True)
class StateTab:
    """One filter of the queue, with how many sheets it holds."""

    code: str
    label: str
    count: int
    is_current: bool


@require_GET
def queue_now(request):
    """Lead to the work of the current period; a secretary of one cell straight to its sheet."""
    period = Period.objects.current()
    if period is None:
        return render(request, "evaluations/queue_none.html")
    if access.roles(request.user) == {"secretary"}:
        own = Evaluation.objects.allowed(request.user, access.ENTER).owed().filter(period=period)
        codes = list(own.values_list("unit__code", flat=True)[:2])
        if len(codes) == 1:
            return redirect("evaluations:sheet", period.code, codes[0])
    return redirect("evaluations:queue", period.code)


@require_GET
def queue(request, period):
    """List the sheets of a period within reach, filtered by state, kind and text."""
    period = get_object_or_404(Period.objects.opened(), code=period)
    visible = Evaluation.objects.visible_to(request.user).owed().filter(period=period)
    counts = dict(visible.order_by().values_list("state").annotate(Count("pk")))
    state, kind, text = (request.GET.get(name, "").strip() for name in ("state", "kind", "q"))
    rows = visible
    if state in State.values:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(period_unit__kind__code=kind)
    for word in fold(text).split():
        rows = rows.filter(unit__search__contains=word)
    rows = rows.select_related("unit", "period_unit__kind", "period_unit__parent")
    page = Paginator(rows.in_order_of_work(), ROWS).get_page(request.GET.get("page"))
    can = {
        action: bool(access.reach(request.user, action))
        for action in (access.ENTER, access.APPRAISE, access.DECIDE)
    }
    total = sum(counts.values())
    context = {
        "period": period,
        "periods": Period.objects.opened(),
        "page": page,
        "tabs": _tabs(counts, state),
        "total": total,
        "left": counts.get(State.DRAFT, 0) + counts.get(State.RETURNED, 0),
        "waiting": counts.get(State.SUBMITTED, 0),
        "kinds": CellKind.objects.filter(valid_to__isnull=True),
        "state": state,
        "kind": kind,
        "q": text,
        "can": can,
        "next_url": _next_url(request.user, period, can),
    }
    template = "evaluations/_queue_table.html" if request.htmx else "evaluations/queue.html"
    return render(request, template, context)


def _tabs(counts: dict[str, int], state: str) -> list[StateTab]:
    tabs = [StateTab("", "Tất cả", sum(counts.values()), not state)]
    for code in (State.RETURNED, State.DRAFT, State.SUBMITTED, State.APPRAISED, State.DECIDED):
        tabs.append(StateTab(code, str(code.label), counts.get(code, 0), state == code))
    return tabs


def _next_url(user, period: Period, can: dict[str, bool]) -> str:
    """Return where the next piece of work of `user` lies; "" when nothing is left."""
    if can[access.ENTER]:
        following = (
            Evaluation.objects.allowed(user, access.ENTER)
            .owed()
            .filter(period=period, state__in=[State.DRAFT, State.RETURNED])
            .in_order_of_work()
            .values_list("unit__code", flat=True)
            .first()
        )
        if following:
            return reverse("evaluations:sheet", args=[period.code, following])
    return ""
