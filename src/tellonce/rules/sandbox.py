"""SQL over rows, in a DuckDB that reaches neither files nor the network nor anything but the rows.

Each thread has one database in memory. Extensions cannot be loaded, settings are locked, a
statement is stopped after `SECONDS`, and nothing but one SELECT over the rows, with functions of
`sql_functions`, is run.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pyarrow as pa

from tellonce.rules.sql_functions import FUNCTIONS

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
    """Raise BadSql unless the text is exactly one SELECT over `rows` that calls nothing but
    `FUNCTIONS`.
    """
    import duckdb  # noqa: PLC0415  lazily: few rules need it

    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise BadSql(_first_line(error)) from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadSql("it is not one SELECT")
    _check_reach(_parsed(sql))


def check_condition(sql: str) -> None:
    """Raise BadSql unless the text is one expression over the columns of a row."""
    whole = _condition(sql)
    check_select(whole)
    node = _parsed(whole)
    if node.get("type") != "SELECT_NODE" or _holds(node.get("where_clause"), "SUBQUERY"):
        raise BadSql("it is not one expression over the columns of a row")


def columns_of(condition: str) -> frozenset[str] | None:
    """The columns a condition may read, in lower case; None: it may read any. Raises BadSql."""
    found = list(_nodes(_parsed(_condition(condition)).get("where_clause")))
    if any(one.get("class") in ("STAR", "POSITIONAL_REFERENCE") for one in found):
        return None
    names = [one.get("column_names", []) for one in found]
    if any([part.lower() for part in parts] == ["rows"] for parts in names):
        return None  # a row as a whole
    return frozenset(part.lower() for parts in names for part in parts)


@lru_cache(maxsize=256)
def literal_reason(sql: str) -> str | None:
    """The text that stands in a SELECT itself as its second column; None where it is anything but
    a literal, since that might hold values of the rows.
    """
    chosen = _parsed(sql).get("select_list", [])
    if len(chosen) < 2 or chosen[1].get("class") != "CONSTANT":
        return None
    literal = chosen[1].get("literal", {})
    return str(literal["text"])[:200] if literal.get("kind") == "STRING" else None


def _condition(sql: str) -> str:
    return f"select 1 from rows where ({sql})"  # noqa: S608  looked at, and run in the sandbox


def _parsed(sql: str) -> dict[str, Any]:
    """The tree of one SELECT. Raises BadSql."""
    try:
        said = _database().execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0]
        statements = json.loads(said).get("statements", [])
    except RecursionError:
        statements = []
    if len(statements) != 1:
        raise BadSql("it is not one SELECT that can be looked through")
    node: dict[str, Any] = statements[0]["node"]
    return node


def _check_reach(tree: dict[str, Any]) -> None:
    """Raise BadSql where a statement reads anything but `rows` and what it made of them."""
    nodes = list(_nodes(tree))
    made = {one["key"].lower() for one in nodes if isinstance(one.get("key"), str)}
    for one in nodes:
        function = one.get("function_name")
        if function is not None and (
            one.get("schema") or one.get("catalog") or not _is_known(function.lower())
        ):
            raise BadSql(f"it calls {function}, which rules may not")
        if one.get("type") == "SHOW_REF":
            raise BadSql("it describes, and does not select")
        if one.get("type") == "BASE_TABLE" and (
            one.get("schema_name")
            or one.get("catalog_name")
            or one["table_name"].lower() not in made | {"rows"}
        ):
            raise BadSql(f"it reads {one['table_name'][:60]}, and there is only the table rows")


def _is_known(function: str) -> bool:
    return function in FUNCTIONS or not any(sign.isalnum() for sign in function)  # an operator


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


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a tree."""
    left = [tree]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left += one.values()
        elif isinstance(one, list):
            left += one


def _holds(tree: Any, kind: str) -> bool:
    return any(one.get("class") == kind for one in _nodes(tree))


def _first_line(error: Exception) -> str:
    """What DuckDB says of the statement; what it says of anything else may quote a value."""
    kind = str(error).partition(":")[0]
    if kind in ("Parser Error", "Binder Error", "Catalog Error"):
        return str(error).strip().splitlines()[0][:300]
    if kind in ("Conversion Error", "Invalid Input Error", "Out of Range Error"):
        return "a value could not be converted: use try_cast(... as ...), which makes it null"
    return f"it ended with: {kind[:40] if kind.endswith('Error') else type(error).__name__}"
