"""SQL over rows, in a DuckDB that reaches neither files nor the network nor anything but the rows.

Each thread has one database in memory. Extensions cannot be loaded, settings are locked, a
statement is stopped after `SECONDS`, and nothing but one SELECT is run.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

SECONDS = 30.0
MEMORY = "1GB"
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": MEMORY,
    "temp_directory": "",
    "threads": "1",
    "lock_configuration": "true",
}
_threads = threading.local()


class BadSql(Exception):
    """A statement that cannot be run; holds the first line of what DuckDB says."""


def check_select(sql: str) -> None:
    """Raise BadSql unless the text is exactly one SELECT."""
    import duckdb  # noqa: PLC0415  lazily: few rules need it

    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise BadSql(_first_line(error)) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadSql("it is not one SELECT")


def check_condition(sql: str) -> None:
    """Raise BadSql unless the text is one expression over the columns of a row."""
    whole = f"select 1 from rows where ({sql})"  # noqa: S608  looked at, and run in the sandbox
    check_select(whole)
    document = json.loads(
        _database().execute("select json_serialize_sql(?)", [whole]).fetchall()[0][0]
    )
    node = document["statements"][0]["node"] if document.get("statements") else {}
    if node.get("type") != "SELECT_NODE" or _holds(node.get("where_clause"), "SUBQUERY"):
        raise BadSql("it is not one expression over the columns of a row")


def select(sql: str, rows: pa.Table) -> list[tuple[Any, ...]]:
    """The result of one SELECT over `rows`, a table of texts with the position of each in `row`.

    Of results that say the same in their first column the first is there: a join may find a row
    many times. There are at most one more than rows, so a result that was cut holds something
    that is no row.

    Raises BadSql for what cannot be run, and for what takes longer than `SECONDS`.
    """
    import duckdb  # noqa: PLC0415  lazily: few rules need it

    if "row" in rows.column_names:
        raise BadSql("the rows have a column of their own that is called row")
    numbered = rows.append_column("row", pa.array(range(rows.num_rows), pa.int64()))
    with _registered(numbered) as database:
        stop = threading.Timer(SECONDS, database.interrupt)
        stop.start()
        try:
            found: list[tuple[Any, ...]] = database.execute(
                _distinct(sql, rows.num_rows + 1)
            ).fetchall()
            return found
        except duckdb.InterruptException:
            raise BadSql(f"it took longer than {SECONDS:.0f} seconds") from None
        except (duckdb.Error, RuntimeError, UnicodeError) as error:
            raise BadSql(_first_line(error)) from None
        finally:
            stop.cancel()


def _distinct(sql: str, most: int) -> str:
    inner = sql.strip().rstrip(";")
    return f"select distinct on (#1) * from ({inner}\n) limit {most}"  # noqa: S608  checked


@contextmanager
def _registered(rows: pa.Table) -> Iterator[Any]:
    database = _database()
    try:
        database.register("rows", rows)
        yield database
        database.unregister("rows")
    except Exception:
        del _threads.database  # whatever state it is in: the next statement has a new one
        raise


def _database() -> Any:
    import duckdb  # noqa: PLC0415  lazily: few rules need it

    if not hasattr(_threads, "database"):
        _threads.database = duckdb.connect(":memory:", config=_SETTINGS)
    return _threads.database


def _holds(node: Any, kind: str) -> bool:
    if isinstance(node, dict):
        return node.get("class") == kind or any(_holds(one, kind) for one in node.values())
    return isinstance(node, list) and any(_holds(one, kind) for one in node)


def _first_line(error: Exception) -> str:
    """What DuckDB says, unless that may quote a value of the rows."""
    kind = str(error).partition(":")[0]
    if kind in ("Conversion Error", "Invalid Input Error", "Out of Range Error"):
        return "a value could not be converted: use try_cast(... as ...), which makes it null"
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
