"""Reorganisations: what happened, and taking an event back."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from cells import access
from cells.models import Door, Lineage, Reorganisation
from cells.services.reorganisation import (
    ReorganisationRefusedError,
    batch_revert,
    reorganisation_revert,
)
from cells.services.reorganisation.participants import participants
from cells.services.reorganisation.tree_writing import tree_refuses_revert
from evaluations.forms.reorganisations import RevertForm
from evaluations.reports.reorganisations import event_rows, event_sides

PAGE_SIZE = 30
EDGES_SHOWN = 6
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
    batch = _batch(request.GET.get("dot", ""))
    events = _within(request.user, access.VIEW)
    if kind in Kind.values:
        events = events.filter(kind=kind)
    if unit:
        edges = Lineage.objects.filter(reorganisation=OuterRef("pk"))
        named = edges.filter(predecessor__code=unit) | edges.filter(successor__code=unit)
        events = events.filter(Exists(named))
    if batch:
        events = events.filter(batch=batch)
    edges = Lineage.objects.select_related("predecessor", "successor").order_by("pk")
    events = events.prefetch_related(Prefetch("lineage", edges[: EDGES_SHOWN + 1], "edges"))
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": event_rows(page, EDGES_SHOWN),
        "filters": {"kind": kind, "unit": unit, "batch": batch or ""},
        "kinds": Kind.choices,
        "offered": [(kind.value, kind.label, ABOUT[kind]) for kind in Kind],
        "may_reorganise": bool(access.reach(request.user, access.REORGANISE)),
    }
    return render(request, "evaluations/reorganisations.html", context)


def _batch(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_GET
def reorganisation(request, pk):
    event = get_object_or_404(_within(request.user, access.VIEW).select_related("by"), pk=pk)
    return _event_page(request, event)


def _event_page(request, event, data=None, status=200):
    reach = access.reach(request.user, access.VIEW)
    before, after = event_sides(event)
    may = _within(request.user, access.REORGANISE).filter(pk=event.pk).exists()
    may_revert = may and event.reverted_at is None
    hindrance, standing = _hindrance(event) if may_revert else "", _standing(event)
    context = {
        "event": event,
        "before": [(name, unit, reach.covers(unit.path)) for name, unit in before],
        "after": [(name, unit, reach.covers(unit.path)) for name, unit in after],
        "placements": event.placements_opened.select_related("unit", "parent", "level"),
        "together": Reorganisation.objects.filter(batch=event.batch).count() if event.batch else 0,
        "standing": standing,
        "form": RevertForm(data, together=standing, only_whole=bool(hindrance)),
        "may_revert": may_revert,
        "hindrance": hindrance,
    }
    return render(request, "evaluations/reorganisation.html", context, status=status)


def _standing(event) -> int:
    """Count the events of the same file that were not taken back, this one included."""
    if not event.batch:
        return 1
    return Reorganisation.objects.standing().filter(batch=event.batch).count()


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
    form = RevertForm(request.POST, together=_standing(event))
    if not form.is_valid():
        return _event_page(request, event, request.POST, status=422)
    why = {"reason": form.cleaned_data["reason"], "by": request.user, "door": Door.WEB}
    try:
        if form.cleaned_data.get("whole"):
            count = len(batch_revert(batch=event.batch, **why))
            done = f"Đã hủy bỏ cả đợt: {count} sự kiện. Tổ chức trở lại như trước."
        else:
            reorganisation_revert(event=event, **why)
            done = "Đã hủy bỏ sự kiện. Tổ chức trở lại như trước."
    except ReorganisationRefusedError as error:
        messages.error(request, f"Không hủy bỏ được: {error.message}")
    else:
        messages.success(request, done)
    return redirect("evaluations:reorganisation", pk)
