"""What recomputing a period has shown, as the city's administrator reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from cells.vietnamese import fold
from evaluations.models import CriteriaSet, Evaluation, Period, Recomputation, RecomputedSheet
from evaluations.reports import result_words
from evaluations.rules.criteria import CriteriaError
from evaluations.rules.structure import Criteria


@dataclass(frozen=True)
class Row:
    """One value that does not agree, in words."""

    label: str
    stored: str
    computed: str


@dataclass(frozen=True)
class UnitDifferences:
    """What does not agree for one unit; no code for the criteria set itself."""

    code: str
    name: str
    has_scorecard: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Result:
    """What a signed recompute put in place of what; `lines` whose points changed."""

    code: str
    name: str
    old: str
    new: str
    lines: str


@dataclass(frozen=True)
class Recomputed:
    """A signed recompute as the scorecard of one sheet tells it."""

    run: Recomputation
    old: str
    new: str


@dataclass(frozen=True)
class Standing:
    """The newest result of a period: what it calls for."""

    run: Recomputation
    is_tampered: bool
    has_unreadable: bool
    ranking_differs: bool

    @property
    def is_clean(self) -> bool:
        return not self.run.found

    @property
    def can_sign(self) -> bool:
        return self.run.sheets > 0 and not self.is_tampered and not self.run.is_signed


def standing_of(period: Period) -> Standing | None:
    run = runs_of(period).first()
    if run is None:
        return None
    whats = {one["what"] for one in run.differences}
    return Standing(
        run, "criteria" in whats, "unreadable" in whats, ranking_differs="ranking" in whats
    )


def runs_of(period: Period) -> QuerySet[Recomputation]:
    """Return the checks and signed recomputes of a period, newest first."""
    return period.recomputations.select_related("by")


def found_last(period: OuterRef) -> Subquery:
    """Return how many differences the newest check of a period found; null without one."""
    newest = Recomputation.objects.filter(period=period).order_by("-at", "-pk")
    return Subquery(newest.values("found")[:1])


def codes_of(run: Recomputation, asked: str = "") -> list[str]:
    """Return the units with kept differences, in their order; those that `asked` names."""
    codes = list(dict.fromkeys(one["unit"] for one in run.differences))
    if not asked:
        return codes
    found = _named(_sheets(run.period, codes), "unit__search", asked)
    found = found.values_list("unit__code", flat=True)
    wanted = set(found)
    return [code for code in codes if code in wanted]


def differences_of(run: Recomputation, codes: Iterable[str]) -> list[UnitDifferences]:
    """Return the kept differences of some units of a run, each value in words."""
    codes = list(codes)
    sheets = {
        code: (name, criteria)
        for code, name, criteria in _sheets(run.period, codes).values_list(
            "unit__code", "period_unit__name", "criteria_id"
        )
    }
    rules = _rules({criteria for _, criteria in sheets.values()})
    by_unit: dict[str, list[dict[str, Any]]] = {code: [] for code in codes}
    for one in run.differences:
        if one["unit"] in by_unit:
            by_unit[one["unit"]].append(one)
    return [
        _unit(run.period, code, found, sheets.get(code), rules) for code, found in by_unit.items()
    ]


def results_of(run: Recomputation, asked: str = "") -> QuerySet[RecomputedSheet]:
    """Return both results of the sheets that a signed run wrote anew, by place in the tree."""
    results = run.results.select_related(
        "evaluation__unit",
        "evaluation__period",
        "evaluation__period_unit",
        "evaluation__criteria",
    ).defer("evaluation__criteria__text")
    return _named(results, "evaluation__unit__search", asked).order_by("evaluation__path")


def results_in_words(results: Iterable[RecomputedSheet]) -> list[Result]:
    return [_result(result) for result in results]


def recomputed_of(sheet: Evaluation) -> tuple[Recomputed, ...]:
    """Return who wrote the result of a sheet anew, and what stood before; newest first."""
    rules, kind = sheet.criteria.rules, sheet.period.kind
    return tuple(
        Recomputed(
            kept.recomputation,
            result_words.summary(kept.old, rules, kind),
            result_words.summary(kept.new, rules, kind),
        )
        for kept in sheet.recomputed.select_related("recomputation__by")
    )


def _result(result: RecomputedSheet) -> Result:
    sheet = result.evaluation
    rules, kind = sheet.criteria.rules, sheet.period.kind
    return Result(
        code=sheet.unit.code,
        name=sheet.period_unit.name,
        old=result_words.summary(result.old, rules, kind),
        new=result_words.summary(result.new, rules, kind),
        lines=", ".join(
            line
            for line, points in result.new["lines"].items()
            if points != result.old["lines"][line]
        ),
    )


def _sheets(period: Period, codes: Iterable[str]) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(period=period, unit__code__in=list(codes))


def _named(rows: QuerySet[Any], field: str, asked: str) -> QuerySet[Any]:
    """Return the rows whose `field` holds every word of `asked`, marks or no marks."""
    for word in fold(asked).split():
        rows = rows.filter(**{f"{field}__contains": word})
    return rows


def _unit(
    period: Period,
    code: str,
    found: Iterable[Mapping[str, Any]],
    sheet: tuple[str, int] | None,
    rules: Mapping[int, Criteria],
) -> UnitDifferences:
    name, criteria = sheet or ("Bộ tiêu chí", 0)
    rows = tuple(_row(one, rules.get(criteria), period.kind) for one in found)
    whats = {one["what"] for one in found}
    return UnitDifferences(code, name, sheet is not None and "unreadable" not in whats, rows)


def _row(one: Mapping[str, Any], rules: Criteria | None, period_kind: str) -> Row:
    stored, computed = (
        result_words.value(one["what"], one[side], rules, period_kind)
        for side in ("stored", "computed")
    )
    return Row(result_words.label(one["what"], one["line"]), stored, computed)


def _rules(wanted: set[int]) -> dict[int, Criteria]:
    rules = {}
    for row in CriteriaSet.objects.filter(pk__in=wanted):
        try:
            rules[row.pk] = row.rules
        except CriteriaError:
            continue
    return rules
