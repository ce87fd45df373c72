"""Which units a list shows: read from the address, applied on a day, told in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from cells.as_of import AsOf
from cells.models import CellKind, Unit, User
from cells.services.dated_branch import branch_on, search_on
from cells.vietnamese import tidy

COMMITTEE = "committee"
ACTIVE, CLOSED = "", "closed"
SORTS = {"code": ("code",), "name": ("dated_key", "code")}


@dataclass(frozen=True)
class UnitFilter:
    """The filters of the list of units; an unknown value filters nothing."""

    asked: AsOf
    q: str = ""
    committee: str = ""
    kind: str = ""
    state: str = ACTIVE
    sort: str = "code"
    # The committee that `committee` names, where it is within reach.
    above: Unit | None = None

    @classmethod
    def read(cls, asked: Mapping[str, str], user: User) -> "UnitFilter":
        def text(name: str) -> str:
            return tidy(asked.get(name, "").replace("\0", ""))[:100]

        code, sort = text("committee"), text("sort")
        visible = Unit.objects.visible_to(user).committees()
        return cls(
            asked=AsOf.read(asked),
            q=text("q"),
            committee=code,
            kind=text("kind"),
            state=CLOSED if text("state") == CLOSED else ACTIVE,
            sort=sort if sort.removeprefix("-") in SORTS else "code",
            above=visible.filter(code=code).first() if code else None,
        )

    @property
    def is_closed(self) -> bool:
        return self.state == CLOSED

    def units(self, user: User) -> Any:
        """Return the units shown, each with what it was on the day."""
        day = self.asked.day
        visible = Unit.objects.visible_to(user)
        units: Any = _closed(visible, day) if self.is_closed else _standing(visible, day)
        if self.kind == COMMITTEE:
            units = units.committees()
        elif self.kind:
            units = units.filter(dated_kind_code=self.kind)
        if self.above:
            units = units.filter(self._within())
        columns = SORTS[self.sort.removeprefix("-")]
        order = [f"-{column}" for column in columns] if self.sort.startswith("-") else columns
        return search_on(units, self.q).order_by(*order)

    def _within(self):
        # What has ended stands where it last stood: its path.
        day = self.asked.today if self.is_closed else self.asked.day
        return branch_on(self.above, day)

    def in_words(self) -> str:
        kinds = dict(kind_choices())
        parts = [
            f"Tìm: “{self.q}”" if self.q else "",
            f"Thuộc: {self.above.name}" if self.above else "",
            f"Loại hình: {kinds.get(self.kind, self.kind)}" if self.kind else "",
            "Đã kết thúc hoạt động" if self.is_closed else "Đang hoạt động",
        ]
        return "; ".join(part for part in parts if part)


def _standing(units: Any, day: date) -> Any:
    return units.as_of(day).annotate(
        dated_kind_code=F("placed__kind__code"), dated_parent=F("placed__parent__code")
    )


def _closed(units: Any, day: date) -> Any:
    """Return the units that had ended by a day, with what they were at the end."""
    return units.filter(closed_on__lte=day).annotate(
        dated_name=F("name"),
        dated_key=F("name"),
        dated_parent_id=F("parent_id"),
        dated_level=F("level__name"),
        dated_kind=F("kind__name"),
        dated_kind_code=F("kind__code"),
        dated_parent=F("parent__code"),
    )


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds to choose from, each code once, under its newest name."""
    rows = CellKind.objects.order_by("order", "code", "valid_from").values_list("code", "name")
    return [(COMMITTEE, "Đảng ủy, đảng bộ"), *dict(rows).items()]
