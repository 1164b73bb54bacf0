"""A small hub for each test: its vault is made, its administrator exists."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from tellonce.cli.main import execute
from tests.hub.receiving import Receiver

# Only PostgreSQL prepares statements; its run of these tests is the one that has an address.
collect_ignore = [] if os.environ.get("TELLONCE_TEST_DATABASE_URL") else ["test_preparing.py"]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def hub(request: pytest.FixtureRequest, hub_home: Path) -> Iterator[None]:
    """For every test that uses the database: a vault with keys of its own, and an administrator."""
    mark = request.node.get_closest_marker("django_db")
    fixtures = {"db", "transactional_db"} & set(request.fixturenames)
    if mark is None and not fixtures:
        yield
        return
    transactional = "transactional_db" in fixtures or (mark and mark.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if transactional else "db")
    with _in(hub_home):
        _made_hub()
        yield


@pytest.fixture(scope="module")
def kept_hub(django_db_setup: None, django_db_blocker: Any, hub_home: Path) -> Iterator[Any]:
    """A hub for a whole module: what a module's fixture writes into it is committed, and gone
    after the module. Gives the administrator. Each test's own changes are rolled back as ever.
    """
    with django_db_blocker.unblock(), _in(hub_home):
        yield _made_hub()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def admin() -> Any:
    """The administrator of the test's hub."""
    from tellonce.hub.accounts.selectors import actor

    return actor()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver on this machine, which we may send to."""
    monkeypatch.setenv("TELLONCE_WEBHOOKS_PRIVATE", "yes")
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str]) -> Run:
    """`tellonce` on the test's hub, in this process; who calls may be named by `TELLONCE_USER`."""

    def tellonce(*args: str, **settings: str) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with override_settings(**settings):
            code = execute(list(args))
        return subprocess.CompletedProcess(args, code, *capsys.readouterr())

    return tellonce


def _in(home: Path) -> Any:
    return override_settings(
        TELLONCE_HOME=home, TELLONCE_MASTER_KEY_FILE=home / "master.key", TELLONCE_USER=""
    )


def _made_hub() -> Any:
    from tellonce.hub.accounts.services import make_first_administrator
    from tellonce.hub.vault.services import install

    install(make_key_file=True)
    return make_first_administrator()
