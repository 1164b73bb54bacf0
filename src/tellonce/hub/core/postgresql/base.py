"""Django's PostgreSQL, with a cursor whose statements are prepared in the server.

Django writes the values into its statements, so that PostgreSQL plans each anew, which costs more
than most of ours take to run. It cannot be had for statements that Django puts together itself: it
relies on PostgreSQL taking a number in an expression for what it is.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg.types.numeric import Int8Dumper

_MOST_PREPARED = 500  # a connection, after which the one unused for longest is forgotten
_PLANNED = 1.0
"""Seconds for which plans are kept: one made for a table that was nearly empty would read all of it
when it is full, until PostgreSQL counts it anew."""


class _Kept(psycopg.Cursor[Any]):
    """To make a cursor takes as long as to use it."""

    def close(self) -> None:
        """Leave it for the next statement."""


class _Operations(DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """What Django logs and tests look at: of a prepared statement, without its values."""
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    ops_class = _Operations
    _kept: _Kept | None = None
    _planned = 0.0

    def get_connection_params(self) -> dict[str, Any]:
        """Only `preparing_cursor` prepares: Django's own cursor never does."""
        return {**super().get_connection_params(), "prepare_threshold": 0}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that remembers all statements of ours."""
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _MOST_PREPARED
        # One type for numbers of any size: each combination of types is a statement of its own.
        connection.adapters.register_dumper(int, Int8Dumper)
        return connection

    def preparing_cursor(self) -> Any:
        """A cursor like `cursor()`, for statements whose parameters PostgreSQL can tell the types
        of, and of which there are not many. There is one: what it found is gone at the next call.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self._kept is None or self._kept.connection is not self.connection:
            self._kept, self._planned = _Kept(self.connection), time.monotonic()
        if time.monotonic() - self._planned > _PLANNED and not self.needs_rollback:
            with self.wrap_database_errors:
                self._kept.execute("DISCARD PLANS", prepare=False)
            self._planned = time.monotonic()
        return self._prepare_cursor(self._kept)
