"""Let the database itself refuse to change or delete a result that was kept when it was reopened.

A later migration that alters the table on SQLite rebuilds it and must add the triggers again.
"""

from django.db import migrations

TABLE = "evaluations_reopenedresult"
MESSAGE = "A result that was kept is never changed or deleted."

INSTALL = {
    "postgresql": [
        f"""
        CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        f"CREATE TRIGGER {TABLE}_is_append_only BEFORE UPDATE OR DELETE ON {TABLE}"
        f" FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
    ],
    "sqlite": [
        f"CREATE TRIGGER {TABLE}_never_{word} BEFORE {event} ON {TABLE}"
        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        for word, event in (("changed", "UPDATE"), ("deleted", "DELETE"))
    ],
}
LIFT = {
    "postgresql": [
        f"DROP TRIGGER {TABLE}_is_append_only ON {TABLE}",
        f"DROP FUNCTION {TABLE}_refuse()",
    ],
    "sqlite": [f"DROP TRIGGER {TABLE}_never_{word}" for word in ("changed", "deleted")],
}


def install(apps, schema_editor):
    for statement in INSTALL.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def lift(apps, schema_editor):
    for statement in LIFT.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0024_reopening")]
    operations = [migrations.RunPython(install, lift)]
