"""The search columns compare bytewise, as on SQLite; and customers are found by given name, too."""

from typing import Any

from django.db import migrations, models


def _bytewise(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for column in ("family_name", "given_name"):
            schema_editor.execute(
                f'ALTER TABLE customers ALTER COLUMN {column} TYPE varchar(100) COLLATE "C"'
            )


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RunPython(_bytewise, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["given_name", "family_name"], name="customer_given_name"),
        ),
    ]
