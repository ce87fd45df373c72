import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0007_monthly_periods"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Recomputation",
            fields=[
                ("id", ID),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.TextField(blank=True)),
                ("checked", models.PositiveIntegerField()),
                ("found", models.PositiveIntegerField()),
                ("sheets", models.PositiveIntegerField()),
                ("differences", models.JSONField(default=list)),
                ("seconds", models.FloatField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recomputations",
                        to="evaluations.period",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["period", "-at"], name="recomputation_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(reason="") | Q(by__isnull=False, sheets__gt=0),
                        name="a_signed_recompute_says_who_and_changes_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecomputedSheet",
            fields=[
                ("id", ID),
                ("old", models.JSONField()),
                ("new", models.JSONField()),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recomputed",
                        to="evaluations.evaluation",
                    ),
                ),
                (
                    "recomputation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="evaluations.recomputation",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["recomputation", "evaluation"],
                        name="one_result_per_recomputed_sheet",
                    )
                ],
            },
        ),
    ]
