"""For the run on PostgreSQL: leaves out what never reaches the tests' database, since it is the
same in the run on SQLite.

A test reaches it where it is marked as `django_db` or has one of its fixtures, for else Django's
database is shut to it; or where its module makes hubs or looks for servers by itself. One that is
on SQLite whatever the tests' database is marked as `sqlite`.
"""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

FIXTURES = {"db", "transactional_db", "kept_hub"}
OF_SERVERS = ("tests.hub.standing", "tests.hub.drilling", "TELLONCE_TEST_")


def reaches(item: pytest.Item) -> bool:
    """Whether what the test finds depends on the tests' database."""
    if item.get_closest_marker("sqlite"):
        return False
    if item.get_closest_marker("django_db") or FIXTURES & set(getattr(item, "fixturenames", ())):
        return True
    module = item.getparent(pytest.Module)
    return module is not None and makes_hubs(module.obj)


def makes_hubs(module: ModuleType) -> bool:
    """Whether a module of tests makes hubs, or looks for servers, by itself."""
    source = inspect.getsource(module)
    return any(name in source for name in OF_SERVERS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep those that reach the database."""
    left = [item for item in items if not reaches(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if reaches(item)]
