"""What the database alone takes: every row of a hub written again, by its driver, in its schema."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

_AT_ONCE = 10_000
_SETTINGS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"


def written_again(env: dict[str, str], folder: Path) -> float:
    """Seconds for writing all rows of the hub to an empty database of the same schema."""
    if env["TELLONCE_DATABASE_URL"]:
        return _postgresql(env["TELLONCE_DATABASE_URL"])
    return _sqlite(Path(env["TELLONCE_HOME"], "hub.sqlite3"), folder / "bare.sqlite3")


def asked(env: dict[str, str], statement: str) -> list[tuple[Any, ...]]:
    """The rows that a statement gives, asked of the hub's database by its driver."""
    if env["TELLONCE_DATABASE_URL"]:
        with psycopg.connect(env["TELLONCE_DATABASE_URL"]) as held:
            cursor = held.execute(statement)
            return cursor.fetchall() if cursor.description else []
    file = sqlite3.connect(Path(env["TELLONCE_HOME"], "hub.sqlite3"), timeout=60)
    with closing(file), file:
        return file.execute(statement).fetchall()


def _sqlite(source: Path, target: Path) -> float:
    held, bare = sqlite3.connect(source), sqlite3.connect(target, isolation_level=None)
    bare.executescript(_SETTINGS)
    made = held.execute(
        "SELECT name, sql, type FROM sqlite_master WHERE sql IS NOT NULL "
        "AND name NOT LIKE 'sqlite_%' ORDER BY type = 'index'"
    ).fetchall()
    for _, statement, _ in made:
        bare.execute(statement)
    seconds = 0.0
    for name in [name for name, _, kind in made if kind == "table"]:
        for rows in _chunks(held.execute(f'SELECT * FROM "{name}"')):
            begun = time.perf_counter()
            marks = ", ".join("?" * len(rows[0]))
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
            bare.execute("COMMIT")
            seconds += time.perf_counter() - begun
    held.close()
    bare.close()
    return seconds


def _postgresql(url: str) -> float:
    seconds = 0.0
    with psycopg.connect(url) as held, psycopg.connect(url) as bare:
        bare.execute("CREATE SCHEMA bare")
        names = held.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in names.fetchall():
            bare.execute(f'CREATE TABLE bare."{name}" (LIKE public."{name}" INCLUDING ALL)')
            cursor = held.cursor(name="all")
            for rows in _chunks(cursor.execute(f'SELECT * FROM public."{name}"')):
                begun = time.perf_counter()
                with bare.cursor().copy(f'COPY bare."{name}" FROM STDIN') as copy:
                    for row in rows:
                        copy.write_row([_written(value) for value in row])
                bare.commit()
                seconds += time.perf_counter() - begun
            cursor.close()
        bare.execute("DROP SCHEMA bare CASCADE")
    return seconds


def _written(value: Any) -> Any:
    return psycopg.types.json.Jsonb(value) if isinstance(value, dict | list) else value


def _chunks(cursor: Any) -> Iterator[Sequence[Any]]:
    while rows := cursor.fetchmany(_AT_ONCE):
        yield rows
