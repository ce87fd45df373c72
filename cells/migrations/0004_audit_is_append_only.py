"""Let the database itself refuse to change or delete an audit row.

A later migration that alters this table on SQLite rebuilds it and must add the triggers again.
"""

from django.db import migrations

INSTALL = {
    "postgresql": [
        """
        CREATE FUNCTION cells_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'The audit trail is never changed or deleted.'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON cells_auditentry
        FOR EACH ROW EXECUTE FUNCTION cells_audit_refuse()
        """,
    ],
    "sqlite": [
        """
        CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON cells_auditentry
        BEGIN SELECT RAISE(ABORT, 'The audit trail is never changed or deleted.'); END
        """,
        """
        CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON cells_auditentry
        BEGIN SELECT RAISE(ABORT, 'The audit trail is never changed or deleted.'); END
        """,
    ],
}
LIFT = {
    "postgresql": [
        "DROP TRIGGER audit_is_append_only ON cells_auditentry",
        "DROP FUNCTION cells_audit_refuse()",
    ],
    "sqlite": [
        "DROP TRIGGER audit_is_never_changed",
        "DROP TRIGGER audit_is_never_deleted",
    ],
}


def install(apps, schema_editor):
    for statement in INSTALL.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def lift(apps, schema_editor):
    for statement in LIFT.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("cells", "0003_account_search_and_failed_sign_ins")]
    operations = [migrations.RunPython(install, lift)]
