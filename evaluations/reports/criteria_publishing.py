"""What publishing a draft would mean: its hash, and the period it comes to first."""

import hashlib
from dataclasses import dataclass
from datetime import date

from evaluations.models import CriteriaDraft, CriteriaSet, Period
from evaluations.reports.criteria_page import RelationRow, relation_rows
from evaluations.reports.periods import next_periods
from evaluations.rules.criteria import parse_criteria
from evaluations.rules.structure import Criteria


@dataclass(frozen=True)
class Publishing:
    """What is frozen by publishing, and where it will be used."""

    rules: Criteria
    sha256: str
    previous: CriteriaSet | None
    relations: tuple[RelationRow, ...]
    # The first period not opened yet that the set is chosen for; None where none is in sight.
    next_period: Period | None
    # Periods within its time that were opened with another set: they keep theirs.
    opened: tuple[Period, ...]
    # A set of the same committee that begins later and goes before this one.
    rival: CriteriaSet | None


def publishing(draft: CriteriaDraft, today: date) -> Publishing:
    """Return what publishing a draft without errors would mean."""
    rules = parse_criteria(draft.text)
    previous = CriteriaSet.objects.filter(code=rules.succeeds or "").first()
    known = list(Period.objects.all())
    ahead = [one for one in next_periods(known, today) if _holds(rules, one)]
    upcoming = next(iter(ahead), None)
    return Publishing(
        rules=rules,
        sha256=hashlib.sha256(draft.text.encode()).hexdigest(),
        previous=previous,
        relations=relation_rows(rules, previous.rules) if previous else (),
        next_period=upcoming,
        opened=tuple(one for one in known if one.opened_at and _holds(rules, one)),
        rival=_rival(draft, rules, upcoming) if upcoming else None,
    )


def _holds(rules: Criteria, period: Period) -> bool:
    """Tell whether the set is in force on the last day of a period of its kind."""
    if rules.subject != "cell" or rules.period != period.kind:
        return False
    return rules.valid_from <= period.ends_on <= (rules.valid_to or date.max)


def _rival(draft: CriteriaDraft, rules: Criteria, period: Period) -> CriteriaSet | None:
    in_force = CriteriaSet.objects.in_force(rules.subject, rules.period, period.ends_on)
    return in_force.filter(owner=draft.owner, valid_from__gt=rules.valid_from).first()
