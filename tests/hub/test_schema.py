"""What holds for every table of the hub."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model
from django.db.utils import ConnectionHandler

from tellonce.hub import env
from tellonce.hub.core.checks import PRAGMAS, undeclared_columns

TABLES = [model for model in apps.get_models() if model.__module__.startswith("tellonce.")]


def place(model: type[Model]) -> int:
    return settings.APPS.index(model._meta.app_label)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_every_column_is_declared_person_linked_or_not(model: type[Model]) -> None:
    assert undeclared_columns(model) == ""


def test_a_column_that_is_not_declared_is_found() -> None:
    class Halfway:
        PERSON_LINKED = ("name", "gone")
        NOT_PERSON_LINKED = ("name",)
        _meta = TABLES[0]._meta

    assert "declared twice: name" in undeclared_columns(Halfway)
    Halfway.NOT_PERSON_LINKED = ()
    assert "not declared" in undeclared_columns(Halfway)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_foreign_keys_point_to_earlier_apps_only(model: type[Model]) -> None:
    for field in model._meta.get_fields():
        if (
            field.is_relation
            and field.concrete
            and field.related_model.__module__.startswith("tell")
        ):
            assert place(field.related_model) <= place(model), field


@pytest.mark.django_db
def test_the_tables_are_those_the_migrations_make() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_sqlite_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    connection = ConnectionHandler({"default": env.database("", tmp_path, 5.0)})["default"]
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}
        assert found == PRAGMAS
        assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] == 5000
    connection.close()
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert not connection.settings_dict["ATOMIC_REQUESTS"]
