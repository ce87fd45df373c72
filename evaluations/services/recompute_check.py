"""Compare the decided sheets of a period with what their stored answers give now."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from cells.models import AuditEntry
from cells.services.jobs import Progress
from evaluations.answers import answer_of
from evaluations.models import CriteriaSet, Evaluation, Period, RankingRow, Score, State
from evaluations.rules.criteria import CriteriaError, parse_criteria
from evaluations.rules.engine import AnswerError, LineOutcome, Scorer, Tally, score_line
from evaluations.rules.numbers import half_up
from evaluations.rules.structure import Criteria
from evaluations.services import ranking_reads as reads
from evaluations.services.rankings import latest, root_scope

DIFFERENCES_KEPT = 1_000
UNREADABLE_VETOES = "Điểm loại đã lưu không đọc được."


class Difference(NamedTuple):
    """One value that does not agree; points in hundredths.

    `what`: points or group (`line` names which), total, level, eligible, reasons; ranking, the
    total in the newest ranking; unreadable, answers that cannot be scored; criteria, a set whose
    text is not the one that was published (`line` is its code).
    """

    unit: str
    what: str
    line: str
    stored: Any
    computed: Any


class Sheet(NamedTuple):
    """A decided sheet as it is stored, with its total in the newest ranking."""

    pk: int
    code: str
    criteria: int
    kind: str | None
    vetoes: Any
    annual_class: str
    total: int
    level: str
    eligible: bool | None
    reasons: Any
    ranked: int | None


@dataclass
class Findings:
    """What a check has come to. `sheets` are those whose stored result is not the computed one."""

    checked: int = 0
    found: int = 0
    is_tampered: bool = False
    sheets: list[int] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    # By criteria set, as its text reads now.
    rules: dict[int, Criteria] = field(default_factory=dict)

    def add(self, differences: Sequence[Difference]) -> None:
        self.found += len(differences)
        self.differences += differences[: DIFFERENCES_KEPT - len(self.differences)]

    def listed(self) -> list[dict[str, Any]]:
        return [one._asdict() for one in self.differences]


def decided_sheets(period: Period) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(period=period, state=State.DECIDED).order_by("pk")


def findings_of(period: Period, progress: Progress) -> Findings:
    """Recompute every decided sheet of the period; nothing is written."""
    findings = Findings()
    judges = _Judges(findings)
    total = decided_sheets(period).count()
    read = 0
    for sheets in _chunks(period):
        for scores in reads.final_scores([sheet.pk for sheet in sheets]):
            for sheet in sheets:
                _check(findings, judges[sheet.criteria], sheet, scores[sheet.pk])
        read += len(sheets)
        progress.say("Đang tính lại từ số liệu đã lưu.", read, total)
    return findings


def _chunks(period: Period) -> Iterator[list[Sheet]]:
    """Yield the decided sheets in the chunks in which their answers are read."""
    root = root_scope()
    ranking = latest(period, root) if root else None
    # A sheet that was opened again and decided anew is in no ranking built before that.
    ranked = RankingRow.objects.filter(
        ranking=ranking, ranking__built_at__gte=OuterRef("decision__at"), unit=OuterRef("unit")
    )
    rows = decided_sheets(period).values_list(
        "pk",
        "unit__code",
        "criteria_id",
        "period_unit__kind__code",
        "vetoes",
        "annual_class",
        "final_total",
        "level",
        "is_eligible",
        "reasons",
        Subquery(ranked.values("total")),
    )
    left = rows.iterator(chunk_size=reads.CHUNK)
    while chunk := [Sheet._make(row) for row in islice(left, reads.CHUNK)]:
        yield chunk


def _check(
    findings: Findings, judge: "Judge | None", sheet: Sheet, scores: Sequence[reads.Scored]
) -> None:
    if judge is None:
        return
    findings.checked += 1
    try:
        differences = judge.compare(sheet, scores)
    except AnswerError as error:
        findings.add([Difference(sheet.code, "unreadable", error.line or "", None, error.message)])
        return
    if differences:
        findings.sheets.append(sheet.pk)
    if sheet.ranked is not None and sheet.ranked != judge.tally.total:
        differences.append(Difference(sheet.code, "ranking", "", sheet.ranked, judge.tally.total))
    findings.add(differences)


class _Judges(dict[int, "Judge | None"]):
    """One judge for each criteria set, from its text; none where the text cannot be read.

    Not `CriteriaSet.rules`: that is read once per process and would hide a changed text.
    """

    def __init__(self, findings: Findings) -> None:
        super().__init__()
        self.findings = findings
        self.sets = CriteriaSet.objects.in_bulk()
        published = AuditEntry.objects.filter(
            action="criteria_published", subject_type=CriteriaSet._meta.model_name
        )
        self.published = dict(published.values_list("subject_id", "new__sha256"))

    def __missing__(self, pk: int) -> "Judge | None":
        row = self.sets[pk]
        digest = hashlib.sha256(row.text.encode()).hexdigest()
        expected = self.published.get(pk, row.sha256)
        fault = "" if digest == expected == row.sha256 else digest
        judge: Judge | None = None
        try:
            rules = self.findings.rules[pk] = parse_criteria(row.text)
            judge = Judge(rules)
        except CriteriaError as error:
            fault = fault or str(error)
        if fault:
            self.findings.is_tampered = True
            self.findings.add([Difference("", "criteria", row.code, expected, fault)])
        self[pk] = judge
        return judge


class _Outcomes(dict[reads.Scored, LineOutcome]):
    """Remember the outcome of each distinct row; a city has few for its many lines."""

    def __init__(self, rules: Criteria, kind: str | None) -> None:
        super().__init__()
        self.indicators, self.kind = rules.indicators, kind

    def __missing__(self, row: reads.Scored) -> LineOutcome:
        line, option, num, den, na, _ = row
        indicator = self.indicators[line]
        score = Score(line=line, option=option or "", num=num, den=den, na=na)
        answer = answer_of(score, indicator)
        outcome = self[row] = score_line(indicator, answer, kind=self.kind)
        return outcome


class _Agreeing(dict[reads.Scored, bool]):
    """Tell of each distinct row whether its stored points are what its answer gives."""

    def __init__(self, rules: Criteria, kind: str | None) -> None:
        super().__init__()
        self.outcomes = _Outcomes(rules, kind)

    def __missing__(self, row: reads.Scored) -> bool:
        agrees = self[row] = row[-1] == self.outcomes[row].points
        return agrees


class Judge:
    """Compare sheets of one criteria set; `tally` is what the last of them came to."""

    tally: Tally

    def __init__(self, rules: Criteria) -> None:
        self.rules = rules
        self.scorer = Scorer(rules)
        self._agreeing: dict[str | None, _Agreeing] = {}

    def compare(self, sheet: Sheet, rows: Sequence[reads.Scored]) -> list[Difference]:
        """Return what does not agree on a sheet. Raises AnswerError where it cannot be scored."""
        try:
            self.tally = tally = self.scorer.score_values(
                [row[:-1] for row in rows],
                vetoes=sheet.vetoes,
                annual_class=sheet.annual_class or None,
                kind=sheet.kind,
            )
        except TypeError as error:
            raise AnswerError(None, UNREADABLE_VETOES) from error
        differences: list[Difference] = []
        agreeing = self._of_kind(sheet.kind)
        if not all(map(agreeing.__getitem__, rows)):
            outcomes = {row[0]: agreeing.outcomes[row] for row in rows}
            stored_points = {row[0]: row[-1] for row in rows}
            differences += _lines(sheet, stored_points, outcomes)
            differences += self._groups(sheet, stored_points, outcomes)
        stored = (sheet.total, sheet.level, sheet.eligible, sheet.reasons)
        computed = (tally.total, tally.level, tally.eligible, list(tally.reasons))
        names = ("total", "level", "eligible", "reasons")
        if stored != computed:
            differences += [
                Difference(sheet.code, what, "", old, new)
                for what, old, new in zip(names, stored, computed, strict=True)
                if old != new
            ]
        return differences

    def _of_kind(self, kind: str | None) -> _Agreeing:
        if kind not in self._agreeing:
            self._agreeing[kind] = _Agreeing(self.rules, kind)
        return self._agreeing[kind]

    def _groups(
        self, sheet: Sheet, points: Mapping[str, int | None], outcomes: Mapping[str, LineOutcome]
    ) -> Iterator[Difference]:
        """Set what the stored points of the lines make of each group against the computed."""
        for group, computed in zip(self.rules.groups, self.tally.groups, strict=True):
            away = sum(
                line.max
                for line in group.indicators
                if not line.applies_to(sheet.kind)
                or (line.code in outcomes and outcomes[line.code].not_applicable)
            )
            most = group.max - away
            held = sum(points.get(line.code) or 0 for line in group.indicators)
            stored = half_up(held * group.max, most) if most else None
            if stored != computed:
                yield Difference(sheet.code, "group", group.code, stored, computed)


def _lines(
    sheet: Sheet, points: Mapping[str, int | None], outcomes: Mapping[str, LineOutcome]
) -> Iterator[Difference]:
    for line in sorted(outcomes):
        if points[line] != outcomes[line].points:
            yield Difference(sheet.code, "points", line, points[line], outcomes[line].points)
