"""Customers are found by the other names of their records too, and all names in plain letters; those
held already among them.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_AT_ONCE = 2_000
_STATED = """
    SELECT c.id, v.standardised
    FROM customers c JOIN memberships m ON m.customer_id = c.id AND m.to_at IS NULL
    JOIN records r ON r.id = m.record_id JOIN record_versions v ON v.id = r.current_id
    WHERE c.retired_at IS NULL AND r.state = 'active' AND c.id >= %s AND c.id < %s ORDER BY c.id
"""
_HELD = "SELECT id, family_name, given_name FROM customers WHERE id >= %s AND id < %s"
_GOLDEN = "UPDATE customers SET family_name = %s, given_name = %s WHERE id = %s"


def _bytewise(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for column in ("family_name", "given_name"):
            schema_editor.execute(
                f'ALTER TABLE other_names ALTER COLUMN {column} TYPE varchar(100) COLLATE "C"'
            )


def _of_records_held(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("customers", "OtherName")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM customers")
        last = cursor.fetchone()[0]
        if last is None:
            return
        from tellonce.hub.bridge.names import other_forms, search_form  # noqa: PLC0415  the engine

        for first in range(0, last + 1, _AT_ONCE):
            part = [first, first + _AT_ONCE]
            cursor.execute(_HELD, part)
            forms = [(*map(search_form, name), pk) for pk, *name in cursor.fetchall()]
            cursor.executemany(_GOLDEN, forms)
            golden = {pk: (family, given) for family, given, pk in forms}
            cursor.execute(_STATED, part)
            model.objects.bulk_create(
                model(customer_id=customer, family_name=family, given_name=given)
                for customer, stated in groupby(cursor.fetchall(), itemgetter(0))
                for family, given in sorted(other_forms(golden[customer], _names(stated)))
            )


def _names(stated: Any) -> Iterator[tuple[str, str]]:
    for *_, document in stated:
        record = json.loads(document)
        names = [
            (one.get("family") or "", one.get("given") or "")
            if one.get("family") or one.get("given")
            else (one.get("full") or "", "")
            for one in record.get("names") or ()
        ]
        names = [name for name in names if any(name)]
        yield from names or ((one, "") for one in record.get("organisations") or ())


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_steward_values"),
        ("sources", "0006_quarantine_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name="OtherName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("family_name", models.CharField(blank=True, max_length=100)),
                ("given_name", models.CharField(blank=True, max_length=100)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={"db_table": "other_names"},
        ),
        migrations.RunPython(_bytewise, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="othername",
            index=models.Index(fields=["family_name", "given_name"], name="other_name"),
        ),
        migrations.AddIndex(
            model_name="othername",
            index=models.Index(fields=["given_name", "family_name"], name="other_given_name"),
        ),
        migrations.RunPython(_of_records_held, migrations.RunPython.noop),
    ]
