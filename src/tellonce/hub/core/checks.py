"""System checks that run before every start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connections, models

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


def undeclared_columns(model: type[models.Model]) -> str:
    """What is wrong with a model's declaration of person-linked columns; empty when nothing is.

    Each model of the hub names every column in exactly one of two class attributes:
    `PERSON_LINKED` (says something about, or points to, a person whose data we keep) and
    `NOT_PERSON_LINKED`. Erasure, export and retention work from these.
    """
    linked = set(getattr(model, "PERSON_LINKED", ()))
    other = set(getattr(model, "NOT_PERSON_LINKED", ()))
    columns = {field.name for field in model._meta.concrete_fields}
    if both := linked & other:
        return f"declared twice: {', '.join(sorted(both))}"
    if missing := columns - linked - other:
        return f"not declared: {', '.join(sorted(missing))}"
    if gone := (linked | other) - columns:
        return f"declared but not there: {', '.join(sorted(gone))}"
    return ""


def columns_declare_persons(app_configs: object, **kwargs: Any) -> Iterable[CheckMessage]:
    """Every column of the hub is declared person-linked or not."""
    for model in apps.get_models():
        if model.__module__.startswith("tellonce.") and (problem := undeclared_columns(model)):
            yield Error(
                f"{model.__name__}: columns {problem}.",
                hint="Name each column in PERSON_LINKED or NOT_PERSON_LINKED.",
                id="tellonce.E001",
            )


def storage_is_durable(
    app_configs: object, databases: Iterable[str] | None = None, **kwargs: Any
) -> Iterable[CheckMessage]:
    """SQLite really runs with the settings that keep what was acknowledged."""
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "sqlite" or connection.is_in_memory_db():
            continue
        with connection.cursor() as cursor:
            for pragma, wanted in PRAGMAS.items():
                found = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
                if found != wanted:
                    yield Error(f"SQLite has {pragma}={found}.", id="tellonce.E002")
