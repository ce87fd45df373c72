"""The lineage of a unit as a drawing and as sentences: what it came from, what came of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from textwrap import wrap
from typing import Any

from cells.models import Reorganisation, Unit, User
from cells.services.reorganisation import lineage_of
from cells.services.reorganisation.lineage import Edge, LineageGraph, Node

BOX_WIDTH, BOX_HEIGHT = 230, 84
GAP_X, GAP_Y, EDGE_MARGIN = 90, 20, 4
LETTERS, LINES = 24, 2
# More than this is read better as a list.
DRAWN_AT_MOST = 30


@dataclass(frozen=True)
class Box:
    """One unit of the drawing, with the places of its texts."""

    node: Node
    x: int
    y: int
    lines: tuple[tuple[int, str], ...]
    is_this: bool
    is_reached: bool


@dataclass(frozen=True)
class Arrow:
    """A line from a box to a later one: where it starts, bends and ends."""

    path: str


@dataclass(frozen=True)
class Step:
    """One event of the lineage in words: the units before and after."""

    event: int
    label: str
    day: date
    before: tuple[Node, ...]
    after: tuple[Node, ...]


@dataclass(frozen=True)
class LineageView:
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    steps: tuple[Step, ...]
    reached: frozenset[int]
    width: int
    height: int

    @property
    def is_drawn(self) -> bool:
        return 1 < len(self.boxes) <= DRAWN_AT_MOST


def lineage_view(unit: Unit, visible: Collection[int], graph: LineageGraph) -> LineageView:
    """Lay out a graph in columns of generations, the unit itself in its own."""
    columns = _columns(unit.pk, graph)
    tallest = max(len(column) for column in columns)
    height = tallest * (BOX_HEIGHT + GAP_Y) - GAP_Y + 2 * EDGE_MARGIN
    boxes = {
        node.pk: _box(node, place, row, len(column), height, unit.pk, node.pk in visible)
        for place, column in enumerate(columns)
        for row, node in enumerate(column)
    }
    pairs = {(edge.predecessor, edge.successor) for edge in graph.edges}
    arrows = [
        _arrow(boxes[before], boxes[after])
        for before, after in sorted(pair for pair in pairs if None not in pair)
        if before in boxes and after in boxes and before != after
    ]
    return LineageView(
        boxes=tuple(boxes.values()),
        arrows=tuple(arrows),
        steps=_steps(graph),
        reached=frozenset(visible),
        width=len(columns) * (BOX_WIDTH + GAP_X) - GAP_X + 2 * EDGE_MARGIN,
        height=height,
    )


def lineage_for(unit: Unit, user: User) -> LineageView:
    """Return the lineage of a unit; what lies outside the reach of `user` is a name only."""
    graph = lineage_of(unit)
    keys = [node.pk for node in graph.nodes]
    units: Any = Unit.objects
    visible = units.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)
    return lineage_view(unit, set(visible), graph)


def _columns(start: int, graph: LineageGraph) -> list[list[Node]]:
    """Return the units by their distance from the first one, oldest column first."""
    depth = {start: 0}
    # Each round settles one more generation; the graph is short and has no circles.
    for _ in graph.nodes:
        for edge in graph.edges:
            before, after = edge.predecessor, edge.successor
            if before is None or after is None or before == after:
                continue
            if after in depth and before not in depth:
                depth[before] = depth[after] - 1
            elif before in depth and after not in depth:
                depth[after] = depth[before] + 1
    ranks = sorted(set(depth.values()))
    return [[node for node in graph.nodes if depth.get(node.pk) == rank] for rank in ranks]


def _box(
    node: Node, place: int, row: int, rows: int, height: int, this: int, is_reached: bool
) -> Box:
    x = EDGE_MARGIN + place * (BOX_WIDTH + GAP_X)
    used = rows * (BOX_HEIGHT + GAP_Y) - GAP_Y
    y = (height - used) // 2 + row * (BOX_HEIGHT + GAP_Y)
    name = wrap(node.name, LETTERS) or [node.code]
    if len(name) > LINES:
        name = [*name[: LINES - 1], f"{name[LINES - 1][: LETTERS - 1]}…"]
    texts = [*name, node.code]
    first = y + BOX_HEIGHT // 2 - (len(texts) - 1) * 11 + 5
    lines = tuple((first + 22 * number, text) for number, text in enumerate(texts))
    return Box(node, x, y, lines, node.pk == this, is_reached)


def _arrow(start: Box, end: Box) -> Arrow:
    from_x, from_y = start.x + BOX_WIDTH, start.y + BOX_HEIGHT // 2
    to_x, to_y = end.x, end.y + BOX_HEIGHT // 2
    bend = (from_x + to_x) // 2
    return Arrow(f"M{from_x} {from_y} C{bend} {from_y} {bend} {to_y} {to_x - 8} {to_y}")


def _steps(graph: LineageGraph) -> tuple[Step, ...]:
    nodes = {node.pk: node for node in graph.nodes}
    by_event: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        by_event.setdefault(edge.event, []).append(edge)
    return tuple(
        Step(
            event,
            Reorganisation.Kind(edges[0].kind).label,
            edges[0].effective_on,
            _sides(nodes, [edge.predecessor for edge in edges]),
            _sides(nodes, [edge.successor for edge in edges]),
        )
        for event, edges in by_event.items()
    )


def _sides(nodes: dict[int, Node], keys: list[int | None]) -> tuple[Node, ...]:
    return tuple(nodes[key] for key in dict.fromkeys(keys) if key is not None)
