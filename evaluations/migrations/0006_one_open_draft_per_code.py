from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0005_count_those_attending")]

    operations = [
        migrations.AddConstraint(
            model_name="criteriadraft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("discarded_at__isnull", True), ("published__isnull", True)),
                fields=("code",),
                name="one_open_draft_per_code",
            ),
        ),
    ]
