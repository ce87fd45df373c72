"""Run the SQL rival of the ranking: fill its rule tables, run the statement, hash what it wrote."""

from pathlib import Path

from django.db import connection, transaction

from evaluations.models import Ranking
from evaluations.rules.structure import Criteria, Indicator

STATEMENT = Path(__file__).with_name("rank.sql").read_text(encoding="utf-8").replace("% ", "%% ")
TABLES = """
CREATE TEMP TABLE IF NOT EXISTS rule_line (
    line text PRIMARY KEY, grp int, max int, input text, empty text,
    t1 int, p1 int, t2 int, p2 int, t3 int, p3 int, t4 int, p4 int, t5 int, p5 int, t6 int, p6 int
);
CREATE TEMP TABLE IF NOT EXISTS rule_option (line text, option text, points int);
CREATE TEMP TABLE IF NOT EXISTS rule_group (
    m1 int, m2 int, m3 int, m4 int, f1 int, f2 int, f3 int, f4 int, least_total int, line_count int
);
TRUNCATE rule_line, rule_option, rule_group;
"""
HASH = """
SELECT encode(sha256(convert_to(string_agg(
    code || ';' || rank || ';' || total, E'\\n' ORDER BY code COLLATE "C"), 'UTF8')), 'hex')
FROM evaluations_rankingrow WHERE ranking_id = %s AND rank IS NOT NULL
"""
BANDS = 6


def prepare(criteria: Criteria) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for number, group in enumerate(criteria.groups, start=1):
            for line in group.indicators:
                cursor.execute(
                    "INSERT INTO rule_line VALUES %s",
                    [(line.code, number, line.max, line.input, line.empty, *_bands(line))],
                )
                for option in line.options:
                    cursor.execute(
                        "INSERT INTO rule_option VALUES (%s, %s, %s)",
                        [line.code, option.code, option.points],
                    )
        cursor.execute(
            "INSERT INTO rule_group VALUES %s",
            [
                (
                    *(group.max for group in criteria.groups),
                    *(group.floor for group in criteria.groups),
                    criteria.recognition.total_gte,
                    len(criteria.indicators),
                )
            ],
        )
        cursor.execute("ANALYZE rule_line; ANALYZE rule_option; ANALYZE rule_group")


def _bands(line: Indicator) -> list[int | None]:
    columns: list[int | None] = []
    for band in line.bands:
        columns += [band.threshold + band.strict, band.points]
    return columns + [None] * (2 * BANDS - len(columns))


@transaction.atomic
def rank_by_sql(ranking: Ranking) -> None:
    """Rank as one statement into an empty ranking."""
    parameters = {
        "period": ranking.period_id,
        "ranking": ranking.pk,
        "previous": ranking.previous_id,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(STATEMENT, parameters)


def hash_by_sql(ranking: Ranking) -> str:
    with connection.cursor() as cursor:
        cursor.execute(HASH, [ranking.pk])
        return cursor.fetchone()[0]
