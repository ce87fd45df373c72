"""What a unit came of, read from the events of the tree; results stay with who earned them."""

from dataclasses import dataclass
from datetime import date

from cells.models import Lineage, Reorganisation, Unit

KINDS = Reorganisation.Kind
WORDS = {KINDS.SPLIT: "chia tách", KINDS.MERGE: "hợp nhất", KINDS.ABSORB: "sáp nhập"}
# Cells that split and split again are followed this far back.
GENERATIONS = 4


@dataclass(frozen=True)
class Origin:
    """A unit that went into another one on a day; only what ended before that day counts."""

    unit: Unit
    kind: str
    effective_on: date

    @property
    def words(self) -> str:
        """Return "của Chi bộ X, trước khi chia tách 01/07/2026"."""
        return f"của {self.unit.name}, trước khi {self.event}"

    @property
    def event(self) -> str:
        return f"{WORDS[KINDS(self.kind)]} {self.effective_on:%d/%m/%Y}"


def origins_of(unit: int, until: date, *, generations: int = GENERATIONS) -> list[Origin]:
    """Return what became part of `unit` up to a day, nearest first: one query a generation."""
    found: dict[int, Origin] = {}
    edge_of = {unit: until}
    for _ in range(generations):
        edges = (
            Lineage.objects.filter(
                successor__in=edge_of,
                predecessor__isnull=False,
                reorganisation__kind__in=WORDS,
                reorganisation__reverted_at__isnull=True,
                reorganisation__effective_on__lte=until,
            )
            .select_related("predecessor", "reorganisation")
            .order_by("-reorganisation__effective_on", "predecessor__code")
        )
        younger, edge_of = edge_of, {}
        for edge in edges:
            before, event = edge.predecessor, edge.reorganisation
            known = before is None or before.pk in found or before.pk == unit
            if before is None or known or event.effective_on > younger[edge.successor_id or 0]:
                continue
            found[before.pk] = Origin(before, event.kind, event.effective_on)
            edge_of[before.pk] = event.effective_on
        if not edge_of:
            break
    return list(found.values())


def parents_of(unit: int, until: date) -> list[Origin]:
    """Return what `unit` itself came of."""
    return origins_of(unit, until, generations=1)
