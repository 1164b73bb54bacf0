from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("public_id", models.CharField(max_length=36)),
            ],
            options={
                "db_table": "feeds",
            },
        ),
    ]
