"""Which sheets of a period the work queue shows, by its address: one reading for list and paper."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from cells.vietnamese import fold
from evaluations.models import LineFlag, State
from evaluations.models.sheets import EvaluationQuerySet

SUBJECTS = {"cell": True, "committee": False}


@dataclass(frozen=True)
class QueueFilter:
    """State, kind of cell, text, of whom: cells or committees, and marks; "" for all."""

    state: str = ""
    kind: str = ""
    q: str = ""
    subject: str = ""
    flagged: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "QueueFilter":
        names = ("state", "kind", "q", "subject", "flagged")
        return cls(*(given.get(name, "").replace("\0", "").strip() for name in names))

    @property
    def of_cells(self) -> bool | None:
        return SUBJECTS.get(self.subject)

    def rows(self, sheets: EvaluationQuerySet) -> EvaluationQuerySet:
        if self.of_cells is not None:
            sheets = sheets.filter(unit__is_cell=self.of_cells)
        if self.state in State.values:
            sheets = sheets.filter(state=self.state)
        if self.kind:
            sheets = sheets.filter(period_unit__kind__code=self.kind)
        if self.flagged:
            sheets = sheets.filter(
                Exists(LineFlag.objects.open().filter(evaluation=OuterRef("pk")))
            )
        for word in fold(self.q).split():
            sheets = sheets.filter(unit__search__contains=word)
        return sheets
