from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0005_double_index_of_the_few'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['search', 'birth_year'], name='member_by_name_and_birth_year'),
        ),
    ]
