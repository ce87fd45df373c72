"""What a ranking is made from, read in chunks: sheets, answers, the last ranking."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from cells import access
from cells.models import CellKind, Reorganisation, Unit
from cells.services.reorganisation.lineage import edges_between
from evaluations.models import LineageBreak, Period, PeriodUnit, Ranking, Score, Stage, State
from evaluations.rules.engine import Values

CHUNK = 4_000
KINDS = Reorganisation.Kind
BREAKING = (KINDS.SPLIT, KINDS.MERGE, KINDS.ABSORB)
ANSWER = ("line", "option", "num", "den", "na")
Scored = tuple[str, str | None, int | None, int | None, bool, int | None]


class Source(NamedTuple):
    """A unit that had to report, or did, at its frozen place, with its sheet as it is stored."""

    unit: int
    code: str
    path: str
    name: str
    unit_name: str
    search: str
    committee: int | None
    kind: int | None
    members: int
    expected_criteria: int | None
    evaluation: int | None
    state: str | None
    criteria: int | None
    vetoes: str | None
    annual_class: str | None
    total: int | None
    reasons: str | None

    @property
    def is_decided(self) -> bool:
        return self.state == State.DECIDED


def scope_path(period: Period, scope: Unit) -> str:
    """Return where `scope` stood on the last day of the period."""
    frozen = PeriodUnit.objects.filter(period=period, unit=scope).values_list("path", flat=True)
    return frozen.first() or scope.path


def sources(period: Period, path: str) -> list[Source]:
    rows = (
        PeriodUnit.objects.filter(
            access.branch(path).condition("path"),
            Q(is_expected=True) | Q(evaluation__state=State.DECIDED),
            period=period,
        )
        .order_by()
        .values_list(
            "unit_id",
            "unit__code",
            "path",
            "name",
            "unit__name",
            "unit__search",
            "committee_id",
            "kind_id",
            "members",
            "criteria_id",
            "evaluation__id",
            "evaluation__state",
            "evaluation__criteria_id",
            Cast("evaluation__vetoes", TextField()),
            "evaluation__annual_class",
            "evaluation__final_total",
            Cast("evaluation__reasons", TextField()),
        )
    )
    return [Source._make(row) for row in rows.iterator(chunk_size=CHUNK)]


def committee_names(period: Period) -> dict[int, str]:
    """Return the names that committees bore in the period; today's where none was frozen."""
    frozen = PeriodUnit.objects.filter(period=period, is_cell=False).values_list("unit_id", "name")
    return dict(Unit.objects.committees().values_list("pk", "name")) | dict(frozen)


def kinds() -> dict[int, CellKind]:
    return CellKind.objects.in_bulk()


def standings(ranking: Ranking | None) -> dict[int, tuple[int, int]]:
    """Return rank and total of each unit in an earlier ranking."""
    if ranking is None:
        return {}
    rows = ranking.rows.competing().order_by().values_list("unit_id", "rank", "total")
    return {unit: (rank, total) for unit, rank, total in rows.iterator(chunk_size=CHUNK)}


def criteria_before(ranking: Ranking) -> Iterator[tuple[int, str]]:
    """Yield by which set each unit was judged in an earlier ranking."""
    rows = ranking.rows.competing().order_by().values_list("unit_id", "criteria_code")
    yield from rows.iterator(chunk_size=CHUNK)


def breaks(period: Period, previous: Ranking | None) -> "Breaks":
    """Return which units began or took others in since the ranking before: two queries."""
    if previous is None:
        return Breaks({}, {})
    before = previous.period
    founded = Unit.objects.filter(founded_on__gt=before.starts_on, founded_on__lte=period.ends_on)
    began = {unit: str(LineageBreak.NEW) for unit in founded.values_list("pk", flat=True)}
    changed: dict[int, str] = {}
    for edge in edges_between(before.starts_on, period.ends_on, BREAKING):
        unit = edge.successor or 0
        began[unit] = edge.kind
        if edge.effective_on > before.ends_on:
            changed[unit] = edge.kind
    return Breaks(began, changed)


class Breaks(NamedTuple):
    """By unit: what began those without a place before, what changed those with one."""

    began: dict[int, str]
    changed: dict[int, str]

    def of(self, unit: int, *, stood_before: bool) -> str:
        return (self.changed if stood_before else self.began).get(unit, "")


def final_answers(evaluations: Sequence[int]) -> Iterator[dict[int, list[Values]]]:
    """Yield the final answers of the sheets, chunk by chunk, by sheet; ids ascending."""
    return _final_rows(evaluations, ANSWER)


def final_scores(evaluations: Sequence[int]) -> Iterator[dict[int, list[Scored]]]:
    """Yield the final answers in the same way, behind each the points stored with it."""
    return _final_rows(evaluations, (*ANSWER, "points"))


def _final_rows(
    evaluations: Sequence[int], columns: Sequence[str]
) -> Iterator[dict[int, list[Any]]]:
    read = _Copied().read if connection.vendor == "postgresql" else _read_rows
    for start in range(0, len(evaluations), CHUNK):
        chunk = evaluations[start : start + CHUNK]
        found = read(chunk[0], chunk[-1], columns)
        yield {sheet: found.get(sheet, []) for sheet in chunk}


def _final(first: int, last: int, columns: Sequence[str]) -> Any:
    return (
        Score.objects.filter(stage=Stage.FINAL, evaluation__gte=first, evaluation__lte=last)
        .order_by("evaluation_id")
        .values_list("evaluation_id", *columns)
    )


def _read_rows(first: int, last: int, columns: Sequence[str]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for sheet, *values in _final(first, last, columns).iterator(chunk_size=CHUNK):
        found.setdefault(sheet, []).append(tuple(values))
    return found


class _Decoded(dict[bytes, tuple[Any, ...]]):
    """Turn the text of an answer into its values, each distinct text once."""

    def __missing__(self, text: bytes) -> tuple[Any, ...]:
        line, option, num, den, na, *points = text.decode().rstrip("\n").split("\t")
        values = self[text] = (
            line,
            option,
            _number(num),
            _number(den),
            na == "t",
            *map(_number, points),
        )
        return values


def _number(text: str) -> int | None:
    return None if text == r"\N" else int(text)


class _Rows(list[bytes]):
    """What COPY writes to: each row as it comes off the wire."""

    write = list.append


class _Copied:
    """Read answers by COPY: half the time of a cursor, and equal answers share one tuple."""

    def __init__(self) -> None:
        self.values = _Decoded()

    def read(self, first: int, last: int, columns: Sequence[str]) -> dict[int, list[Any]]:
        rows = _Rows()
        with connection.cursor() as cursor:
            sql, parameters = _final(first, last, columns).query.sql_with_params()
            select = cursor.mogrify(sql, parameters).decode()
            cursor.copy_expert(f"COPY ({select}) TO STDOUT", rows)
        found: dict[int, list[Any]] = {}
        values, current = self.values, b""
        answers: list[Any] = []
        for row in rows:
            sheet, _, answer = row.partition(b"\t")
            if sheet != current:
                current = sheet
                answers = found.setdefault(int(sheet), [])
            answers.append(values[answer])
        return found
