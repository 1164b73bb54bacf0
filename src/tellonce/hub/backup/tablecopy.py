"""PostgreSQL: every table by COPY, inside one transaction that sees one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

MIGRATIONS = "django_migrations"
_SEQUENCES = """
    SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL
"""


def begin_snapshot(cursor: Any) -> None:
    """First statement of the transaction: all that follows sees the same moment."""
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def table_names(cursor: Any) -> list[str]:
    """Every table of the hub but the one of migrations, which restoring writes itself."""
    found = connection.introspection.get_table_list(cursor)
    return sorted(one.name for one in found if one.type == "t" and one.name != MIGRATIONS)


def sequence_values(cursor: Any) -> dict[str, int]:
    """The last number each sequence gave."""
    cursor.execute(_SEQUENCES)
    return dict(cursor.fetchall())


def columns_of(cursor: Any, table: str) -> list[str]:
    """The names of a table's columns, in its own order."""
    described = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in described]


def table_content(cursor: Any, table: str) -> Iterator[bytes]:
    """The rows in COPY's text format, the names of the columns in the first line."""
    columns = columns_of(cursor, table)
    yield "\t".join(columns).encode() + b"\n"
    names = ", ".join(map(connection.ops.quote_name, columns))
    statement = f"COPY {connection.ops.quote_name(table)} ({names}) TO STDOUT"
    with cursor.copy(statement) as copy:
        for piece in copy:
            yield bytes(piece)


def drop_tables() -> None:
    """Empty the database of every table."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in [*table_names(cursor), MIGRATIONS]:
            cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(table)} CASCADE")


def migrate_to(applied: Collection[tuple[str, str]]) -> None:
    """Make the tables as they were when exactly these migrations had been applied."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    there = {node for node in graph.nodes if node in applied}
    followed = {
        node
        for node in there
        for child in graph.node_map[node].children
        if child.key in there and child.key[0] == node[0]
    }
    executor.migrate(sorted(there - followed))


def fill_table(cursor: Any, table: str, content: Iterator[bytes]) -> None:
    """Write the rows back into a table, whose own rows are gone first."""
    head, rest = _first_line(content)
    names = ", ".join(map(connection.ops.quote_name, head.decode().split("\t")))
    statement = f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN"
    with cursor.copy(statement) as copy:
        copy.write(rest)
        for piece in content:
            copy.write(piece)


def check_values(content: bytes) -> dict[str, bytes]:
    """Master key -> the value that only it opens, of the table of master keys as `table_content`
    gives it, in which bytes are hexadecimal.
    """
    columns, *rows = (line.split("\t") for line in content.decode().splitlines())
    name, value = columns.index("name"), columns.index("check_value")
    return {row[name]: bytes.fromhex(row[value].removeprefix("\\\\x")) for row in rows}


def empty_tables(cursor: Any) -> None:
    """Remove what making the tables has written into them."""
    tables = ", ".join(map(connection.ops.quote_name, table_names(cursor)))
    cursor.execute(f"TRUNCATE {tables}")


def check_references(cursor: Any) -> None:
    """Ask foreign keys now, not at the end of the transaction: tables may be altered after it."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def set_sequences(cursor: Any, values: dict[str, int]) -> None:
    """Have every sequence go on where it was."""
    for name, value in values.items():
        cursor.execute("SELECT setval(%s, %s)", [connection.ops.quote_name(name), value])


def _first_line(content: Iterator[bytes]) -> tuple[bytes, bytes]:
    held = b""
    for piece in content:
        held += piece
        line, found, rest = held.partition(b"\n")
        if found:
            return line, rest
    return held, b""
