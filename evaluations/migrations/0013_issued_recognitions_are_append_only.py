"""Let the database itself refuse to change or delete a recognition that was issued.

Its one way on is from issued to revoked, with which its cells cease to be open. A later migration
that alters these tables on SQLite rebuilds them and must add the triggers again.
"""

from django.db import migrations

DECISION, CHOICE = "evaluations_recognition", "evaluations_recognitionchoice"
MESSAGE = "An issued recognition is never changed or deleted."
# What stays as it is when another decision replaces one.
DECISION_KEPT = (
    "id", "committee_id", "period_id", "revokes_id", "revoke_reason", "has_exception",
    "exception_reason", "number", "signed_on", "signer", "signer_post", "quota", "version",
    "created_by_id", "updated_by_id", "updated_at", "issued_by_id", "issued_at",
)  # fmt: skip
CHOICE_KEPT = ("id", "recognition_id", "evaluation_id", "is_chosen", "reason", "total")


def _kept(columns, same):
    return " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in columns)


def _revoked(same):
    return f"OLD.state = 'issued' AND NEW.state = 'revoked' AND {_kept(DECISION_KEPT, same)}"


def _closed(same, true, false):
    return f"OLD.is_open = {true} AND NEW.is_open = {false} AND {_kept(CHOICE_KEPT, same)}"


def _state(row):
    return f"(SELECT state FROM {DECISION} WHERE id = {row}.recognition_id)"


INSTALL = {
    "postgresql": [
        f"""
        CREATE FUNCTION evaluations_recognition_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state = 'draft' THEN
                RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            END IF;
            IF TG_OP = 'UPDATE' THEN
                IF {_revoked("IS NOT DISTINCT FROM")} THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        f"""
        CREATE FUNCTION evaluations_recognitionchoice_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                IF {_state("NEW")} = 'draft' THEN RETURN NEW; END IF;
            ELSIF {_state("OLD")} = 'draft' THEN
                RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            ELSIF TG_OP = 'UPDATE' THEN
                IF {_closed("IS NOT DISTINCT FROM", "true", "false")} THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        f"CREATE TRIGGER issued_is_final BEFORE UPDATE OR DELETE ON {DECISION}"
        " FOR EACH ROW EXECUTE FUNCTION evaluations_recognition_guard()",
        f"CREATE TRIGGER issued_is_final BEFORE INSERT OR UPDATE OR DELETE ON {CHOICE}"
        " FOR EACH ROW EXECUTE FUNCTION evaluations_recognitionchoice_guard()",
    ],
    "sqlite": [
        f"CREATE TRIGGER issued_recognition_never_changed BEFORE UPDATE ON {DECISION}"
        f" WHEN OLD.state <> 'draft' AND NOT ({_revoked('IS')})"
        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER issued_recognition_never_deleted BEFORE DELETE ON {DECISION}"
        f" WHEN OLD.state <> 'draft' BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER issued_choice_never_added BEFORE INSERT ON {CHOICE}"
        f" WHEN {_state('NEW')} <> 'draft' BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER issued_choice_never_changed BEFORE UPDATE ON {CHOICE}"
        f" WHEN {_state('OLD')} <> 'draft' AND NOT ({_closed('IS', 1, 0)})"
        f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
        f"CREATE TRIGGER issued_choice_never_deleted BEFORE DELETE ON {CHOICE}"
        f" WHEN {_state('OLD')} <> 'draft' BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    ],
}
LIFT = {
    "postgresql": [
        f"DROP TRIGGER issued_is_final ON {CHOICE}",
        f"DROP TRIGGER issued_is_final ON {DECISION}",
        "DROP FUNCTION evaluations_recognitionchoice_guard()",
        "DROP FUNCTION evaluations_recognition_guard()",
    ],
    "sqlite": [
        f"DROP TRIGGER issued_{name}"
        for name in (
            "recognition_never_changed", "recognition_never_deleted", "choice_never_added",
            "choice_never_changed", "choice_never_deleted",
        )
    ],  # fmt: skip
}


def install(apps, schema_editor):
    for statement in INSTALL.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def lift(apps, schema_editor):
    for statement in LIFT.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0012_recognitions")]
    operations = [migrations.RunPython(install, lift)]
