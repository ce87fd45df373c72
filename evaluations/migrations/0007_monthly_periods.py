from django.db import migrations, models

KINDS = [("month", "Tháng"), ("quarter", "Quý"), ("year", "Năm")]


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0006_one_open_draft_per_code")]

    operations = [
        migrations.AlterField(
            model_name="pastresult",
            name="period_kind",
            field=models.CharField(choices=KINDS, max_length=10),
        ),
        migrations.AlterField(
            model_name="period",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10),
        ),
    ]
