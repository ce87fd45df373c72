"""One published set as people read it: for whom, since when, after which, where it was used."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from cells.unit_filter import kind_choices
from evaluations.models import CriteriaSet, Evaluation, Period
from evaluations.rules.structure import Criteria, Likeness


@dataclass(frozen=True)
class RelationRow:
    """How one line follows from the set before; an empty title where there is no such line."""

    code: str
    title: str
    relation: Likeness
    was: str
    was_title: str


@dataclass(frozen=True)
class Use:
    """A period in which sheets are judged by the set."""

    period: Period
    sheets: int


@dataclass(frozen=True)
class CriteriaPage:
    """A set with those before it, the newest first, and those that follow it at once."""

    criteria: CriteriaSet
    rules: Criteria
    before: tuple[CriteriaSet, ...]
    after: tuple[CriteriaSet, ...]
    relations: tuple[RelationRow, ...]
    uses: tuple[Use, ...]
    kinds: Mapping[str, str]

    @property
    def maximum(self) -> int:
        return sum(group.max for group in self.rules.groups)


def criteria_page(code: str) -> CriteriaPage | None:
    """Return the page of a published set, or None where there is none of that code."""
    joined = CriteriaSet.objects.select_related("owner__parent", "published_by", "succeeds")
    criteria = joined.filter(code=code).first()
    if criteria is None:
        return None
    rules, before = criteria.rules, criteria.succeeds
    alike = CriteriaSet.objects.filter(subject=criteria.subject, period_kind=criteria.period_kind)
    kin = {one.pk: one for one in alike.defer("text").order_by("valid_from", "code")}
    return CriteriaPage(
        criteria=criteria,
        rules=rules,
        before=_chain(criteria, kin),
        after=tuple(one for one in kin.values() if one.succeeds_id == criteria.pk),
        relations=relation_rows(rules, before.rules) if before else (),
        uses=_uses(criteria),
        kinds=kind_names(rules),
    )


def _chain(criteria: CriteriaSet, kin: Mapping[int, CriteriaSet]) -> tuple[CriteriaSet, ...]:
    chain: list[CriteriaSet] = []
    one = kin.get(criteria.succeeds_id or 0)
    while one is not None and one not in chain:
        chain.append(one)
        one = kin.get(one.succeeds_id or 0)
    return tuple(chain)


def relation_rows(rules: Criteria, before: Criteria) -> tuple[RelationRow, ...]:
    """Return the relations of a set to the one before it, with the titles of both sides."""

    def title(side: Criteria, code: str) -> str:
        line = side.indicators.get(code)
        return line.title if line else ""

    return tuple(
        RelationRow(
            code=row.code,
            title=title(rules, row.code),
            relation=row.relation,
            was=row.was,
            was_title=title(before, row.was),
        )
        for row in rules.relations
    )


def kind_names(rules: Criteria) -> dict[str, str]:
    """Return what the kinds of cell are called, where a line is for some of them alone."""
    is_asked = any(line.kinds for line in rules.indicators.values())
    return dict(kind_choices()) if is_asked else {}


def _uses(criteria: CriteriaSet) -> tuple[Use, ...]:
    counted = (
        Evaluation.objects.filter(criteria=criteria)
        .order_by()
        .values_list("period")
        .annotate(n=Count("pk"))
    )
    sheets = dict(counted)
    periods = Period.objects.filter(pk__in=sheets).order_by("-ends_on", "kind")
    return tuple(Use(period, sheets[period.pk]) for period in periods)
