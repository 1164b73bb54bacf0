"""The labelled sets of a data folder, and the blinded files that may be shown to a matcher."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ANSWERS = (
    "cluster",
    "true_household",
    "test_target",
    "expected_result",
    "test_group",
    "test_case",
)


@dataclass(frozen=True)
class LabelledSet:
    """A Parquet file with the truth in column `cluster`; `rows` as its footer counts them."""

    name: str
    path: Path
    rows: int


def labelled_sets(data: Path) -> list[LabelledSet]:
    """Every Parquet file in a folder of `data` that has the columns `unique_id` and `cluster`.

    A set is called by its folder, and by folder/file where a folder holds several.
    """
    return [found for folder in sorted(data.iterdir()) for found in sets_in(folder)]


def sets_in(folder: Path) -> Iterator[LabelledSet]:
    """The labelled sets of one folder."""
    files = [path for path in sorted(folder.glob("*.parquet")) if is_labelled(path)]
    for path in files:
        name = folder.name if len(files) == 1 else f"{folder.name}/{path.stem}"
        yield LabelledSet(name, path, pq.read_metadata(path).num_rows)


def is_labelled(path: Path) -> bool:
    """Whether each row has an id and the number of its true customer."""
    return {"unique_id", "cluster"} <= set(pq.read_schema(path).names)


def blind(labelled: LabelledSet, into: Path) -> list[str]:
    """Write what a matcher may see, one file per value of `source` (else one), and name them.

    The result is what `tellonce resolve` takes: NAME=FILE, NAME being the value of `source`.
    """
    table = pq.read_table(labelled.path)
    shown = table.drop_columns([c for c in (*ANSWERS, "source") if c in table.column_names])
    if "source" not in table.column_names:
        return [write(shown, labelled.path.stem, into)]
    values = sorted(pc.unique(table["source"]).drop_null().to_pylist())
    return [write(shown.filter(pc.equal(table["source"], value)), value, into) for value in values]


def write(table: pa.Table, name: str, into: Path) -> str:
    """Write one blinded file; its name is that of the source, made safe for a file system."""
    path = into / (re.sub(r"[^\w.-]", "_", name) + ".parquet")
    if path.exists():
        raise FileExistsError(f"Two sources of a set would share the file {path.name}.")
    pq.write_table(table, path)
    return f"{name}={path}"
