"""Reading an SQL database in batches, never writing to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, table, text
from sqlalchemy import column as column_of
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import quoted_name

from tellonce.hub.core.errors import Failed, WrongCall
from tellonce.hub.sources.connectors.sql.settings import BATCH
from tellonce.hub.sources.cursors import kept_cursor, read_from
from tellonce.hub.sources.pages import Asked, Page
from tellonce.hub.sources.secrets import named_secret

_DRIVERS = {  # the drivers that come with Tellonce, where an address names none
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_HINT = "Try the same address and query with another program, as the same user."
_MYSQL = ("SET SESSION TRANSACTION READ ONLY", "SET SESSION net_write_timeout = 600")
_AT_FIRST = {  # nothing is ever written, and a server waits while a batch is worked on
    "sqlite": ("PRAGMA query_only = ON",),
    "postgresql": ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",),
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
}


def name_of(stream: Mapping[str, Any]) -> str:
    """What is read, in a word."""
    return str(stream.get("table", "query"))


def pages(stream: Mapping[str, Any], asked: Asked) -> Iterator[Page]:
    """The rows, new ones only where a cursor column is named, in its order.

    Raises `WrongCall` for an address or a query that cannot be used, `Failed` for a database that
    does not answer.
    """
    name = stream.get("cursor", "")
    since = read_from(asked.cursor, name, str(stream.get("overlap", ""))) if name else None
    statement = _statement(stream, since)
    if asked.most is not None:
        statement = statement.limit(asked.most)
    size = int(stream.get("batch", BATCH))
    cursor: Mapping[str, Any] = asked.cursor
    with _told_plainly(), _reading(stream) as connection:
        options = {"stream_results": True, "yield_per": size}
        # Closed before the connection is: some drivers must read a result out before anything else.
        with closing(connection.execution_options(**options).execute(statement)) as result:
            _check_names(list(result.keys()))
            for part in result.mappings().partitions(size):
                rows = [dict(row) for row in part]
                if name:
                    cursor = _cursor_after(rows, name, cursor)
                yield Page(rows, cursor)


def _statement(stream: Mapping[str, Any], since: Any) -> Any:
    """SELECT of everything, or of what is not older than `since` or has no value to compare."""
    if "table" in stream:
        schema = stream.get("schema")
        quoted = quoted_name(schema, True) if schema else None
        origin: Any = table(quoted_name(str(stream["table"]), True), schema=quoted)
    else:
        query = str(stream["query"]).strip().rstrip(";")
        origin = text(f"({_literal(query)}\n) AS tellonce_rows")
    statement = select(text("*")).select_from(origin)
    if "cursor" not in stream:
        return statement
    grows: Any = column_of(quoted_name(str(stream["cursor"]), True))
    if since is not None:
        statement = statement.where((grows >= since) | grows.is_(None))
    return statement.order_by(grows)


def _literal(query: str) -> str:
    """The query as it stands: a colon in it begins no parameter."""
    return re.sub(r":(?=\w)", r"\\:", query)


def _check_names(columns: list[str]) -> None:
    """Refuse two columns of one name, of which one would be lost."""
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise WrongCall(
            f"What is read has two columns called {twice[0]!r}.",
            hint="Name the columns of the query one by one, each once.",
        )


def _cursor_after(
    rows: list[dict[str, Any]], name: str, before: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The cursor at the last row that has a value; the rows come in its order."""
    wanted = name.lower()  # some databases give back unquoted names in their own case
    key = next((column for column in rows[0] if column.lower() == wanted), None)
    if key is None:
        raise WrongCall(
            f"What is read has no column {name!r}, named as the cursor.",
            hint=f"It has {', '.join(rows[0])}.",
        )
    value = next((row[key] for row in reversed(rows) if row[key] is not None), None)
    return before if value is None else kept_cursor(name, value)


@contextmanager
def _reading(stream: Mapping[str, Any]) -> Iterator[Connection]:
    engine = _engine(str(stream.get("url") or named_secret(stream, "url")))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _engine(address: str) -> Engine:
    scheme, mark, rest = address.partition("://")
    try:
        url = make_url(_DRIVERS.get(scheme, scheme) + mark + rest)
        engine = create_engine(url, poolclass=NullPool)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):
        raise WrongCall(
            f"The address of the database cannot be used; it begins with {scheme[:40]!r}.",
            hint="Write it as postgresql://user:password@host/name; databases other than "
            "PostgreSQL, MariaDB, MySQL and SQLite need their SQLAlchemy driver installed.",
        ) from None
    name, file = engine.dialect.name, url.database or ""
    if name == "sqlite" and not file.startswith("file:") and not Path(file).is_file():
        raise WrongCall(f"There is no SQLite file {file}.", hint="Correct the address.")

    @event.listens_for(engine, "connect")
    def _only_read(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in _AT_FIRST.get(name, ()):
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    return engine


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What the database says as one sentence: without the statement, its values, or the address."""
    try:
        yield
    except SQLAlchemyError as error:
        said = getattr(error, "orig", None) or error
        reason = str(said).strip().splitlines()[0] if str(said).strip() else ""
        if isinstance(error, DataError) or not reason:  # its text may hold a value of a person
            reason = type(said).__name__
        raise Failed(f"The database says: {reason[:300]}.", hint=_HINT) from None
