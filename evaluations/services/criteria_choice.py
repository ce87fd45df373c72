"""Which criteria set applies where: of those in force, that of the nearest owner above."""

from datetime import date

from evaluations.models import CriteriaSet


class CriteriaChoice:
    """The sets in force on a day for one subject and kind of period; read once, asked often."""

    def __init__(self, subject: str, period_kind: str, day: date) -> None:
        in_force = CriteriaSet.objects.in_force(subject, period_kind, day).select_related("owner")
        self._by_owner: dict[str | None, CriteriaSet] = {}
        for criteria in in_force:
            owner = criteria.owner.code if criteria.owner else None
            # The newest of an owner comes first.
            self._by_owner.setdefault(owner, criteria)

    def __bool__(self) -> bool:
        return bool(self._by_owner)

    def at(self, path: str) -> CriteriaSet | None:
        """Return the set for the unit at `path`, codes from the root down, as of any day."""
        for code in reversed(path.strip("/").split("/")):
            if code in self._by_owner:
                return self._by_owner[code]
        return self._by_owner.get(None)
