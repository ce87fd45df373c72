"""Let the database itself refuse to delete evidence, or to change what was attached to a sheet.

A file is written once; a use has one way on, from attached to detached; a document may be described
anew but stays where and whose it is. A later migration that alters these tables on SQLite rebuilds
them and must add the triggers again.
"""

from django.db import migrations

DOCUMENT, FILE, USE = (
    f"evaluations_evidence{name}" for name in ("", "file", "use")
)
MESSAGE = "Evidence is never deleted, and its files and uses are never changed."
DOCUMENT_KEPT = ("id", "unit_id", "created_by_id", "created_at")
USE_KEPT = (
    "id", "evidence_id", "file_id", "evaluation_id", "line", "kind", "stage", "by_id", "at",
)  # fmt: skip


def _kept(columns, same):
    return " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in columns)


def _allowed(same):
    """Return, by table, the condition under which an update is let through."""
    detached = "OLD.detached_at IS NULL AND NEW.detached_at IS NOT NULL"
    return {
        DOCUMENT: _kept(DOCUMENT_KEPT, same),
        USE: f"{detached} AND {_kept(USE_KEPT, same)}",
    }


def _postgresql(table):
    allowed = _allowed("IS NOT DISTINCT FROM").get(table, "FALSE")
    return [
        f"""
        CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF {allowed} THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_guard()",
    ]


def _sqlite(table):
    allowed = _allowed("IS").get(table, "0")
    return [
        f"CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table}"
        f" WHEN NOT ({allowed}) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    ]


TABLES = (DOCUMENT, FILE, USE)
INSTALL = {
    "postgresql": [statement for table in TABLES for statement in _postgresql(table)],
    "sqlite": [statement for table in TABLES for statement in _sqlite(table)],
}
LIFT = {
    "postgresql": [
        statement
        for table in TABLES
        for statement in (
            f"DROP TRIGGER {table}_is_kept ON {table}",
            f"DROP FUNCTION {table}_guard()",
        )
    ],
    "sqlite": [
        f"DROP TRIGGER {table}_never_{word}" for table in TABLES for word in ("changed", "deleted")
    ],
}


def install(apps, schema_editor):
    for statement in INSTALL.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def lift(apps, schema_editor):
    for statement in LIFT.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0019_evidence")]
    operations = [migrations.RunPython(install, lift)]
