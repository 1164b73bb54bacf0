"""Django's SQLite, with writers who wait for the write lock on equal terms, and statements that are
put into SQLite's words once.

SQLite lets a writer sleep longer the longer it has waited, up to a tenth of a second at a time, so
that whoever comes next is served first and some wait for seconds. Here everybody who begins a
transaction asks again every few milliseconds.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_STEP = 4
"""Milliseconds that SQLite itself waits: it asks again after 1 and 3 of them."""


@lru_cache(maxsize=1_000)
def _in_sqlites_words(statement: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", statement).replace("%%", "%")


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
        self._let_wait(min(_STEP, int(patience * 1e3)))
        try:
            while True:
                try:
                    return super()._start_transaction_under_autocommit()
                except OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > end:
                        raise
        finally:
            self._let_wait(int(patience * 1e3))

    def _let_wait(self, milliseconds: int) -> None:
        """How long a statement waits for a lock."""
        self.connection.execute(f"PRAGMA busy_timeout={milliseconds}")
