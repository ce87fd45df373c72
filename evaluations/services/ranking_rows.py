"""Writing the rows of a ranking: COPY on PostgreSQL, bulk_create elsewhere."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from django.db import connection

from evaluations.models import Ranking, RankingRow

CHUNK = 10_000
# Empty text is empty text there, not NULL.
TEXT_COLUMNS = (
    "path",
    "code",
    "name",
    "search",
    "committee_name",
    "kind_code",
    "kind_name",
    "group",
    "criteria_code",
    "level",
    "lineage_break",
)


class Line(NamedTuple):
    """The columns of a ranking row, in the order in which they are written."""

    evaluation_id: int | None
    unit_id: int
    path: str
    code: str
    name: str
    search: str
    committee_id: int | None
    committee_name: str
    kind_code: str
    kind_name: str
    group: str
    members: int
    criteria_code: str
    total: int | None
    level: str
    is_eligible: bool
    reasons: tuple[str, ...]
    rank: int | None = None
    tied: int | None = None
    competitors: int | None = None
    percentile: int | None = None
    committee_rank: int | None = None
    committee_competitors: int | None = None
    group_rank: int | None = None
    group_competitors: int | None = None
    previous_rank: int | None = None
    previous_total: int | None = None
    lineage_break: str = ""


REASONS = Line._fields.index("reasons")


def rows_write(ranking: Ranking, lines: Sequence[Line]) -> None:
    write = _copy if connection.vendor == "postgresql" else _create
    for chunk in _chunks(lines):
        write(ranking, chunk)


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    left = iter(lines)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


@lru_cache(maxsize=4096)
def _json(reasons: tuple[str, ...]) -> str:
    return json.dumps(reasons)


def _copy(ranking: Ranking, lines: list[Line]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(
        (ranking.pk, *line[:REASONS], _json(line.reasons), *line[REASONS + 1 :]) for line in lines
    )
    text.seek(0)
    with connection.cursor() as cursor:
        quote = connection.ops.quote_name
        columns = ", ".join(map(quote, ("ranking_id", *Line._fields)))
        never_null = ", ".join(map(quote, TEXT_COLUMNS))
        cursor.copy_expert(
            f"COPY {quote(RankingRow._meta.db_table)} ({columns}) FROM STDIN"
            f" WITH (FORMAT csv, FORCE_NOT_NULL ({never_null}))",
            text,
        )


def _create(ranking: Ranking, lines: list[Line]) -> None:
    RankingRow.objects.bulk_create(
        (
            RankingRow(ranking=ranking, **{**line._asdict(), "reasons": list(line.reasons)})
            for line in lines
        ),
        batch_size=1_000,
    )
