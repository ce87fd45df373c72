"""Let the database itself refuse to change what a published criteria set says.

Its name and its last day may be put right. A later migration that alters the table on SQLite
rebuilds it and must add the trigger again.
"""

from django.db import migrations

TABLE = "evaluations_criteriaset"
MESSAGE = "A published criteria set is never changed."
FROZEN = (
    "code", "subject", "period_kind", "valid_from", "owner_id", "succeeds_id", "text", "sha256",
    "published_at", "published_by_id",
)  # fmt: skip


def _differs(word):
    return " OR ".join(f"OLD.{column} {word} NEW.{column}" for column in FROZEN)


INSTALL = {
    "postgresql": [
        f"""
        CREATE FUNCTION evaluations_criteriaset_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        f"CREATE TRIGGER published_is_frozen BEFORE UPDATE ON {TABLE} FOR EACH ROW"
        f" WHEN ({_differs('IS DISTINCT FROM')})"
        " EXECUTE FUNCTION evaluations_criteriaset_refuse()",
    ],
    "sqlite": [
        f"CREATE TRIGGER published_is_frozen BEFORE UPDATE ON {TABLE}"
        f" WHEN {_differs('IS NOT')} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    ],
}
LIFT = {
    "postgresql": [
        f"DROP TRIGGER published_is_frozen ON {TABLE}",
        "DROP FUNCTION evaluations_criteriaset_refuse()",
    ],
    "sqlite": ["DROP TRIGGER published_is_frozen"],
}


def install(apps, schema_editor):
    for statement in INSTALL.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def lift(apps, schema_editor):
    for statement in LIFT.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0015_rankings_across_criteria")]
    operations = [migrations.RunPython(install, lift)]
