"""Reasons of failures of rules in SQL may hold values, of the time before they were the rules' own
words: they are cleared, and these records judged anew, which gives them the rules' own words again.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

WORDS = "is found by its SQL"
_OF_SQL = ""  # the field of a rule that is about a row as a whole


def clear_reasons(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """All of them: which hold a value, nobody can tell."""
    found = apps.get_model("quality", "RuleFailure").objects.filter(field=_OF_SQL)
    apps.get_model("quality", "JudgedRecord").objects.filter(
        record_id__in=found.values("record_id")
    ).delete()
    apps.get_model("quality", "JudgedSource").objects.filter(
        source_id__in=found.values("source_id")
    ).delete()
    found.update(reason=WORDS)


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0003_profiles_of_activity"),
    ]

    operations = [
        migrations.RunPython(clear_reasons, migrations.RunPython.noop),
    ]
