"""Sort the names of residential areas as people count: “số 2” before “số 10”."""

from django.db import migrations

import cells.models.units
from cells.vietnamese import natural_key


def fill(apps, schema_editor):
    areas = apps.get_model("cells", "ResidentialArea").objects
    changed = list(areas.only("name"))
    for area in changed:
        area.name_key = natural_key(area.name)[:400]
    areas.bulk_update(changed, ["name_key"], batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("cells", "0007_criteria_author")]

    operations = [
        migrations.AddField("residentialarea", "name_key", cells.models.units.NameKeyField()),
        migrations.AlterModelOptions("residentialarea", {"ordering": ["name_key"]}),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
