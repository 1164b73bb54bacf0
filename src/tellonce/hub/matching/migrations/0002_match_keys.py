"""The index of blocking keys, without row ids of its own; of edges what placing needs to know."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TABLE = """
    CREATE TABLE match_keys (
        hash bigint NOT NULL, record_id bigint NOT NULL, PRIMARY KEY (hash, record_id)
    )
"""


def make_table(apps: Any, schema_editor: Any) -> None:
    plain = schema_editor.connection.vendor != "sqlite"
    schema_editor.execute(TABLE if plain else TABLE + " WITHOUT ROWID")


def drop_table(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE match_keys")


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_table, drop_table)],
            state_operations=[
                migrations.CreateModel(
                    name="MatchKey",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "hash",
                                "record_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("hash", models.BigIntegerField()),
                        (
                            "record",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="sources.record",
                            ),
                        ),
                    ],
                    options={"db_table": "match_keys"},
                ),
            ],
        ),
        migrations.AddField("edge", "kind", models.SmallIntegerField(default=0)),
        migrations.AddField("edge", "pattern", models.BigIntegerField(default=0)),
    ]
