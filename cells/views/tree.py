"""The tree of organisations on a day: opened branch by branch, searched by name."""

from dataclasses import dataclass, replace
from datetime import timedelta

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cells import access
from cells.as_of import AsOf
from cells.models import Unit
from cells.services.dated_branch import (
    NOTHING,
    Below,
    counts_below,
    paths_above,
    search_on,
    visible_roots,
)
from cells.services.dated_tree import dated_children
from cells.vietnamese import tidy

HITS = 50
BRANCH_AT_MOST = 500


@dataclass(frozen=True)
class Node:
    """One unit as the tree shows it."""

    unit: Unit
    below: Below
    # What was ours on a past day and is not today is a name only.
    is_reached: bool = True
    children: "list[Node] | None" = None

    @property
    def last_day(self):
        closed = self.unit.closed_on
        return closed - timedelta(days=1) if closed else None


@require_GET
def tree_page(request):
    """Show the topmost units, or the hits of a search with where each stands."""
    asked = AsOf.read(request.GET)
    q = tidy(request.GET.get("q", "").replace("\0", ""))[:100]
    context = {"asked": asked, "q": q}
    if q:
        return render(request, "cells/tree.html", context | _found(request.user, q, asked.day))
    nodes = _nodes(request.user, visible_roots(request.user, asked.day), asked.day)
    if len(nodes) == 1 and nodes[0].below:
        below = _nodes(request.user, _children(nodes[0].unit, asked.day), asked.day)
        nodes = [replace(nodes[0], children=below)]
    return render(request, "cells/tree.html", context | {"nodes": nodes})


@require_GET
def tree_branch(request, code):
    """Send what stands directly below a unit on the day."""
    asked = AsOf.read(request.GET)
    if asked.error:
        raise Http404
    unit = get_object_or_404(Unit.objects.visible_to(request.user), code=code)
    nodes = _nodes(request.user, _children(unit, asked.day), asked.day)
    context = {"nodes": nodes, "asked": asked, "more": len(nodes) == BRANCH_AT_MOST, "unit": unit}
    return render(request, "cells/_tree_nodes.html", context)


def _children(unit, day):
    return dated_children(unit, day)[:BRANCH_AT_MOST]


def _nodes(user, units, day):
    units, reach = list(units), access.reach(user, access.VIEW)
    counts = counts_below([unit.pk for unit in units if not unit.is_cell], day)
    return [Node(unit, counts.get(unit.pk, NOTHING), reach.covers(unit.path)) for unit in units]


def _found(user, q, day):
    units = search_on(Unit.objects.visible_to(user).as_of(day), q)
    hits = list(units.order_by("is_cell", "dated_key", "code")[: HITS + 1])
    above = paths_above(hits[:HITS], day)
    return {
        "hits": [(Node(unit, NOTHING), above[unit.pk]) for unit in hits[:HITS]],
        "more": len(hits) > HITS,
        "most": HITS,
    }
