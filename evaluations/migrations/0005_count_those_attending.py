from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0004_criteria_drafts_and_owners"),
    ]

    operations = [
        migrations.AddField(
            model_name="periodunit",
            name="attending",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
