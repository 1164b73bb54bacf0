"""Django's SQLite, with writers who wait for the write lock on equal terms, and statements that are
put into SQLite's words once.

SQLite lets a writer sleep longer the longer it has waited, up to a tenth of a second at a time, so
that whoever comes next is served first and some wait for seconds. Here who begins a transaction
asks again every few milliseconds. Of the threads of a process only the first in line asks, the
others sleep: many who ask keep the interpreter from the one that holds the lock.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_STEP = 4
"""Milliseconds that SQLite itself waits: it asks again after 1 and 3 of them."""


@lru_cache(maxsize=1_000)
def _in_sqlites_words(statement: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", statement).replace("%%", "%")


class _Line:
    """Threads of a process that wait for one database, in the order in which they came."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def first(self, patience: float) -> Iterator[None]:
        """Be the first in line, after at most `patience` seconds."""
        mine = threading.Event()
        with self._guard:
            self._waiting.append(mine)
            self._waiting[0].set()
        try:
            if not mine.wait(patience):
                raise OperationalError("database is locked")
            yield
        finally:
            with self._guard:
                self._waiting.remove(mine)
                if self._waiting:
                    self._waiting[0].set()


_lines: defaultdict[tuple[int, str], _Line] = defaultdict(_Line)
"""By process, for a forked one inherits threads that it does not have, and file."""


class _Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is None:
            return _in_sqlites_words(query)
        return str(super().convert_query(query, param_names=param_names))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    def create_cursor(self, name: str | None = None) -> _Cursor:
        """A cursor of this connection."""
        return self.connection.cursor(factory=_Cursor)  # type: ignore[no-any-return]

    def _start_transaction_under_autocommit(self) -> None:
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5.0))
        end = time.monotonic() + patience
        with _lines[os.getpid(), str(self.settings_dict["NAME"])].first(patience):
            self._let_wait(min(_STEP, int(patience * 1e3)))
            try:
                self._ask_until(end)
            finally:
                self._let_wait(int(patience * 1e3))

    def _ask_until(self, end: float) -> None:
        while True:
            try:
                return super()._start_transaction_under_autocommit()
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise

    def _let_wait(self, milliseconds: int) -> None:
        """How long a statement waits for a lock."""
        self.connection.execute(f"PRAGMA busy_timeout={milliseconds}")
