"""What a committee has before it when it recognises: eligible cells, caps, what still hinders."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from cells.models import Unit
from evaluations.models import (
    CriteriaSet,
    Evaluation,
    Period,
    Recognition,
    RecognitionChoice,
    State,
)
from evaluations.reasons import class_name
from evaluations.rules.recognition import Cap, cap_of
from evaluations.rules.structure import Criteria
from evaluations.services.recognition_subject import SUBJECTS, Subject, subject_of


class Choice(NamedTuple):
    """What somebody decided about one cell; `reason` is for it or for passing it over."""

    is_chosen: bool
    reason: str


@dataclass(frozen=True)
class Candidate:
    """An eligible cell; `held` is the decision in force by which it has the title already."""

    sheet: Evaluation
    pool: str
    choice: Choice
    held: Recognition | None

    @property
    def total(self) -> int:
        return self.sheet.final_total or 0


@dataclass(frozen=True)
class Pool:
    """Cells of one set, where its quota says so of one kind: compared, and under one cap."""

    label: str
    criteria: CriteriaSet
    cap: Cap | None
    eligible: int
    held: int
    chosen: int

    @property
    def over(self) -> int:
        """Return by how many the choice is above the cap."""
        return max(self.held + self.chosen - self.cap.cap, 0) if self.cap else 0

    @property
    def left(self) -> int:
        """Return how many more may be chosen."""
        most = min(self.cap.cap, self.eligible) if self.cap else self.eligible
        return max(most - self.held - self.chosen, 0)


@dataclass(frozen=True)
class Board:
    """Whom one committee judges in one year, the best first; equal points in the tree's order."""

    committee: Unit
    period: Period
    subject: Subject
    draft: Recognition | None
    candidates: tuple[Candidate, ...]
    ineligible: tuple[Evaluation, ...]
    undecided: tuple[Evaluation, ...]
    # Chosen once, eligible no longer: a result was recomputed since.
    lost: tuple[Evaluation, ...]
    pools: tuple[Pool, ...]
    has_exception: bool
    exception_reason: str

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        return tuple(one for one in self.candidates if one.choice.is_chosen)

    @property
    def held(self) -> tuple[Candidate, ...]:
        return tuple(one for one in self.candidates if one.held)

    @property
    def is_settled(self) -> bool:
        """Tell whether there is nothing to choose: every eligible cell has the title."""
        return self.draft is None and len(self.held) == len(self.candidates)

    @property
    def left(self) -> int:
        return sum(pool.left for pool in self.pools)

    @property
    def cap(self) -> int | None:
        """Return the cap of all cells, or None where some are under none."""
        caps = [pool.cap.cap for pool in self.pools if pool.cap]
        return sum(caps) if caps and len(caps) == len(self.pools) else None

    @property
    def knows_exception(self) -> bool:
        quotas = [pool.criteria.rules.quota for pool in self.pools]
        return any(quota and quota.exception_percent is not None for quota in quotas)


def board_of(
    committee: Unit,
    period: Period,
    *,
    typed: Mapping[int, Choice] | None = None,
    exception: tuple[bool, str] | None = None,
) -> Board:
    """Return the board with the choices of the draft, over which `typed` goes."""
    draft = (
        Recognition.objects.drafts()
        .filter(committee=committee, period=period)
        .select_related("revokes", "updated_by", "committee", "period")
        .first()
    )
    subject = subject_of(committee, period)
    sheets = _sheets(committee, period, subject)
    held = _held(sheets, draft)
    choices = _choices(draft) | dict(typed or {})
    has_exception, exception_reason = exception or (
        (draft.has_exception, draft.exception_reason) if draft else (False, "")
    )
    decided = [sheet for sheet in sheets if sheet.state == State.DECIDED]
    candidates = tuple(
        Candidate(
            sheet,
            pool_of(sheet),
            Choice(False, "") if sheet.pk in held else choices.get(sheet.pk, Choice(False, "")),
            held.get(sheet.pk),
        )
        for sheet in sorted(decided, key=lambda sheet: (-(sheet.final_total or 0), sheet.path))
        if sheet.is_eligible
    )
    return Board(
        committee=committee,
        period=period,
        subject=subject,
        draft=draft,
        candidates=candidates,
        ineligible=tuple(sheet for sheet in decided if not sheet.is_eligible),
        undecided=tuple(sheet for sheet in sheets if sheet.state != State.DECIDED),
        lost=tuple(
            sheet
            for sheet in sheets
            if not (sheet.state == State.DECIDED and sheet.is_eligible)
            and sheet.pk in choices
            and choices[sheet.pk].is_chosen
        ),
        pools=_pools(decided, candidates, has_exception),
        has_exception=has_exception,
        exception_reason=exception_reason,
    )


def _sheets(committee: Unit, period: Period, subject: Subject) -> list[Evaluation]:
    """Return the sheets, owed or decided, of those the committee recognises."""
    sheets = list(
        Evaluation.objects.filter(
            Q(period_unit__is_expected=True) | Q(state=State.DECIDED),
            period=period,
            period_unit__committee=committee,
            unit__is_cell=subject.is_cell,
        )
        .select_related("unit", "period_unit__kind", "decision")
        .order_by("path")
    )
    # The text of a criteria set is long; it is read once, not with every sheet.
    sets = CriteriaSet.objects.in_bulk({sheet.criteria_id for sheet in sheets})
    for sheet in sheets:
        sheet.criteria, sheet.period = sets[sheet.criteria_id], period
    return sheets


def _held(sheets: Iterable[Evaluation], draft: Recognition | None) -> dict[int, Recognition]:
    """Return which cells hold the title already, but by the decision the draft would revoke."""
    rows = (
        RecognitionChoice.objects.open()
        .filter(evaluation__in=[sheet.pk for sheet in sheets])
        .select_related("recognition")
    )
    revoked = draft.revokes_id if draft else None
    return {row.evaluation_id: row.recognition for row in rows if row.recognition_id != revoked}


def _choices(draft: Recognition | None) -> dict[int, Choice]:
    if draft is None:
        return {}
    rows = draft.choices.values_list("evaluation_id", "is_chosen", "reason")
    return {sheet: Choice(chosen, reason) for sheet, chosen, reason in rows}


def pool_of(sheet: Evaluation) -> str:
    """Name the pool of a sheet: its set; its kind of cell too where the quota is by group."""
    quota = sheet.criteria.rules.quota
    kind = sheet.period_unit.kind
    return pool_label(sheet.criteria, kind.name if kind else "", bool(quota and quota.group_by))


def pool_label(criteria: CriteriaSet, kind: str, by_kind: bool) -> str:
    return f"{criteria.code}, {kind or 'chưa rõ loại hình'}" if by_kind else criteria.code


def _pools(
    decided: Iterable[Evaluation], candidates: Iterable[Candidate], exception: bool
) -> tuple[Pool, ...]:
    sets: dict[str, CriteriaSet] = {}
    assessed: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for sheet in decided:
        label = pool_of(sheet)
        sets[label] = sheet.criteria
        assessed[label] += 1
        good[label] += is_good(sheet.criteria.rules, sheet.annual_class, sheet.is_eligible)
    own = list(candidates)
    eligible = Counter(one.pool for one in own)
    held = Counter(one.pool for one in own if one.held)
    chosen = Counter(one.pool for one in own if one.choice.is_chosen)
    return tuple(
        Pool(
            label=label,
            criteria=criteria,
            cap=cap_in(criteria.rules, good[label], assessed[label], exception),
            eligible=eligible[label],
            held=held[label],
            chosen=chosen[label],
        )
        for label, criteria in sorted(sets.items())
    )


def is_good(rules: Criteria, annual_class: str, is_eligible: bool | None) -> bool:
    """Tell whether a decided cell counts as good or better where the quota asks for that.

    A set that asks for a class counts by it; another has only its own conditions to go by.
    """
    lowest = rules.recognition.annual_class_gte
    if lowest is None:
        return bool(is_eligible)
    classes = rules.annual_classes
    return annual_class in classes and classes.index(annual_class) >= classes.index(lowest)


def cap_in(rules: Criteria, good: int, assessed: int, exception: bool) -> Cap | None:
    if rules.quota is None:
        return None
    lowest = rules.recognition.annual_class_gte
    name = f"xếp loại từ “{class_name(lowest)}” trở lên" if lowest else "đủ điều kiện"
    return cap_of(
        rules.quota,
        good=good,
        assessed=assessed,
        good_name=name,
        exception=exception,
        noun=SUBJECTS[rules.subject].noun,
    )
