from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0013_issued_recognitions_are_append_only"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(fields=["path"], name="evaluation_by_branch"),
        ),
        migrations.AddIndex(
            model_name="membersheet",
            index=models.Index(fields=["path"], name="member_sheet_by_branch"),
        ),
    ]
