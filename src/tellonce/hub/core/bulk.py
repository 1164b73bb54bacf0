"""Statements of our own where the ORM would be most of the work; on both databases.

On PostgreSQL they are prepared, so that they are planned once and not at every call. Thousands of
rows are inserted by one prepared statement on SQLite and by a COPY on PostgreSQL. Row
ids are reserved first, so that rows of several tables can point at each other before any of them is
written. A value that is a time is handed over by `as_stored`, and read by `as_moment`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models

_LISTED = "IN (SELECT value FROM json_each(%s))"
_GROWN = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s) "
    "AND relnamespace = current_schema()::regnamespace AND "
    "pg_relation_size(oid) > (1.5 * relpages + 8) * current_setting('block_size')::bigint"
)
_NEXT = "nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
_FEW = 10  # rows that PostgreSQL takes sooner in a statement than in a COPY

Adapter = tuple[int, Callable[[Any], Any]]


def reserve_ids(model: type[models.Model], count: int) -> range | list[int]:
    """`count` row ids of a table that nobody else will get; call it inside the transaction that
    inserts them.
    """
    table = model._meta.db_table
    if not count:
        return []
    connection = _connection()
    with _cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT {_NEXT}", [table, count])
            return [row[0] for row in cursor.fetchall()]
        # SQLite: the transaction holds the write lock, so the table cannot grow meanwhile.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return range(first, first + count)


def reserve_several(wanted: Sequence[tuple[type[models.Model], int]]) -> list[Sequence[int]]:
    """`reserve_ids` of several tables."""
    if _connection().vendor != "postgresql":
        return [reserve_ids(model, count) for model, count in wanted]
    found: list[list[int]] = [[] for _ in wanted]
    asked = [(place, *one) for place, one in enumerate(wanted) if one[1]]
    if asked:
        each = (f"SELECT {place}, {_NEXT}" for place, _, _ in asked)
        with _cursor() as cursor:
            given = [value for _, model, count in asked for value in (model._meta.db_table, count)]
            cursor.execute(" UNION ALL ".join(each), given)
            for place, number in cursor.fetchall():
                found[place].append(number)
    return [*found]


def insert_numbered(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Sequence[int]:
    """`insert_rows` of rows that are given their ids here: the id of each. A few rows are one
    statement on PostgreSQL, where any is a way there and back.
    """
    if _connection().vendor != "postgresql" or not 0 < len(rows) <= _FEW:
        ids = reserve_ids(model, len(rows))
        numbered = [(pk, *row) for pk, row in zip(ids, rows, strict=True)]
        insert_rows(model, ("id", *names), numbered)
        return ids
    with _cursor() as cursor:
        statement, values = _inserting_few(model, names, rows)
        cursor.execute(f"{statement} RETURNING id", values)
        return [pk for (pk,) in cursor.fetchall()]


def among(
    select: str, values: Collection[int] | Collection[str], *given: Any, then: str = ""
) -> list[tuple[Any, ...]]:
    """The rows of a statement that ends in a column, where that column is one of many values.

    `given` are what the statement names before it; `then`: what follows, such as an order.
    """
    if not values:
        return []
    listed, connection = sorted(values), _connection()
    with _cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{select} = ANY(%s) {then}", [*given, listed])
        else:
            cursor.execute(f"{select} {_LISTED} {then}", [*given, json.dumps(listed)])
        return cursor.fetchall()


def among_either(
    select: str, ends: tuple[str, str], values: Collection[int]
) -> list[tuple[Any, ...]]:
    """The rows of a statement that ends in WHERE, in which one of two columns is one of many
    values; those in which both are, twice.
    """
    if not values:
        return []
    connection, listed = _connection(), sorted(values)
    postgresql = connection.vendor == "postgresql"
    listing, given = ("= ANY(%s)", listed) if postgresql else (_LISTED, json.dumps(listed))
    with _cursor() as cursor:
        both = (f"{select} {end} {listing}" for end in ends)
        cursor.execute(" UNION ALL ".join(both), [given, given])
        return cursor.fetchall()


def among_pairs(
    select: str, columns: tuple[str, str], one: int, values: Collection[str]
) -> list[tuple[Any, ...]]:
    """The rows of a statement that ends in WHERE, in which one column is a number and another one
    of many texts: found by both, also in a table that PostgreSQL takes for an empty one, of which
    it would else read every row with that number.
    """
    if not values:
        return []
    listed, (first, second) = sorted(values), columns
    with _cursor() as cursor:
        if _connection().vendor == "postgresql":
            pairs = "IN (SELECT %s::bigint, unnest(%s::text[]))"
            cursor.execute(f"{select} ({first}, {second}) {pairs}", [one, listed])
        else:
            cursor.execute(
                f"{select} {first} = %s AND {second} {_LISTED}", [one, json.dumps(listed)]
            )
        return cursor.fetchall()


def fetched(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with _cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def changed(statement: str, *given: Any) -> int:
    """How many rows a statement changed."""
    with _cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.rowcount


def change_each(statement: str, rows: Collection[Sequence[Any]]) -> None:
    """Run a statement with the values of each row."""
    if rows:
        with _cursor() as cursor:
            cursor.executemany(statement, rows)


def count_grown_tables() -> None:
    """Have PostgreSQL look at what the tables hold that have grown by half since it last did: by
    itself it does so minutes later, and until then it plans for empty ones. SQLite does without.
    """
    connection = _connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_GROWN, [[model._meta.db_table for model in apps.get_models()]])
            if grown := ", ".join(_name(table) for (table,) in cursor.fetchall()):
                cursor.execute(f"ANALYZE (SKIP_LOCKED) {grown}")


def clear_out(model: type[models.Model]) -> None:
    """Have PostgreSQL clear out a table most of whose rows are gone: until it does so by itself,
    whoever looks for the first row reads past all that were there. In a transaction it cannot.
    """
    connection = _connection()
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (SKIP_LOCKED) {_name(model._meta.db_table)}")


def locking(statement: str) -> str:
    """A SELECT, or its end, that keeps others from changing its rows; on SQLite nobody else can."""
    return f"{statement} FOR UPDATE" if _connection().vendor == "postgresql" else statement


def one_at_a_time(what: str) -> None:
    """On PostgreSQL, wait for whoever does this too until his transaction ends, for where there is
    no row yet that could be locked. On SQLite the transaction holds the write lock anyway.
    """
    if _connection().vendor == "postgresql":
        fetched("SELECT pg_advisory_xact_lock(hashtext(%s))", f"tellonce.{what}")


def see_one_moment() -> None:
    """First in a transaction: all that it reads is of one moment, as on SQLite it is anyway. Where
    it is part of another transaction, that one goes on as it began.
    """
    connection = _connection()
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def as_stored(moment: datetime) -> Any:
    """A moment as it is handed to a statement."""
    return moment if _connection().vendor == "postgresql" else _time_text(moment)


def as_moment(value: Any) -> Any:
    """A moment as a statement gave it; None stays None."""
    if isinstance(value, str):  # what no column of SQLite says the type of
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def insert_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows given as values in the order of `names` (fields, a foreign key as `x_id`).

    Every column without a default in the database must be named. Nothing is validated.
    """
    rows = rows if isinstance(rows, Collection) else list(rows)
    if not rows:
        return
    into, marks, adapters = _inserting(model, tuple(names))
    connection = _connection()
    with _cursor() as cursor:
        if connection.vendor != "postgresql":
            adapted = _each_adapted(adapters, rows) if adapters else rows
            cursor.executemany(f"INSERT INTO {into} VALUES {marks}", adapted)  # noqa: S608  our own
        elif len(rows) > _FEW:
            _copy(cursor, into, rows)
        else:
            cursor.execute(*_inserting_few(model, names, rows))


def _inserting_few(
    model: type[models.Model], names: Sequence[str], rows: Collection[Sequence[Any]]
) -> tuple[str, list[Any]]:
    into, marks, _ = _inserting(model, tuple(names))
    several = ", ".join([marks] * len(rows))
    statement = f"INSERT INTO {into} VALUES {several}"  # noqa: S608  names are our own
    return statement, [value for row in rows for value in row]


def _copy(cursor: Any, into: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=256)
def _inserting(
    model: type[models.Model], names: tuple[str, ...]
) -> tuple[str, str, Sequence[Adapter]]:
    """Table and columns, their marks, and the place of each value that SQLite stores as text."""
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    adapters: list[Adapter] = []
    for at, field in enumerate(fields):
        if isinstance(field, models.DateTimeField):
            adapters.append((at, _time_text))
        elif isinstance(field, models.DecimalField):
            adapters.append((at, str))
    return f"{_name(model._meta.db_table)} ({columns})", f"({marks})", adapters


def _each_adapted(
    adapters: Sequence[Adapter], rows: Iterable[Sequence[Any]]
) -> Iterable[Sequence[Any]]:
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for at, adapt in adapters:
        columns[at] = [None if value is None else adapt(value) for value in columns[at]]
    return zip(*columns, strict=True)


@lru_cache(maxsize=4096)
def _time_text(moment: datetime) -> str:
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def _name(name: str) -> str:
    return _connection().ops.quote_name(name)


def _cursor() -> Any:
    connection = _connection()
    if connection.vendor == "postgresql":
        return connection.preparing_cursor()
    return connection.cursor()


def _connection() -> Any:
    """The connection itself: what Django gives out looks it up anew for every attribute."""
    return connections[DEFAULT_DB_ALIAS]
