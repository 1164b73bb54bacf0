from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("corrections", "0002_give_back_tasks"),
    ]

    operations = [
        migrations.AddField("writeback", "due_at", models.DateTimeField(null=True)),
        migrations.AddField("writeback", "reminded_at", models.DateTimeField(null=True)),
        migrations.AddField("writeback", "overdue_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "writeback", "owner", models.CharField(blank=True, default="", max_length=60)
        ),
        migrations.AddField("writeback", "escalated", models.SmallIntegerField(default=0)),
        migrations.AddIndex(
            "writeback",
            models.Index(
                condition=models.Q(("gives_back", True), ("watched", True)),
                fields=["id"],
                name="write_back_returning",
            ),
        ),
    ]
