"""Residential areas: list, history of one, and what may be done to it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from cells import access, area_forms
from cells.as_of import AsOf
from cells.models import AreaCell, Door, ResidentialArea
from cells.services import areas

PAGE_SIZE = 50


@require_GET
def area_list(request):
    """Show the areas as of a day, with the cells that worked there then."""
    as_of, q = AsOf.read(request.GET), request.GET.get("q", "").replace("\0", "")[:100]
    found = ResidentialArea.objects.visible_to(request.user).as_of(as_of.day).search(q)
    found = found.select_related("committee").order_by("committee__path", "name_key", "code")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    cells = {}
    for row in AreaCell.objects.as_of(as_of.day).filter(area__in=list(page)).select_related("cell"):
        cells.setdefault(row.area_id, []).append(row.cell)
    context = {
        "page": page,
        "rows": [(area, cells.get(area.pk, [])) for area in page],
        "q": q,
        "asked": as_of,
        "may_add": bool(access.reach(request.user, access.REORGANISE)),
    }
    return render(request, "cells/area_list.html", context)


@require_GET
def area_page(request, code):
    visible = ResidentialArea.objects.visible_to(request.user).select_related("committee")
    area = get_object_or_404(visible, code=code)
    reach = access.reach(request.user, access.VIEW)
    may_change = access.reach(request.user, access.REORGANISE).covers(area.committee.path)
    context = {
        "area": area,
        "before": area.predecessors.order_by("code"),
        "after": area.successors.order_by("code"),
        "cells": [
            (row, reach.covers(row.cell.path))
            for row in area.area_cells.select_related("cell").order_by("-valid_from", "cell__code")
        ],
        "may_change": may_change and area.valid_to is None,
    }
    return render(request, "cells/area_page.html", context)


@require_http_methods(["GET", "POST"])
def area_new(request):
    if not access.reach(request.user, access.REORGANISE):
        raise Http404

    def act(form, **who):
        return areas.area_establish(
            part=form.part, committee=form.cleaned_data["committee"], **_said(form), **who
        )

    return _asked(request, area_forms.NewForm, "Thêm địa bàn", act, "Đã thêm địa bàn.")


@require_http_methods(["GET", "POST"])
def area_split(request, code):
    area = _changeable(request, code)

    def act(form, **who):
        areas.area_split(area=area, parts=form.cleaned_data["parts"], **_said(form), **who)
        return area

    return _asked(
        request, area_forms.SplitForm, "Chia tách địa bàn", act, "Đã chia tách địa bàn.", area
    )


@require_http_methods(["GET", "POST"])
def area_rename(request, code):
    area = _changeable(request, code)

    def act(form, **who):
        return areas.area_rename(area=area, part=form.part, **_said(form), **who)

    return _asked(
        request, area_forms.RenameForm, "Đổi tên địa bàn", act, "Đã đổi tên địa bàn.", area
    )


@require_http_methods(["GET", "POST"])
def area_close(request, code):
    area = _changeable(request, code)

    def act(form, **who):
        return areas.area_close(area=area, on=form.cleaned_data["on"], **who)

    return _asked(
        request, area_forms.CloseForm, "Kết thúc địa bàn", act, "Đã kết thúc địa bàn.", area
    )


@require_http_methods(["GET", "POST"])
def area_assign(request, code):
    area = _changeable(request, code)

    def act(form, **who):
        data = form.cleaned_data
        areas.area_cell_assign(area=area, cell=data["cell"], on=data["on"], **who)
        return area

    title = "Giao địa bàn cho chi bộ"
    return _asked(request, area_forms.AssignForm, title, act, "Đã giao địa bàn.", area)


@require_http_methods(["GET", "POST"])
def area_unassign(request, code, pk):
    area = _changeable(request, code)
    row = get_object_or_404(area.area_cells.select_related("cell"), pk=pk)

    def act(form, **who):
        areas.area_cell_end(row=row, on=form.cleaned_data["on"], **who)
        return area

    title = f"{row.cell.name} thôi phụ trách"
    return _asked(request, area_forms.EndCellForm, title, act, "Đã ghi.", area)


def _changeable(request, code) -> ResidentialArea:
    allowed = ResidentialArea.objects.allowed(request.user, access.REORGANISE)
    return get_object_or_404(allowed.select_related("committee"), code=code)


def _said(form) -> dict:
    return {name: form.cleaned_data[name] for name in ("on", "decision")}


def _asked(request, form_class, title, act, done, area=None):
    """Show a form and, sent in full, do what it asks; a refusal goes to its field."""
    form = form_class(
        request.POST if request.method == "POST" else None, by=request.user, area=area
    )
    if request.method == "POST" and form.is_valid():
        try:
            shown = act(form, by=request.user, door=Door.WEB)
        except areas.AreaRefusedError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, done)
            return redirect("cells:area", shown.code)
    context = {"form": form, "title": title, "area": area}
    return render(request, "cells/area_form.html", context, status=422 if form.errors else 200)
