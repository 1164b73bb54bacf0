"""Tables out to the kinds of files that systems export."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet


def write_table(table: pa.Table, path: Path) -> None:
    """Write `table` the way the name of `path` says.

    .csv is the CRM's kind (semicolons, Windows-1250), .tsv and .csv.gz are UTF-8, .jsonl has an
    object a line without nulls. The same table gives the same bytes.
    """
    kind = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    if kind == ".parquet":
        pyarrow.parquet.write_table(table, path)
    elif kind == ".jsonl":
        path.write_bytes(_json_lines(table))
    elif kind == ".csv.gz":
        path.write_bytes(gzip.compress(_delimited(table, ","), mtime=0))
    elif kind == ".tsv":
        path.write_bytes(_delimited(table, "\t"))
    else:
        text = _delimited(table, ";").decode()
        path.write_bytes(text.encode("windows-1250", errors="replace"))


def _delimited(table: pa.Table, delimiter: str) -> bytes:
    buffer = io.BytesIO()
    options = pa.csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    pa.csv.write_csv(table, buffer, options)
    return buffer.getvalue()


def _json_lines(table: pa.Table) -> bytes:
    lines = (
        json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False, default=str)
        for row in table.to_pylist()
    )
    return "".join(f"{line}\n" for line in lines).encode()
