"""Where a value stands in the tables of a set: `groups/G1/indicators/1.2/bands/2/points`."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaluations.rules.table import code_of, segments


def values(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every value with its place; a list of tables also gives the order of its codes."""
    return _below(raw, "")


def _below(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        pairs = [(str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        pairs = list(zip(segments(value), value, strict=True))
        if any(code_of(inner) for inner in value):
            yield place, ", ".join(name for name, _ in pairs)
    else:
        yield place, value if isinstance(value, str | bool | int | None) else str(value)
        return
    for key, inner in pairs:
        yield from _below(inner, f"{place}/{key}" if place else key)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what differs between two sets, by place; what is missing on a side is None."""
    before, after = dict(values(old)), dict(values(new))
    return {
        place: (before.get(place), after.get(place))
        for place in before | after
        if before.get(place) != after.get(place)
    }
