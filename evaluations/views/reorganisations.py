"""Reorganisations: what happened, recording a new event with a test run, taking one back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cells import access
from cells.models import Door, Lineage, Reorganisation, Unit
from cells.services.reorganisation import (
    ReorganisationRefusedError,
    reorganisation_apply,
    reorganisation_preview,
    reorganisation_revert,
)
from cells.services.reorganisation.participants import participants
from cells.services.reorganisation.tree_writing import tree_refuses_revert
from evaluations.reorganisation_forms import Desk, RevertForm, codes_in, spread_evenly

PAGE_SIZE = 30
HITS = 5
Kind = Reorganisation.Kind


def _within(user, action):
    """Return the events of which a unit lies within reach."""
    reach = access.reach(user, action)
    edges = Lineage.objects.filter(reorganisation=OuterRef("pk"))
    mine = edges.filter(reach.condition("predecessor__path") | reach.condition("successor__path"))
    return Reorganisation.objects.filter(Exists(mine))


def _require_right(user):
    if not access.reach(user, access.REORGANISE):
        raise Http404


@require_GET
def reorganisation_list(request):
    kind, unit = request.GET.get("kind", ""), request.GET.get("unit", "").strip()[:40]
    events = _within(request.user, access.VIEW)
    if kind in Kind.values:
        events = events.filter(kind=kind)
    if unit:
        edges = Lineage.objects.filter(reorganisation=OuterRef("pk"))
        named = edges.filter(predecessor__code=unit) | edges.filter(successor__code=unit)
        events = events.filter(Exists(named))
    events = events.prefetch_related("lineage__predecessor", "lineage__successor")
    context = {
        "page": Paginator(events, PAGE_SIZE).get_page(request.GET.get("page")),
        "filters": {"kind": kind, "unit": unit},
        "kinds": Kind.choices,
        "may_reorganise": bool(access.reach(request.user, access.REORGANISE)),
    }
    return render(request, "evaluations/reorganisations.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def reorganisation_new(request, event_kind):
    """Ask, try, carry out: each button of the form is a step, and nothing typed is lost."""
    _require_right(request.user)
    if event_kind not in Kind.values:
        raise Http404
    if request.method == "GET":
        return _form(request, _desk(request, event_kind, {"before": request.GET.get("unit", "")}))
    typed, step = request.POST.dict(), request.POST.get("step", "")
    if step in STEPS:
        return STEPS[step](request, event_kind, typed)
    desk = _desk(request, event_kind, typed, is_judged=True)
    if not desk.is_valid():
        return _form(request, desk, status=422)
    if desk.distributes and desk.members and typed.get("listed") != desk.listed:
        messages.info(request, "Xem lại từng đảng viên chuyển về đâu, rồi bấm “Chạy thử” lần nữa.")
        return _form(request, desk)
    return _carry_out(request, desk) if step == "apply" else _try(request, desk)


def _desk(request, event_kind, typed, *, is_judged=False):
    url = reverse("evaluations:reorganisation_units")
    return Desk(event_kind, request.user, typed, url, is_judged)


def _form(request, desk, status=200):
    context = {"desk": desk, "typed": desk.typed}
    return render(request, "evaluations/reorganisation_new.html", context, status=status)


def _keep(request, event_kind, typed):
    return _form(request, _desk(request, event_kind, typed))


def _add_row(request, event_kind, typed):
    count = _desk(request, event_kind, typed).row_count
    return _keep(request, event_kind, typed | {"rows": str(count + 1)})


def _spread(request, event_kind, typed):
    return _keep(request, event_kind, typed | spread_evenly(_desk(request, event_kind, typed)))


def _all_to(request, event_kind, typed):
    target, desk = typed.get("all_to", "").strip(), _desk(request, event_kind, typed)
    return _keep(request, event_kind, typed | {row.name: target for row in desk.members})


STEPS = {"edit": _keep, "list": _keep, "row": _add_row, "spread": _spread, "all": _all_to}


def _try(request, desk):
    preview = reorganisation_preview(plan=desk.plan(), by=request.user)
    if preview.refusals:
        desk.refuse(preview.refusals)
        return _form(request, desk, status=422)
    hidden = {"csrfmiddlewaretoken", "step"}
    context = {
        "desk": desk,
        "plan": desk.plan(),
        "units": desk.units,
        "preview": preview,
        "kept": [(name, text) for name, text in desk.typed.items() if name not in hidden],
    }
    return render(request, "evaluations/reorganisation_try.html", context)


def _carry_out(request, desk):
    try:
        event = reorganisation_apply(plan=desk.plan(), by=request.user, door=Door.WEB)
    except ReorganisationRefusedError as error:
        desk.refuse(error.refusals)
        return _form(request, desk, status=422)
    messages.success(request, f"Đã ghi sự kiện: {event.get_kind_display().lower()}.")
    return redirect("evaluations:reorganisation", event.pk)


@require_GET
def reorganisation_units(request):
    """Name the units whose codes are typed; for other words offer what is called so."""
    _require_right(request.user)
    within = Unit.objects.allowed(request.user, access.REORGANISE).active()
    text = request.GET.get("before", "").replace("\0", "")[:200]
    codes = codes_in(text)[:20]
    known = list(within.filter(code__in=codes))
    is_open = bool(text.strip()) and len(known) < len(codes)
    hits = within.search(text).order_by("code")[:HITS] if is_open else []
    context = {"known": known, "hits": hits, "is_open": is_open}
    return render(request, "evaluations/_reorganisation_units.html", context)


@require_GET
def reorganisation(request, pk):
    event = get_object_or_404(_within(request.user, access.VIEW).select_related("by"), pk=pk)
    return _event_page(request, event, RevertForm())


def _event_page(request, event, form, status=200):
    edges = event.lineage.select_related("predecessor", "successor")
    reach = access.reach(request.user, access.VIEW)
    sides = {
        "before": dict.fromkeys(edge.predecessor for edge in edges if edge.predecessor),
        "after": dict.fromkeys(edge.successor for edge in edges if edge.successor),
    }
    may = _within(request.user, access.REORGANISE).filter(pk=event.pk).exists()
    context = {
        "event": event,
        "sides": {
            name: [(unit, reach.covers(unit.path)) for unit in units]
            for name, units in sides.items()
        },
        "placements": event.placements_opened.select_related("unit", "parent", "level"),
        "together": Reorganisation.objects.filter(batch=event.batch).count() if event.batch else 0,
        "form": form,
        "may_revert": may and event.reverted_at is None,
        "hindrance": _hindrance(event) if may and event.reverted_at is None else "",
    }
    return render(request, "evaluations/reorganisation.html", context, status=status)


def _hindrance(event):
    """Return why the event cannot be taken back; "" if nothing is known to hinder."""
    if not event.undo:
        return "Sự kiện này không có dữ liệu để hủy bỏ."
    if why := tree_refuses_revert(event, event.undo["tree"]):
        return why
    asked = (part for part in participants() if part.name in event.undo)
    refusals = (part.refuses_revert(event, event.undo[part.name]) for part in asked)
    return next(filter(None, refusals), "")


@require_POST
def reorganisation_revert_view(request, pk):
    event = get_object_or_404(_within(request.user, access.REORGANISE), pk=pk)
    form = RevertForm(request.POST)
    if not form.is_valid():
        return _event_page(request, event, form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        reorganisation_revert(event=event, reason=reason, by=request.user, door=Door.WEB)
    except ReorganisationRefusedError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Đã hủy bỏ sự kiện. Tổ chức trở lại như trước.")
    return redirect("evaluations:reorganisation", pk)
