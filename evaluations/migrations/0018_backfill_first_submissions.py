"""Judge the sheets that were submitted before this was kept apart by their last submission."""

from django.db import migrations
from django.db.models import F


def backfill(apps, schema_editor):
    sheets = apps.get_model("evaluations", "Evaluation").objects
    sheets.filter(submitted_at__isnull=False).exclude(state="draft").update(
        first_submitted_at=F("submitted_at")
    )


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0017_first_submissions_and_extensions")]
    operations = [migrations.RunPython(backfill, migrations.RunPython.noop)]
