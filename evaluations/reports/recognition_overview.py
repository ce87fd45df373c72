"""How recognition stands over many committees in one year: counted, never listed by sheet."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from cells.models import Unit, User
from evaluations.models import (
    CriteriaSet,
    Evaluation,
    Period,
    PeriodUnit,
    Recognition,
    RecognitionChoice,
    State,
)
from evaluations.rules.numbers import percent_of
from evaluations.services.recognition_board import cap_in, is_good, pool_label
from evaluations.services.recognition_subject import CELLS, COMMITTEES, Subject


@dataclass(frozen=True)
class CommitteeRow:
    """One committee; `units` are all it could recognise, as they stood on the last day of the year.

    `cap` is None where some of them are under none. `share` is recognised ÷ units, in hundredths
    of a percent, None without units.
    """

    committee: Unit
    units: int
    decided: int
    eligible: int
    cap: int | None
    recognised: int
    decisions: tuple[Recognition, ...]
    has_draft: bool

    @property
    def share(self) -> int | None:
        return percent_of(self.recognised, self.units) if self.units else None


@dataclass(frozen=True)
class Total:
    """The committees together."""

    units: int
    decided: int
    eligible: int
    recognised: int

    @property
    def share(self) -> int | None:
        return percent_of(self.recognised, self.units) if self.units else None


def years() -> Any:
    """Return the years that were opened, the newest first."""
    return Period.objects.opened().filter(kind=Period.Kind.YEAR).order_by("-ends_on")


def committees_in(user: User, period: Period, subject: Subject = CELLS) -> Any:
    """Return the committees within reach that recognise such units, in the order of the tree."""
    own = PeriodUnit.objects.filter(period=period).order_by()
    had = own.filter(is_cell=subject.is_cell).values("committee")
    if subject is COMMITTEES:
        had = had.exclude(committee__in=own.filter(is_cell=True).values("committee"))
    return Unit.objects.visible_to(user).committees().filter(pk__in=had).order_by("path")


def rows_of(
    committees: Iterable[Unit], period: Period, subject: Subject = CELLS
) -> tuple[CommitteeRow, ...]:
    """Return a row for each committee; six queries, however many they are."""
    own = list(committees)
    if not own:
        return ()
    keys = [committee.pk for committee in own]
    counted = _counted(keys, period, subject)
    units = _by_committee(
        PeriodUnit.objects.filter(period=period, is_cell=subject.is_cell, committee__in=keys),
        "committee",
    )
    recognised = _by_committee(
        RecognitionChoice.objects.open().filter(
            recognition__committee__in=keys, recognition__period=period
        ),
        "recognition__committee",
    )
    decisions, exceptional, drafts = _decisions(keys, period)
    sets = CriteriaSet.objects.in_bulk({key for rows in counted.values() for key in _sets(rows)})
    return tuple(
        CommitteeRow(
            committee=committee,
            units=units.get(committee.pk, 0),
            decided=sum(row["decided"] for row in counted[committee.pk]),
            eligible=sum(row["eligible"] for row in counted[committee.pk]),
            cap=_cap(counted[committee.pk], sets, committee.pk in exceptional),
            recognised=recognised.get(committee.pk, 0),
            decisions=tuple(decisions[committee.pk]),
            has_draft=committee.pk in drafts,
        )
        for committee in own
    )


def total_of(rows: Iterable[CommitteeRow]) -> Total:
    own = list(rows)
    return Total(
        units=sum(row.units for row in own),
        decided=sum(row.decided for row in own),
        eligible=sum(row.eligible for row in own),
        recognised=sum(row.recognised for row in own),
    )


def _counted(
    committees: list[int], period: Period, subject: Subject
) -> dict[int, list[dict[str, Any]]]:
    """Count the decided sheets of each committee by set, kind of cell and class."""
    by = ("period_unit__committee", "criteria", "period_unit__kind__name", "annual_class")
    is_decided = Q(state=State.DECIDED)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in (
        Evaluation.objects.filter(
            period=period,
            period_unit__committee__in=committees,
            unit__is_cell=subject.is_cell,
        )
        .order_by()
        .values(*by)
        .annotate(
            decided=Count("pk", filter=is_decided),
            eligible=Count("pk", filter=is_decided & Q(is_eligible=True)),
        )
    ):
        found[row["period_unit__committee"]].append(row)
    return found


def _by_committee(found: Any, field: str) -> dict[int, int]:
    counted = found.order_by().values(field).annotate(n=Count("pk"))
    return {row[field]: row["n"] for row in counted}


def _decisions(
    committees: list[int], period: Period
) -> tuple[dict[int, list[Recognition]], set[int], set[int]]:
    """Return the decisions in force, who made an exception, who has a draft."""
    in_force: dict[int, list[Recognition]] = defaultdict(list)
    exceptional, drafts = set(), set()
    for made in Recognition.objects.filter(committee__in=committees, period=period).order_by(
        "signed_on", "pk"
    ):
        if made.is_draft:
            drafts.add(made.committee_id)
        elif made.state == Recognition.State.ISSUED:
            in_force[made.committee_id].append(made)
            if made.has_exception:
                exceptional.add(made.committee_id)
    return in_force, exceptional, drafts


def _sets(rows: list[dict[str, Any]]) -> set[int]:
    return {row["criteria"] for row in rows}


def _cap(rows: list[dict[str, Any]], sets: dict[int, CriteriaSet], exception: bool) -> int | None:
    """Return the cap of a committee's cells, the pools of its sets together."""
    pools: dict[str, tuple[CriteriaSet, int, int]] = {}
    for row in rows:
        if not row["decided"]:
            continue
        criteria = sets[row["criteria"]]
        rules = criteria.rules
        by_kind = bool(rules.quota and rules.quota.group_by)
        label = pool_label(criteria, row["period_unit__kind__name"] or "", by_kind)
        _, good, assessed = pools.get(label, (criteria, 0, 0))
        asks = rules.recognition.annual_class_gte is not None
        more = row["decided"] if is_good(rules, row["annual_class"], None) else 0
        good += more if asks else row["eligible"]
        pools[label] = (criteria, good, assessed + row["decided"])
    caps = [
        cap_in(criteria.rules, good, assessed, exception)
        for criteria, good, assessed in pools.values()
    ]
    known = [cap.cap for cap in caps if cap]
    return sum(known) if known and len(known) == len(caps) else None
