"""Whose household each is: that of its oldest customer. Households keep the ids they have."""

import django.db.models.deletion
from django.db import migrations, models

_LIVING = """
    UPDATE households SET oldest_id = (
        SELECT min(m.customer_id) FROM household_members m
        WHERE m.household_id = households.id AND m.to_at IS NULL
    ) WHERE retired_at IS NULL
"""
_RETIRED = """
    WITH ended AS (
        SELECT h.id, min(m.customer_id) AS oldest FROM households h
        JOIN household_members m ON m.household_id = h.id AND m.to_at = h.retired_at
        GROUP BY h.id
    ), newest AS (
        SELECT max(id) AS id, oldest FROM ended
        WHERE oldest NOT IN (SELECT oldest_id FROM households WHERE oldest_id IS NOT NULL)
        GROUP BY oldest
    )
    UPDATE households SET oldest_id = (SELECT oldest FROM newest WHERE newest.id = households.id)
    WHERE id IN (SELECT id FROM newest)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_other_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="household",
            name="oldest",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.RunSQL(_LIVING, migrations.RunSQL.noop),
        migrations.RunSQL(_RETIRED, migrations.RunSQL.noop),
    ]
