"""Sort the names of units as people count: “số 2” before “số 10”."""

from django.db import migrations

import cells.models.units
from cells.vietnamese import natural_key

BATCH = 2000


def fill(apps, schema_editor):
    placements = apps.get_model("cells", "Placement").objects
    batch = []
    for placement in placements.only("name").iterator(BATCH):
        placement.name_key = natural_key(placement.name)[:400]
        batch.append(placement)
        if len(batch) == BATCH:
            placements.bulk_update(batch, ["name_key"])
            batch = []
    placements.bulk_update(batch, ["name_key"])


class Migration(migrations.Migration):
    dependencies = [("cells", "0005_reorganisations_and_areas")]

    operations = [
        migrations.AddField("placement", "name_key", cells.models.units.NameKeyField()),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
