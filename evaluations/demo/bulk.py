"""Writing many rows at once: COPY on PostgreSQL, executemany elsewhere."""

import io
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

CHUNK = 20_000
MEMORY = 200_000  # distinct values kept as text

FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY(%s::regclass[]) ORDER BY conname
"""
PLAIN_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE NOT indisunique AND indrelid = ANY(%s::regclass[]) ORDER BY indexrelid
"""


class Batch:
    """Rows of one table, in the order of `fields` (JSON as text), written in large pieces."""

    def __init__(self, model: type[models.Model], fields: str) -> None:
        self.table = model._meta.db_table
        self.columns = [field.column or "" for field in fields_of(model, fields)]
        self.written = 0
        self._rows: list[Sequence[Any]] = []

    def add(self, row: Sequence[Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            put = _copy if connection.vendor == "postgresql" else _insert
            put(self.table, self.columns, self._rows)
            self.written += len(self._rows)
            self._rows = []


def fields_of(model: type[models.Model], names: str) -> list["models.Field[Any, Any]"]:
    found = (model._meta.get_field(name) for name in names.split())
    return [field for field in found if isinstance(field, models.Field)]


@contextmanager
def unchecked(*models_loaded: type[models.Model]) -> Iterator[None]:
    """Load PostgreSQL tables without foreign keys and plain indexes, which are built at the end.

    Checked and indexed row by row, a city takes minutes longer. Inside a transaction only: if the
    loading fails, nothing was dropped.
    """
    if connection.vendor != "postgresql":
        yield
        return
    tables = [model._meta.db_table for model in models_loaded]
    with connection.cursor() as cursor:
        # A table with checks still due cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(FOREIGN_KEYS, [tables])
        keys = cursor.fetchall()
        cursor.execute(PLAIN_INDEXES, [tables])
        indexes = cursor.fetchall()
        for table, name, _ in keys:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in keys:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def settle(*tables: type[models.Model]) -> None:
    """Let the next ids follow those written explicitly; refresh the planner's statistics."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")


class _CopyText(dict[Any, str]):
    """Values as COPY reads them; the same few stand in most rows.

    1 and True are one key and one text: PostgreSQL reads "1" as either.
    """

    def __missing__(self, value: Any) -> str:
        if len(self) > MEMORY:
            self.clear()
        if value is None:
            text = r"\N"
        elif isinstance(value, bool):
            text = str(int(value))
        else:
            text = str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
        self[value] = text
        return text


class _SqliteValue(dict[Any, Any]):
    """Values as Django stores them in SQLite."""

    def __missing__(self, value: Any) -> Any:
        if len(self) > MEMORY:
            self.clear()
        if isinstance(value, datetime):
            stored: Any = str(value.astimezone(UTC).replace(tzinfo=None))
        elif isinstance(value, date):
            stored = value.isoformat()
        elif isinstance(value, uuid.UUID):
            stored = value.hex
        else:
            stored = value
        self[value] = stored
        return stored


_copy_text = _CopyText()
_sqlite_value = _SqliteValue()


def _copy(table: str, columns: list[str], rows: list[Sequence[Any]]) -> None:
    text = _copy_text.__getitem__
    data = io.StringIO("\n".join(["\t".join(map(text, row)) for row in rows]) + "\n")
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {connection.ops.quote_name(table)} ({quoted}) FROM STDIN", data)


def _insert(table: str, columns: list[str], rows: list[Sequence[Any]]) -> None:
    value = _sqlite_value.__getitem__
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({places})",  # noqa: S608
            [tuple(map(value, row)) for row in rows],
        )
