"""The work queue: what is left to do in a period, next unfinished first."""

from dataclasses import dataclass, replace

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from cells import access
from cells.models import CellKind, Unit
from evaluations.models import Evaluation, Period, ReopenRequest, State
from evaluations.queue_filter import QueueFilter
from evaluations.reports.periods import near_periods

ROWS = 50
TO_DO = (access.ENTER, access.SUBMIT, access.APPRAISE)


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
    found, mine = _counts(visible, request.user)
    counts, has_committees = _by_state(found), any(not is_cell for _, is_cell in found)
    asked = QueueFilter.read(request.GET)
    if not has_committees:
        asked = replace(asked, subject="")
    rows = asked.rows(visible).select_related("unit", "period_unit__kind", "period_unit__parent")
    page = Paginator(rows.in_order_of_work(), ROWS).get_page(request.GET.get("page"))
    for sheet in page:
        sheet.can = {name: sheet.allows(request.user, name) for name in TO_DO}
        sheet.is_mine = sheet.submitted_by_id == request.user.pk
        sheet.is_full = sheet.lines_done >= sheet.lines_total
    can_enter = bool(access.reach(request.user, access.ENTER))
    total = sum(counts.values())
    periods = list(Period.objects.opened())
    waiting, handed_in = _waiting(request.user, period, counts, mine, has_committees)
    context = {
        "period": period,
        "periods": periods,
        "near": near_periods(periods, period),
        "page": page,
        "tabs": _tabs(_by_state(found, asked.of_cells), asked.state),
        "total": total,
        "left": counts.get(State.DRAFT, 0) + counts.get(State.RETURNED, 0),
        "waiting": waiting,
        "handed_in": handed_in,
        "kinds": CellKind.objects.filter(valid_to__isnull=True),
        "state": asked.state,
        "kind": asked.kind,
        "q": asked.q,
        "flagged": asked.flagged,
        "has_committees": has_committees,
        "subject": asked.subject,
        "can_enter": can_enter,
        "to_answer": ReopenRequest.objects.waiting_for(request.user, timezone.now()).count(),
        "sees_progress": bool(access.reach(request.user, access.PROGRESS)),
        "next_url": _next_url(request.user, period) if can_enter else "",
        "grids": _grids(request.user) if can_enter else [],
    }
    template = "evaluations/_queue_table.html" if request.htmx else "evaluations/queue.html"
    return render(request, template, context)


def _tabs(counts: dict[str, int], state: str) -> list[StateTab]:
    tabs = [StateTab("", "Tất cả", sum(counts.values()), not state)]
    for code in (State.RETURNED, State.DRAFT, State.SUBMITTED, State.APPRAISED, State.DECIDED):
        tabs.append(StateTab(code, str(code.label), counts.get(code, 0), state == code))
    return tabs


def _counts(visible, user) -> tuple[dict[tuple[str, bool], int], int]:
    """Return how many sheets of cells (True) and of committees (False) are in each state.

    And how many of those that wait to be appraised `user` handed in.
    """
    mine = Count("pk", filter=Q(submitted_by=user, state=State.SUBMITTED))
    kinds = visible.order_by().values_list("state", "unit__is_cell")
    rows = list(kinds.annotate(Count("pk"), mine=mine))
    found = {(state, is_cell): count for state, is_cell, count, _ in rows}
    return found, sum(row[-1] for row in rows)


def _by_state(found: dict[tuple[str, bool], int], of_cells: bool | None = None) -> dict[str, int]:
    """Add up the counts of each state, of cells or committees alone if told."""
    counts: dict[str, int] = {}
    for (state, is_cell), count in found.items():
        if of_cells in (None, is_cell):
            counts[state] = counts.get(state, 0) + count
    return counts


def _waiting(user, period: Period, counts, mine: int, has_committees: bool) -> tuple[int, int]:
    """Return how many sheets wait for `user` to appraise them, and how many for others.

    Who handed a sheet in does not appraise it; nobody judges the own committee.
    """
    if has_committees:
        sheets = Evaluation.objects.allowed(user, access.APPRAISE).owed()
        sheets = sheets.filter(period=period, state=State.SUBMITTED)
        return sheets.exclude(submitted_by=user).count(), mine
    if not access.reach(user, access.APPRAISE):
        return 0, 0
    return counts.get(State.SUBMITTED, 0) - mine, mine


def _grids(user) -> list[Unit]:
    """Return the committees whose cells `user` can enter as a table."""
    paths = access.reach(user, access.ENTER).paths
    return list(Unit.objects.committees().active().filter(path__in=paths).order_by("path"))


def _next_url(user, period: Period) -> str:
    """Return where the next piece of work of `user` lies; "" when nothing is left."""
    following = (
        Evaluation.objects.allowed(user, access.ENTER)
        .owed()
        .filter(period=period, state__in=[State.DRAFT, State.RETURNED])
        .in_order_of_work()
        .values_list("unit__code", flat=True)
        .first()
    )
    return reverse("evaluations:sheet", args=[period.code, following]) if following else ""
