"""Let the database itself refuse to change or delete comments on lines and what checks said.

A later migration that alters these tables on SQLite rebuilds them and must add the triggers again.
"""

from django.db import migrations

TABLES = ("evaluations_linecomment", "evaluations_checkup")
MESSAGE = "Comments and what checks said are never changed or deleted."


def _sqlite(table):
    return [
        f"CREATE TRIGGER {table}_never_{word} BEFORE {event} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for word, event in (("changed", "UPDATE"), ("deleted", "DELETE"))
    ]


INSTALL = {
    "postgresql": [
        f"""
        CREATE FUNCTION evaluations_line_talk_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        *(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION evaluations_line_talk_refuse()"
            for table in TABLES
        ),
    ],
    "sqlite": [statement for table in TABLES for statement in _sqlite(table)],
}
LIFT = {
    "postgresql": [
        *(f"DROP TRIGGER {table}_is_append_only ON {table}" for table in TABLES),
        "DROP FUNCTION evaluations_line_talk_refuse()",
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
    dependencies = [("evaluations", "0027_line_talk")]
    operations = [migrations.RunPython(install, lift)]
