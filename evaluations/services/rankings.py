"""Building the ranking of a period: read, score, compare, rank, write, all or nothing."""

import json
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import transaction

from cells.models import CellKind, Unit, User
from cells.services.jobs import Progress
from cells.vietnamese import number_text
from evaluations import comparison
from evaluations.models import CriteriaSet, LineageBreak, Period, Ranking
from evaluations.rules.engine import AnswerError, Scorer, Tally
from evaluations.rules.ranking import rank_groups, ranking_hash
from evaluations.services import ranking_reads as reads
from evaluations.services.criteria_continuity import Continuity
from evaluations.services.ranking_rows import Line, rows_write
from evaluations.services.ranking_summary import summary_of

RANKING = "ranking"
DIFFERENCES_KEPT = 1_000
APART = ("incomplete", "group_undetermined", "unreadable", "not_decided")


@dataclass
class Draft:
    """A ranking in the making: what competes, what is listed apart, what does not agree."""

    period: Period
    path: str
    competing: list[Line] = field(default_factory=list)
    apart: list[Line] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.criteria = CriteriaSet.objects.in_bulk()
        self.committees = reads.committee_names(self.period)
        self.kinds = reads.kinds()
        self.groups = comparison.in_force(self.period.ends_on)
        self.scorers = {pk: Scorer(row.rules) for pk, row in self.criteria.items()}
        self.groups_found: dict[tuple[str, int], str] = {}

    def group(self, kind: CellKind | None, members: int) -> str:
        """Return the comparison group of a cell; each kind and size is worked out once."""
        if kind is None:
            return ""
        key = kind.name, members
        if key not in self.groups_found:
            self.groups_found[key] = self.groups.group(*key)
        return self.groups_found[key]


def ranking_build(
    *, period: Period, scope: Unit, by: User | None, progress: Progress | None = None
) -> Ranking:
    """Rank the decided sheets of `period` below `scope` by their stored answers.

    With a progress the job ends in the same transaction: one job, one ranking.
    """
    progress = progress or Progress()
    started = time.perf_counter()
    draft = Draft(period, reads.scope_path(period, scope))
    previous = latest_before(period, scope)
    progress.say("Đang đọc phiếu.")
    _collect(draft, progress)
    progress.say("Đang xếp hạng.", len(draft.competing), len(draft.competing))
    before, otherwise = reads.standings(previous), _judged_otherwise(draft, previous)
    for unit in otherwise:
        before.pop(unit, None)
    ranked = _ranked(draft, before, reads.breaks(period, previous), otherwise)
    digest = ranking_hash((line.code, line.rank or 0, line.total or 0) for line in ranked)
    with transaction.atomic():
        ranking = Ranking.objects.create(
            period=period,
            scope=scope,
            built_by=by,
            ranked=len(ranked),
            incomplete=len(draft.apart),
            seconds=0,
            sha256=digest,
            differences=draft.differences[:DIFFERENCES_KEPT],
            summary=summary_of(
                ranked, draft.apart, draft.criteria.values(), draft.groups, len(draft.differences)
            ),
            previous=previous,
        )
        rows_write(ranking, ranked)
        rows_write(ranking, sorted(draft.apart, key=lambda line: line.code))
        ranking.seconds = round(time.perf_counter() - started, 3)
        ranking.save(update_fields=["seconds"])
        progress.message = _conclusion(ranking)
        progress.finish(result_of(ranking))
    return ranking


def ranking_key(period: Period, scope: Unit) -> str:
    """Return what a job is about; the whole tree is the period's own ranking."""
    return f"{period.code}:{scope.code}" if scope.parent_id else period.code


def latest(period: Period, scope: Unit) -> Ranking | None:
    return Ranking.objects.filter(period=period, scope=scope).order_by("-built_at", "-pk").first()


def latest_before(period: Period, scope: Unit) -> Ranking | None:
    """Return the newest ranking of the same scope in the period before."""
    before = period.previous()
    return latest(before, scope) if before else None


def result_of(ranking: Ranking) -> dict[str, Any]:
    return {
        "ranking": ranking.pk,
        "period": ranking.period.code,
        "ranked": ranking.ranked,
        "incomplete": ranking.incomplete,
        "seconds": ranking.seconds,
        "hash": ranking.sha256,
    }


def _conclusion(ranking: Ranking) -> str:
    ranked, apart = number_text(ranking.ranked), number_text(ranking.incomplete)
    return f"Đã xếp hạng {ranked} phiếu; {apart} phiếu chưa đủ."


def _collect(draft: Draft, progress: Progress) -> None:
    """Score every decided sheet; list the others apart."""
    found = reads.sources(draft.period, draft.path)
    decided = {source.evaluation: source for source in found if source.is_decided}
    draft.apart += [
        _line(draft, source, None, ("not_decided",)) for source in found if not source.is_decided
    ]
    done = 0
    for chunk in reads.final_answers(sorted(sheet for sheet in decided if sheet)):
        for sheet, answers in chunk.items():
            _place(draft, decided[sheet], answers)
        done += len(chunk)
        progress.say("Đang tính điểm từ số liệu đã lưu.", done, len(decided))


def _place(draft: Draft, source: reads.Source, answers: Sequence[Any]) -> None:
    """Score one decided sheet and put it among the competing or apart."""
    kind = draft.kinds.get(source.kind) if source.kind else None
    try:
        tally = draft.scorers[source.criteria].score_values(
            answers,
            vetoes=_listed(source.vetoes),
            annual_class=source.annual_class or None,
            kind=kind.code if kind else None,
        )
    except AnswerError as error:
        draft.differences.append(_difference(source, None, error.message))
        draft.apart.append(_line(draft, source, None, ("unreadable",)))
        return
    if tally.total != source.total or tally.reasons != _listed(source.reasons):
        draft.differences.append(_difference(source, tally.total, ""))
    line = _line(draft, source, tally, tally.reasons)
    (draft.apart if _is_apart(tally.reasons) else draft.competing).append(line)


@lru_cache(maxsize=4096)
def _listed(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=4096)
def _is_apart(reasons: tuple[str, ...]) -> bool:
    return any(reason.partition(":")[0] in APART for reason in reasons)


def _difference(source: reads.Source, total: int | None, message: str) -> dict[str, Any]:
    return {
        "code": source.code,
        "name": source.name,
        "path": source.path,
        "stored": source.total,
        "computed": total,
        "message": message,
    }


def _line(
    draft: Draft, source: reads.Source, tally: Tally | None, reasons: tuple[str, ...]
) -> Line:
    kind = draft.kinds.get(source.kind) if source.kind else None
    criteria = draft.criteria.get(source.criteria or source.expected_criteria or 0)
    return Line(
        source.evaluation,
        source.unit,
        source.path,
        source.code,
        source.name,
        source.search
        if source.name == source.unit_name
        else Unit.search_text(source.code, source.name),
        source.committee,
        draft.committees.get(source.committee, "") if source.committee else "",
        kind.code if kind else "",
        kind.name if kind else "",
        draft.group(kind, source.members),
        source.members,
        criteria.code if criteria else "",
        tally.total if tally else None,
        tally.level if tally else "",
        tally.eligible if tally else False,
        reasons,
    )


def _judged_otherwise(draft: Draft, previous: Ranking | None) -> set[int]:
    """Return the units whose last place was given by a set that does not compare with today's."""
    if previous is None:
        return set()
    now = {line.unit_id: line.criteria_code for line in draft.competing}
    codes = {code for code, _ in previous.summary.get("criteria", ())}
    if len(codes.union(now.values())) < 2:
        return set()
    keys = {row.code: pk for pk, row in draft.criteria.items()}
    continuity = Continuity(draft.criteria)
    return {
        unit
        for unit, code in reads.criteria_before(previous)
        if unit in now and not continuity.compares(keys[now[unit]], keys[code])
    }


def _ranked(
    draft: Draft,
    before: dict[int, tuple[int, int]],
    breaks: reads.Breaks,
    otherwise: Collection[int],
) -> list[Line]:
    """Rank within the whole scope, each committee, each comparison group; sets never mix."""
    lines = draft.competing
    numbered = list(enumerate(lines))
    whole = rank_groups(
        ((n, line.criteria_code, line.total or 0) for n, line in numbered), smallest=1
    )
    within = rank_groups(
        (
            (n, (line.criteria_code, line.committee_id), line.total or 0)
            for n, line in numbered
            if line.committee_id
        ),
        smallest=1,
    )
    alike = rank_groups(
        (
            (n, (line.criteria_code, line.group), line.total or 0)
            for n, line in numbered
            if line.group
        ),
        smallest=draft.groups.smallest,
    )
    nowhere = (None, None, None, None)
    ranked = []
    for n, line in numbered:
        place, own, peer = whole[n], within.get(n, nowhere), alike.get(n, nowhere)
        ranked.append(
            Line._make(
                (
                    *line[:RANKS_FROM],
                    *(place.rank, place.tied, place.competitors, place.percentile),
                    *(own[0], own[2], peer[0], peer[2]),
                    *before.get(line.unit_id, (None, None)),
                    str(LineageBreak.CRITERIA)
                    if line.unit_id in otherwise
                    else breaks.of(line.unit_id, stood_before=line.unit_id in before),
                )
            )
        )
    ranked.sort(key=lambda line: (line.rank, line.code))
    return ranked


RANKS_FROM = Line._fields.index("rank")


def root_scope() -> Unit | None:
    """Return the top of the tree, whose ranking the page shows."""
    return Unit.objects.filter(parent__isnull=True, is_cell=False).order_by("path").first()
