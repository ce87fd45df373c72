"""What a draft of criteria would have made of a past period: nothing is stored but the summary."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cells.models import Job, User
from cells.services.jobs import Progress, job_request
from evaluations.models import CriteriaDraft, CriteriaSet, Period
from evaluations.rules.criteria import parse_criteria
from evaluations.rules.engine import AnswerError, Scorer, Tally, Values
from evaluations.rules.structure import Criteria, Indicator
from evaluations.services import ranking_reads as reads

IMPACT = "criteria_impact"
WORST = 30
# A line that took the place of another takes its answers over; a new one has none.
TAKES_OVER = ("same", "rescaled", "partly")


@dataclass(frozen=True)
class Case:
    """One decided sheet, as it was decided and as the draft would have it."""

    source: reads.Source
    before: Tally
    after: Tally

    @property
    def difference(self) -> int:
        return self.after.total - self.before.total

    @property
    def is_changed(self) -> bool:
        return self.before.level != self.after.level or self.is_turned

    @property
    def is_worse(self) -> bool:
        """Tell whether the sheet loses points, or its level or eligibility without gaining any."""
        return self.difference < 0 or (self.difference == 0 and self.is_changed)

    @property
    def is_turned(self) -> bool:
        return self.before.eligible != self.after.eligible


@dataclass(frozen=True)
class Reading:
    """How answers of one set are read by the draft; `blank` lines have no answer to take."""

    criteria: Criteria
    lines: Mapping[str, tuple[str, ...]]
    blank: tuple[str, ...]


def impact_request(*, draft: CriteriaDraft, period: Period, by: User) -> Job:
    """Ask for the impact of the draft as it stands now; the job under way, if there is one."""
    sha256 = _sha(draft.text)
    return job_request(
        kind=IMPACT,
        key=impact_key(draft, period),
        parameters={"draft": draft.pk, "period": period.code, "sha256": sha256},
        by=by,
    )


def impact_key(draft: CriteriaDraft, period: Period) -> str:
    return f"{draft.pk}:{_sha(draft.text)[:16]}:{period.code}"


def impact_summary(draft: CriteriaDraft, period: Period, progress: Progress) -> dict[str, Any]:
    """Run the draft over every decided sheet of its owner's branch and count what changes."""
    rules = parse_criteria(draft.text)
    levels: Counter[tuple[str, str]] = Counter()
    turned: Counter[tuple[bool, bool]] = Counter()
    committees: dict[int | None, Counter[str]] = {}
    worst: list[Case] = []
    impact = Impact(draft, period, rules)
    total = impact.size()
    for done, case in enumerate(impact.cases(), start=1):
        levels[case.before.level, case.after.level] += 1
        turned[case.before.eligible, case.after.eligible] += 1
        counted = committees.setdefault(case.source.committee, Counter())
        counted["checked"] += 1
        counted["before"] += case.before.eligible
        counted["after"] += case.after.eligible
        counted["raised"] += case.difference > 0
        counted["lowered"] += case.difference < 0
        counted["changed"] += case.is_changed
        if case.is_worse:
            worst.append(case)
        if len(worst) >= 20 * WORST:
            worst = sorted(worst, key=_fall)[:WORST]
        if done % 500 == 0:
            progress.say("Đang chấm lại bằng bản nháp.", done, total)
    names = reads.committee_names(period)
    return {
        "period": period.code,
        "sha256": _sha(draft.text),
        "checked": sum(levels.values()),
        "unreadable": impact.unreadable,
        "blank": sorted(impact.blank),
        "titles": impact.titles(),
        "levels": [[*pair, count] for pair, count in sorted(levels.items())],
        "turned": [[*pair, count] for pair, count in sorted(turned.items())],
        "committees": sorted(
            ({"name": names.get(pk or 0, "–"), **counts} for pk, counts in committees.items()),
            key=lambda row: (-row["changed"], row["name"]),
        ),
        "worst": [_row(case, names) for case in sorted(worst, key=_fall)[:WORST]],
    }


class Impact:
    """The decided sheets of a period in the branch of a draft, scored by both sets."""

    def __init__(self, draft: CriteriaDraft, period: Period, rules: Criteria) -> None:
        self.rules = rules
        path = reads.scope_path(period, draft.owner)
        wanted = CriteriaSet.objects.filter(subject=rules.subject, period_kind=rules.period)
        self.sets = wanted.in_bulk()
        found = reads.sources(period, path)
        self.sources = {
            source.evaluation: source
            for source in found
            if source.is_decided and source.evaluation and source.criteria in self.sets
        }
        self.kinds = {pk: kind.code for pk, kind in reads.kinds().items()}
        self.unreadable = 0
        self.blank: set[str] = set()

    def titles(self) -> dict[str, str]:
        """Return the title of every level that a case can have, the draft's own first."""
        titles: dict[str, str] = {}
        for rules in (self.rules, *(row.rules for row in self.sets.values())):
            for level in rules.levels:
                titles.setdefault(level.code, level.title)
        return titles

    def size(self) -> int:
        return len(self.sources)

    def cases(self) -> Iterator[Case]:
        """Yield each sheet scored twice; what the draft cannot read is counted, not scored."""
        old = {pk: Scorer(row.rules) for pk, row in self.sets.items()}
        maps = {pk: reading(row.rules, self.rules) for pk, row in self.sets.items()}
        new = {pk: Scorer(mapped.criteria) for pk, mapped in maps.items()}
        for mapped in maps.values():
            self.blank |= set(mapped.blank)
        for chunk in reads.final_answers(sorted(self.sources)):
            for sheet, answers in chunk.items():
                source = self.sources[sheet]
                pk = source.criteria or 0
                about = {
                    "kind": self.kinds.get(source.kind or 0),
                    "annual_class": source.annual_class or None,
                }
                vetoes = _listed(source.vetoes)
                try:
                    before = old[pk].score_values(answers, vetoes=vetoes, **about)
                    after = new[pk].score_values(
                        list(_read(answers, maps[pk])),
                        vetoes=[v for v in vetoes if v in self._vetoes],
                        **about,
                    )
                except AnswerError:
                    self.unreadable += 1
                    continue
                yield Case(source, before, after)

    @property
    def _vetoes(self) -> frozenset[str]:
        return frozenset(veto.code for veto in self.rules.vetoes)


def reading(old: Criteria, new: Criteria) -> Reading:
    """Say which answers of `old` the lines of `new` can take over.

    A line without one, new or asking for something else, is left out of its group as one that
    does not apply: the past says nothing of it.
    """
    taken: dict[str, list[str]] = {}
    blank = []
    for line in new.indicators.values():
        before = old.indicators.get(_was(line, old, new))
        if before is not None and _compatible(before, line):
            taken.setdefault(before.code, []).append(line.code)
        else:
            blank.append(line.code)
    groups = tuple(
        replace(
            group,
            indicators=tuple(
                replace(line, na=True) if line.code in blank else line for line in group.indicators
            ),
        )
        for group in new.groups
    )
    lines = {code: tuple(codes) for code, codes in taken.items()}
    return Reading(replace(new, groups=groups), lines, tuple(blank))


def _was(line: Indicator, old: Criteria, new: Criteria) -> str:
    if new.succeeds != old.code:
        return line.code
    for relation in new.relations:
        if relation.code == line.code:
            return relation.was if relation.relation in TAKES_OVER else ""
    return ""


def _compatible(old: Indicator, new: Indicator) -> bool:
    if old.input != new.input:
        return False
    known = {option.code for option in new.options}
    return all(option.code in known for option in old.options)


def _read(answers: list[Values], mapped: Reading) -> Iterator[Values]:
    for code, option, num, den, na in answers:
        for line in mapped.lines.get(code, ()):
            yield line, option, num, den, na
    for line in mapped.blank:
        yield line, "", None, None, True


def _fall(case: Case) -> tuple[bool, int, str]:
    """Sort first who loses level or eligibility, then by points lost."""
    return not case.is_changed, case.difference, case.source.code


def _row(case: Case, names: dict[int, str]) -> dict[str, Any]:
    return {
        "code": case.source.code,
        "name": case.source.name,
        "committee": names.get(case.source.committee or 0, "–"),
        "before": case.before.total,
        "after": case.after.total,
        "level_before": case.before.level,
        "level_after": case.after.level,
        "eligible_before": case.before.eligible,
        "eligible_after": case.after.eligible,
        "reasons": list(case.after.reasons),
    }


@lru_cache(maxsize=4096)
def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text or "[]"))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
