"""Branches too wide to look at case by case: shown by the committees directly below their top."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from cells import access
from cells.models import Unit
from cells.vietnamese import number_text

# A ward has a hundred cells, a large one a few hundred.
CELLS_AT_ONCE = 1000

# A case: the paths of the cells it concerns, and how many such cases there are.
Places = Iterable[tuple[tuple[str, ...], int]]
Row = tuple[str, str, str]


def is_wide(branch: access.Reach) -> bool:
    """Tell whether so many cells exist today in a branch that it is looked at by committee."""
    cells = _today(branch.condition("path")).cells().order_by()
    return bool(cells[CELLS_AT_ONCE : CELLS_AT_ONCE + 1].exists())


def committees_below(branch: access.Reach) -> Any:
    """Return the committees directly below the tops of a branch."""
    return _today(Q(parent__path__in=branch.paths)).committees().order_by("path")


def by_committee(places: Places, branch: access.Reach, url_of: Callable[[str], str]) -> list[Row]:
    """Return (name, address, number) of each unit directly below the top that has cases.

    Most cases first; `url_of` gives the address from the code of the unit.
    """
    counted: Counter[str] = Counter()
    for paths, number in places:
        for below in {_below(path, branch) for path in paths} - {""}:
            counted[below] += number
    units = Unit.objects.filter(path__in=counted).order_by("path")
    rows = [(unit.name, url_of(unit.code), counted[unit.path]) for unit in units]
    rows.sort(key=lambda row: -row[2])
    return [(name, url, f"{number_text(number)} trường hợp") for name, url, number in rows]


def _today(condition: Q) -> Any:
    # Any: the type checker does not know the manager's own methods.
    units: Any = Unit.objects
    return units.active().filter(condition)


def _below(path: str, branch: access.Reach) -> str:
    """Return the unit directly below the top over `path`; "" where none of the branch is."""
    for top in branch.paths:
        if path.startswith(top):
            rest = path[len(top) :].partition("/")[0]
            return f"{top}{rest}/" if rest else top
    return ""
