from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_working"),
    ]

    operations = [
        migrations.AddField(
            model_name="sequence",
            name="before",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="sequence",
            name="begins",
            field=models.BigIntegerField(default=0),
        ),
    ]
