"""A small hub for each test: its vault is made, its administrator exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def hub(request: pytest.FixtureRequest, hub_home: Path, settings: Any) -> None:
    """For every test that uses the database: a vault with keys of its own, and an administrator."""
    mark = request.node.get_closest_marker("django_db")
    fixtures = {"db", "transactional_db"} & set(request.fixturenames)
    if mark is None and not fixtures:
        return
    transactional = "transactional_db" in fixtures or (mark and mark.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if transactional else "db")
    from tellonce.hub.accounts.services import make_first_administrator
    from tellonce.hub.vault.services import install

    settings.TELLONCE_HOME = hub_home
    settings.TELLONCE_MASTER_KEY_FILE = hub_home / "master.key"
    settings.TELLONCE_USER = ""
    install(make_key_file=True)
    make_first_administrator()


@pytest.fixture
def admin() -> Any:
    """The administrator of the test's hub."""
    from tellonce.hub.accounts.selectors import actor

    return actor()
