"""What a draft may refer to: the set before it, kinds of cell, lines that suggest answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cells.unit_filter import COMMITTEE, kind_choices
from evaluations.models import CriteriaDraft, CriteriaSet
from evaluations.rules.structure import Criteria
from evaluations.services.criteria_drafts import draft_check, sets_known

Choices = list[tuple[str, str]]


@dataclass
class Around:
    """The draft with its tables, and what its forms offer; each is read when it is asked for."""

    draft: CriteriaDraft
    raw: dict[str, Any]

    @cached_property
    def known(self) -> list[Criteria]:
        return sets_known(self.draft)

    @cached_property
    def findings(self) -> list[Any]:
        return draft_check(self.draft, known=self.known)

    @property
    def subject(self) -> str:
        return str(self.raw.get("subject", ""))

    @property
    def period(self) -> str:
        return str(self.raw.get("period", ""))

    @cached_property
    def previous(self) -> Criteria | None:
        """Return the set that the draft succeeds."""
        code = self.raw.get("succeeds")
        return next((one for one in self.known if one.code == code), None)

    @cached_property
    def sets_before(self) -> Choices:
        """Return the sets of the same purpose, of which the draft may succeed one."""
        alike = CriteriaSet.objects.filter(subject=self.subject, period_kind=self.period)
        rows = alike.order_by("-valid_from", "code").values_list("code", "title")
        return [(code, f"{code} – {title}") for code, title in rows]

    @cached_property
    def kinds(self) -> Choices:
        return [(code, name) for code, name in kind_choices() if code != COMMITTEE]

    @property
    def feeds(self) -> Mapping[str, tuple[str, str]]:
        """Return which sets may suggest answers to this one: subject and period, by key."""
        found = {}
        if self.period == "quarter":
            found["from_month"] = self.subject, "month"
        if self.period == "year":
            found["from_quarter"] = self.subject, "quarter"
        if self.subject == "committee":
            found["from_cells"] = "cell", self.period
        return found

    def feeding_lines(self, key: str) -> Choices:
        """Return the lines of the newest set that may suggest answers by way of `key`."""
        purpose = self.feeds.get(key)
        fit = [one for one in self.known if (one.subject, one.period) == purpose]
        newest = max(fit, key=lambda one: one.valid_from, default=None)
        lines = newest.indicators.values() if newest else ()
        return [(line.code, f"{line.code} {line.title}") for line in lines]
