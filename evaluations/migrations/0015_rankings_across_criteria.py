from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0014_sheets_by_branch"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rankingrow",
            name="lineage_break",
            field=models.CharField(
                blank=True,
                choices=[
                    ("split", "chia tách"),
                    ("merge", "hợp nhất"),
                    ("absorb", "nhận sáp nhập"),
                    ("new", "thành lập mới"),
                    ("criteria", "đổi bộ tiêu chí"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
    ]
