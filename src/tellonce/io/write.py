"""Files out, each written whole or not at all: a temporary file in the same folder, renamed."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tellonce.io.errors import FileMissing, NotAFile


def check_writable(path: Path) -> None:
    """Raise FileMissing or NotAFile where no file could be written at `path`."""
    if path.is_dir():
        raise NotAFile(f"{path} is a folder.", "Name a file in it.")
    if not path.absolute().parent.is_dir():
        raise FileMissing(f"There is no folder {path.absolute().parent}.", "Make it first.")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; renamed to it when all went well, else removed."""
    check_writable(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)  # pyarrow does not say which file it was
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write `table` as a Parquet file."""
    with whole_file(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd")


def write_json_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line."""
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_csv(path: Path, table: pa.Table) -> None:
    """Write `table` as CSV for a person to open in a spreadsheet: null is empty, and a text that
    would be taken for a formula is led in by an apostrophe. A byte order mark says UTF-8.
    """
    with (
        whole_file(path) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as stream,
    ):
        writer = csv.writer(stream)
        writer.writerow(table.column_names)
        for row in table.to_pylist():
            writer.writerow([_harmless(value) for value in row.values()])


def _harmless(value: Any) -> Any:
    if value is None:
        return ""
    formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if formula and not value[1:].isdecimal() else value


def write_table(path: Path, table: pa.Table) -> None:
    """Write `table` as its name says: CSV where that ends in .csv, else Parquet."""
    (write_csv if path.suffix == ".csv" else write_parquet)(path, table)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8."""
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
