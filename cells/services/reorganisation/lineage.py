"""From which units a unit came, and what came of it: for graphs and for trends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from cells.models import Lineage, Unit


@dataclass(frozen=True)
class Node:
    pk: int
    code: str
    name: str
    founded_on: date
    closed_on: date | None


@dataclass(frozen=True)
class Edge:
    """One line of an event, by the keys of the units; None where nothing was or came."""

    event: int
    kind: str
    effective_on: date
    predecessor: int | None
    successor: int | None


@dataclass(frozen=True)
class LineageGraph:
    """The units that a unit descends from or became, itself included, in order of time."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def lineage_of(unit: Unit) -> LineageGraph:
    """Return ancestors and descendants over standing events: one query for each generation."""
    edges: dict[int, Edge] = {}
    _follow(unit.pk, edges, lambda keys: Q(successor__in=keys), lambda edge: edge.predecessor)
    _follow(unit.pk, edges, lambda keys: Q(predecessor__in=keys), lambda edge: edge.successor)
    keys = {unit.pk}
    for edge in edges.values():
        keys |= {key for key in (edge.predecessor, edge.successor) if key is not None}
    rows = Unit.objects.filter(pk__in=keys).order_by("founded_on", "code")
    nodes = rows.values_list("pk", "code", "name", "founded_on", "closed_on")
    return LineageGraph(
        nodes=tuple(Node(*row) for row in nodes),
        edges=tuple(sorted(edges.values(), key=lambda edge: (edge.effective_on, edge.event))),
    )


def _follow(
    start: int,
    edges: dict[int, Edge],
    meeting: Callable[[set[int]], Q],
    next_of: Callable[[Edge], int | None],
) -> None:
    seen, frontier = {start}, {start}
    while frontier:
        found = _edges(meeting(frontier))
        edges.update(found)
        frontier = {key for edge in found.values() if (key := next_of(edge)) is not None} - seen
        seen |= frontier


def _edges(condition: Q) -> dict[int, Edge]:
    rows = Lineage.objects.filter(condition, reorganisation__reverted_at__isnull=True)
    values = rows.values_list(
        "pk", "reorganisation", "reorganisation__kind", "reorganisation__effective_on",
        "predecessor", "successor",
    )  # fmt: skip
    return {row[0]: Edge(*row[1:]) for row in values}
