"""What all tests share: a hub in a folder and a database of its own.

Tests run on SQLite unless `TELLONCE_TEST_DATABASE_URL` (or `TELLONCE_DATABASE_URL`) names another
database; the tests' database is always made and dropped again, under the name `test_<name>`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tellonce.hub import env

pytest_plugins = ["tests.plugins.profiles"]


@pytest.fixture(scope="session")
def hub_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `TELLONCE_HOME` of the session."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    hub_home: Path, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Point Django at the tests' own database, before pytest-django makes it."""


@pytest.fixture(scope="session")
def django_db_modify_db_settings_parallel_suffix(hub_home: Path, worker_suffix: str) -> None:
    """Point Django at a database of this worker's own."""
    from django.db import connections

    url = os.environ.get("TELLONCE_TEST_DATABASE_URL") or os.environ.get("TELLONCE_DATABASE_URL")
    config = env.database(url or "", hub_home, timeout=5.0)
    if config["ENGINE"].endswith("sqlite3"):
        config["TEST"] = {"NAME": str(hub_home / "test.sqlite3")}
    else:
        config["TEST"] = {"NAME": f"test_{config['NAME']}{worker_suffix}"}
    _replace(connections, config)


def _replace(connections: Any, config: dict[str, Any]) -> None:
    """Make `config` the default database of a Django that is already set up."""
    described = connections.settings["default"]
    described.clear()
    described.update(config)
    connections.configure_settings(connections.settings)
    if hasattr(connections._connections, "default"):
        connections["default"].close()
        del connections["default"]


@pytest.fixture(scope="session")
def worker_suffix(request: pytest.FixtureRequest) -> str:
    """`_gw0` and so on under pytest-xdist, else ''."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    return f"_{worker}" if worker else ""
