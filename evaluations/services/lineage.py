"""What a unit came of, read from its lineage; results stay with who earned them."""

from dataclasses import dataclass
from datetime import date

from cells.models import Reorganisation, Unit
from cells.services.reorganisation.lineage import Edge, Node, ancestry_of

KINDS = Reorganisation.Kind
WORDS = {KINDS.SPLIT: "chia tách", KINDS.MERGE: "hợp nhất", KINDS.ABSORB: "sáp nhập"}
# Cells that split and split again are followed this far back.
GENERATIONS = 4


@dataclass(frozen=True)
class Origin:
    """A unit that went into another one on a day; only what ended before that day counts."""

    unit: Node
    kind: str
    effective_on: date

    @property
    def words(self) -> str:
        """Return "của Chi bộ X, trước khi chia tách 01/07/2026"."""
        return f"của {self.unit.name}, trước khi {self.event}"

    @property
    def event(self) -> str:
        return f"{WORDS[KINDS(self.kind)]} {self.effective_on:%d/%m/%Y}"


def origins_of(unit: Unit, until: date, *, generations: int = GENERATIONS) -> list[Origin]:
    """Return what became part of `unit` up to a day, nearest first: one query a generation."""
    graph = ancestry_of(unit, generations=generations)
    nodes = {node.pk: node for node in graph.nodes}
    found: dict[int, Origin] = {}
    reached = {unit.pk: until}
    while reached:
        younger, reached = reached, {}
        met = [edge for edge in graph.edges if edge.kind in WORDS and _leads_to(edge, younger)]
        for edge in sorted(met, key=lambda edge: _latest_first(edge, nodes)):
            before = edge.predecessor
            if before is None or before in found or before == unit.pk:
                continue
            found[before] = Origin(nodes[before], edge.kind, edge.effective_on)
            reached[before] = edge.effective_on
    return list(found.values())


def parents_of(unit: Unit, until: date) -> list[Origin]:
    """Return what `unit` itself came of."""
    return origins_of(unit, until, generations=1)


def _leads_to(edge: Edge, younger: dict[int, date]) -> bool:
    """Tell whether an edge ends in one of the units, no later than the event that it met."""
    last = younger.get(edge.successor or 0)
    return last is not None and edge.effective_on <= last


def _latest_first(edge: Edge, nodes: dict[int, Node]) -> tuple[int, str]:
    before = nodes.get(edge.predecessor or 0)
    return -edge.effective_on.toordinal(), before.code if before else ""
