"""Events of the tree with their edges, written as they are stored."""

from datetime import date

from cells.models import Lineage, Reorganisation, Unit


def event(kind: str, day: date, edges, **fields) -> Reorganisation:
    """Return an event; `edges`: (predecessor or None, successor or None)."""
    made = Reorganisation.objects.create(
        kind=kind,
        effective_on=day,
        decision_number="12-QĐ/ĐU",
        decided_on=day,
        signer="Người Ký",
        plan={},
        **fields,
    )
    Lineage.objects.bulk_create(
        Lineage(reorganisation=made, predecessor=before, successor=after) for before, after in edges
    )
    return made


def close(unit: Unit, day: date) -> None:
    unit.closed_on = day
    unit.save(update_fields=["closed_on"])
    unit.placements.filter(valid_to=None).update(valid_to=day)
