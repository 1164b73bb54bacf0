"""Parquet files and Excel workbooks -> chunks of text columns."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import python_calamine
from pyarrow import parquet

from tellonce.io.astext import text_table, typed
from tellonce.io.dialect import column_names, looks_like_header
from tellonce.io.errors import DamagedFile, FileEmpty
from tellonce.io.values import Chunk, FileReport, FileSettings, Opened

BATCH = 65_536
MAX_WORKBOOK = 1 << 30  # bytes, unzipped; a workbook is read into memory whole


def open_parquet(path: Path) -> Opened:
    """Raises DamagedFile for what is no sound Parquet file."""
    try:
        file = parquet.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path, "Parquet file", error) from error
    columns = tuple(file.schema_arrow.names)
    return Opened(FileReport(str(path), "Parquet", columns), _parquet_chunks(path, file))


def _parquet_chunks(path: Path, file: parquet.ParquetFile) -> Iterator[Chunk]:
    row = 0
    try:
        for batch in file.iter_batches(BATCH):
            table = text_table(pa.Table.from_batches([batch]), path.name)
            yield _chunk(table, row)
            row += batch.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path, "Parquet file", error) from error


def _chunk(table: pa.Table, row: int) -> Chunk:
    batch = pa.RecordBatch.from_arrays(
        [column.combine_chunks() for column in table.columns], names=table.column_names
    )
    return Chunk(batch, pa.array(np.arange(row, row + batch.num_rows, dtype=np.int64)), ())


def _damaged(path: Path, what: str, error: Exception) -> DamagedFile:
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return DamagedFile(f"{path} is not a sound {what}: {reason}.", "Copy or export it again.")


def open_workbook(path: Path, settings: FileSettings) -> Opened:
    """The first sheet of an Excel workbook that holds anything.

    Raises DamagedFile, FileEmpty and DuplicateHeaders.
    """
    name, rows = _first_sheet(path)
    cells = [[typed(value) for value in row] for row in rows[:200]]
    header = looks_like_header(cells) if settings.header is None else settings.header
    if header:
        columns = column_names(path.name, cells[0])
    else:
        columns = tuple(f"column_{n + 1}" for n in range(len(rows[0])))
    given = frozenset({"header"} if settings.header is not None else ())
    report = FileReport(
        str(path), "Excel workbook", columns, header=header, sheet=name, given=given
    )
    return Opened(report, _workbook_chunks(rows[1:] if header else rows, columns))


def _first_sheet(path: Path) -> tuple[str, list[list[Any]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_WORKBOOK:
            raise DamagedFile(
                f"{path} unpacks to {size >> 20} MB, more than a workbook may.",
                "Export the sheet as CSV, which is read as a stream.",
            )
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            rows = [
                row for row in workbook.get_sheet_by_name(name).iter_rows() if any(map(typed, row))
            ]
            if rows:
                return name, rows
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError) as error:
        raise _damaged(path, "Excel workbook", error) from error
    raise FileEmpty(f"{path} holds only empty sheets.", "Save it again with the data in it.")


def _workbook_chunks(rows: list[list[Any]], columns: tuple[str, ...]) -> Iterator[Chunk]:
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        arrays = [
            pa.array([typed(row[n]) or None for row in part], pa.string())
            for n in range(len(columns))
        ]
        batch = pa.RecordBatch.from_arrays(arrays, names=list(columns))
        numbers = pa.array(np.arange(start, start + len(part), dtype=np.int64))
        yield Chunk(batch, numbers, ())
