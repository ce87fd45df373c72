"""From which units a unit came, and what came of it: the one reading of the edges of events."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from cells.models import Lineage, Unit

NODE = ("pk", "code", "name", "path", "founded_on", "closed_on")
EDGE = (
    "reorganisation", "reorganisation__kind", "reorganisation__effective_on", "predecessor",
    "successor",
)  # fmt: skip
ENDS = ("predecessor", "successor")


@dataclass(frozen=True)
class Node:
    pk: int
    code: str
    name: str
    path: str
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
    found = _Found(unit)
    found.follow_back()
    found.follow_on()
    return found.graph()


def ancestry_of(unit: Unit, *, generations: int) -> LineageGraph:
    """Return ancestors alone, no further back than asked for."""
    found = _Found(unit)
    found.follow_back(generations)
    return found.graph()


def edges_between(after: date, until: date, kinds: Collection[str]) -> list[Edge]:
    """Return what led from one unit to another behind a day and up to one, in order of time."""
    rows = _standing().filter(
        predecessor__isnull=False,
        successor__isnull=False,
        reorganisation__kind__in=kinds,
        reorganisation__effective_on__gt=after,
        reorganisation__effective_on__lte=until,
    )
    rows = rows.order_by("reorganisation__effective_on", "reorganisation")
    return [Edge(*row) for row in rows.values_list(*EDGE)]


def _standing() -> QuerySet[Lineage]:
    return Lineage.objects.filter(reorganisation__reverted_at__isnull=True)


class _Found:
    """The edges met so far, and the units at their ends."""

    def __init__(self, unit: Unit) -> None:
        self.start = unit.pk
        self.nodes = {unit.pk: Node(*(getattr(unit, name) for name in NODE))}
        self.edges: dict[int, Edge] = {}

    def graph(self) -> LineageGraph:
        return LineageGraph(
            nodes=tuple(sorted(self.nodes.values(), key=lambda node: (node.founded_on, node.code))),
            edges=tuple(
                sorted(self.edges.values(), key=lambda edge: (edge.effective_on, edge.event))
            ),
        )

    def follow_back(self, generations: int | None = None) -> None:
        self._follow(lambda keys: Q(successor__in=keys), lambda edge: edge.predecessor, generations)

    def follow_on(self) -> None:
        self._follow(lambda keys: Q(predecessor__in=keys), lambda edge: edge.successor, None)

    def _follow(
        self,
        meeting: Callable[[set[int]], Q],
        next_of: Callable[[Edge], int | None],
        generations: int | None,
    ) -> None:
        seen, frontier, done = {self.start}, {self.start}, 0
        while frontier and done != generations:
            found = self._read(meeting(frontier))
            frontier = {key for edge in found if (key := next_of(edge)) is not None} - seen
            seen |= frontier
            done += 1

    def _read(self, condition: Q) -> list[Edge]:
        ends = [f"{end}__{name}" for end in ENDS for name in NODE]
        found = []
        for key, *row in _standing().filter(condition).values_list("pk", *EDGE, *ends):
            edge = self.edges[key] = Edge(*row[: len(EDGE)])
            found.append(edge)
            places = row[len(EDGE) :]
            for node in (Node(*places[: len(NODE)]), Node(*places[len(NODE) :])):
                if node.pk is not None:
                    self.nodes[node.pk] = node
        return found
