"""How a transaction waits for SQLite's write lock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import OperationalError

from tellonce.hub import env
from tellonce.hub.core.sqlite3 import base
from tellonce.hub.core.sqlite3.base import DatabaseWrapper

pytestmark = pytest.mark.sqlite


def connected(home: Path, timeout: float) -> DatabaseWrapper:
    """A connection to the database of a home of its own."""
    config = env.database("", home, timeout=timeout)
    assert config["ENGINE"] == "tellonce.hub.core.sqlite3"
    defaults = {"AUTOCOMMIT": True, "TIME_ZONE": None, "CONN_HEALTH_CHECKS": False}
    return DatabaseWrapper({**defaults, **config}, alias="waiting")


@pytest.fixture(autouse=True)
def open_databases(django_db_blocker: Any) -> Iterator[None]:
    """Databases of the test's own may be connected to."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another connection, which holds the write lock."""
    path = tmp_path / "hub.sqlite3"
    with closing(
        sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    ) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def busy_timeout(waiter: DatabaseWrapper) -> int:
    return int(waiter.connection.execute("PRAGMA busy_timeout").fetchone()[0])


def test_a_transaction_waits_until_the_lock_is_free(
    tmp_path: Path, holder: sqlite3.Connection
) -> None:
    waiter = connected(tmp_path, timeout=60.0)
    timer = threading.Timer(0.3, holder.rollback)
    timer.start()
    waiter.connect()
    waiter._start_transaction_under_autocommit()
    assert waiter.connection.in_transaction
    assert busy_timeout(waiter) == 60_000  # as before, for single statements
    timer.join()
    waiter.rollback()
    waiter.close()


def test_a_lock_that_is_held_too_long_is_told(tmp_path: Path, holder: sqlite3.Connection) -> None:
    waiter = connected(tmp_path, timeout=0.1)
    waiter.connect()
    with pytest.raises(OperationalError, match="locked"):
        waiter._start_transaction_under_autocommit()
    assert busy_timeout(waiter) == 100
    holder.rollback()
    waiter._start_transaction_under_autocommit()
    waiter.rollback()
    waiter.close()


def test_threads_ask_one_at_a_time_in_the_order_they_came() -> None:
    line, came, asking, most = base._Line(), [], [0], [0]
    inside, first_is_in = threading.Event(), threading.Event()

    def wait(name: int) -> None:
        with line.first(60.0):
            asking[0] += 1
            most[0] = max(most[0], asking[0])
            first_is_in.set()
            inside.wait(60.0)
            came.append(name)
            asking[0] -= 1

    threads = [threading.Thread(target=wait, args=(name,)) for name in range(8)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while len(line._waiting) < number:
            first_is_in.wait(0.01)
    inside.set()
    for thread in threads:
        thread.join()
    assert came == list(range(8))
    assert most == [1]
    assert not line._waiting


def test_who_gave_up_stands_in_nobodys_way() -> None:
    line = base._Line()
    with line.first(1.0), pytest.raises(OperationalError, match="locked"), line.first(0.01):
        pass
    with line.first(0.01):
        assert len(line._waiting) == 1
