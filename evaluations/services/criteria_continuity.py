"""Which sets give totals that may be compared: those whose lines all stayed the same."""

from collections.abc import Iterable, Mapping

from evaluations.models import CriteriaSet
from evaluations.rules.relations import is_same_throughout


class Continuity:
    """Compares sets by their successions; each succession is looked at once."""

    def __init__(self, sets: Mapping[int, CriteriaSet]) -> None:
        self._sets = sets
        self._known: dict[tuple[int, int], bool] = {}

    @classmethod
    def of(cls, asked: Iterable[int]) -> "Continuity":
        """Read the sets that lead from one of `asked` to another; nothing for a single one."""
        wanted = set(asked)
        if len(wanted) < 2:
            return cls({})
        pairs = CriteriaSet.objects.filter(succeeds__isnull=False).order_by()
        before = dict(pairs.values_list("pk", "succeeds"))
        chain = set(wanted)
        for start in wanted:
            pk = before.get(start)
            while pk and pk not in chain:
                chain.add(pk)
                pk = before.get(pk)
        return cls(CriteriaSet.objects.in_bulk(chain))

    def compares(self, one: int, other: int) -> bool:
        """Tell whether a total under one set means the same under the other."""
        if one == other:
            return True
        if (one, other) not in self._known:
            leads = self._leads(one, other) or self._leads(other, one)
            self._known[one, other] = self._known[other, one] = leads
        return self._known[one, other]

    def _leads(self, new: int, old: int) -> bool:
        """Tell whether `new` succeeds `old`, at any distance, and each step kept every line."""
        met: set[int] = set()
        while new not in met:
            met.add(new)
            held = self._sets.get(new)
            before = self._sets.get(held.succeeds_id or 0) if held else None
            if held is None or before is None or not is_same_throughout(held.rules, before.rules):
                return False
            new = before.pk
            if new == old:
                return True
        return False
