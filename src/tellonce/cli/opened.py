"""Opening the hub for a command: Django set up, the hub there and current, its keys right.

    with opened_hub():
        ...

Modules of the hub that hold tables are imported inside the block: Django must be set up first.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tellonce.hub.core.errors import NotInitialised
from tellonce.hub.core.storage import database_in_words

_INIT = "Run `tellonce init`."
_COLLECTS = (50_000, 20, 50)
"""Python looks for cycles after so many new objects. By default it does after 700, much too often
for a load, which holds many rows and makes few cycles."""


@contextmanager
def opened_hub(*, with_keys: bool = True) -> Iterator[None]:
    """The hub, ready for use.

    Raises `NotInitialised` before `tellonce init` and after an upgrade of the program,
    `KeyTrouble` where the keys do not open (unless `with_keys` is False), and turns what the
    database says inside the block into `HubError`.
    """
    with set_up_hub():
        check_made()
        if with_keys:
            from tellonce.hub.vault.services import check_keys  # noqa: PLC0415  after set-up

            check_keys()
        yield
        if with_keys:
            from tellonce.hub.jobs.sequencer import number_waiting  # noqa: PLC0415

            number_waiting()  # what this command did is in the chain when it ends


@contextmanager
def set_up_hub() -> Iterator[None]:
    """Django, with whatever the database says turned into `HubError`; the hub may not exist yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tellonce.hub.settings")
    django.setup()
    gc.set_threshold(*_COLLECTS)
    with database_in_words():
        yield


def check_made() -> None:
    """Raise `NotInitialised` unless the database is there and current; makes no file."""
    check_there()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotInitialised(
            "The database is older than this program.",
            hint="Make a backup, then run `tellonce upgrade`, which keeps what it holds.",
        )


def check_there() -> None:
    """Raise `NotInitialised` unless the database is there and holds a hub, of whatever version."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not (connection.connection or Path(name).is_file()):
        raise NotInitialised(f"There is no hub in {settings.TELLONCE_HOME} yet.", hint=_INIT)
    if MigrationRecorder.Migration._meta.db_table not in connection.introspection.table_names():
        raise NotInitialised("The database holds no hub yet.", hint=_INIT)
