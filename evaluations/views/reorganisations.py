"""Reorganisations: what happened, and taking an event back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door, Lineage, Reorganisation
from cells.services.reorganisation import ReorganisationRefusedError, reorganisation_revert
from cells.services.reorganisation.participants import participants
from cells.services.reorganisation.tree_writing import tree_refuses_revert
from evaluations.reorganisation_forms import RevertForm

PAGE_SIZE = 30
Kind = Reorganisation.Kind
ABOUT = {
    Kind.ESTABLISH: "Lập chi bộ hoặc đảng bộ mới, có hoặc chưa có đảng viên.",
    Kind.SPLIT: "Một đơn vị thành hai hay nhiều đơn vị mới.",
    Kind.ABSORB: "Một hay nhiều đơn vị nhập vào đơn vị khác; đơn vị nhận giữ tên.",
    Kind.MERGE: "Nhiều đơn vị thành một đơn vị mới, tên mới.",
    Kind.DISSOLVE: "Đơn vị kết thúc; đảng viên chuyển về nơi khác.",
    Kind.DISBAND: "Hình thức kỷ luật tổ chức đảng, không phải giải thể.",
    Kind.TRANSFER: "Đơn vị về dưới đảng ủy khác, cùng mọi đơn vị bên dưới.",
    Kind.RENAME: "Đổi tên, cấp hoặc loại hình; mã giữ nguyên.",
}


def _within(user, action):
    """Return the events of which a unit lies within reach."""
    reach = access.reach(user, action)
    edges = Lineage.objects.filter(reorganisation=OuterRef("pk"))
    mine = edges.filter(reach.condition("predecessor__path") | reach.condition("successor__path"))
    return Reorganisation.objects.filter(Exists(mine))


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
        "offered": [(kind.value, kind.label, ABOUT[kind]) for kind in Kind],
        "may_reorganise": bool(access.reach(request.user, access.REORGANISE)),
    }
    return render(request, "evaluations/reorganisations.html", context)


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
