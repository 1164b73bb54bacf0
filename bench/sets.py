"""The labelled sets of a data folder, and the blinded files that may be shown to a matcher.

A labelled set is a Parquet file of one of two shapes. Records: columns `unique_id` and `cluster`
(same number = same entity, null = not known), and `source` where there is more than one. Pairs: two
columns with a name each and one that says whether they are the same (`PAIR_COLUMNS`).
"""

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
# One name, the other name, the label.
PAIR_COLUMNS = (("name1", "name2", "is_match"), ("gt_name", "name", "correct"))


@dataclass(frozen=True)
class LabelledSet:
    """A Parquet file with truth; `rows` as its footer counts them.

    pairs: the columns of a file of labelled pairs; None where `cluster` labels records.
    """

    name: str
    path: Path
    rows: int
    pairs: tuple[str, str, str] | None = None


def labelled_sets(data: Path) -> list[LabelledSet]:
    """Every labelled set in `data` itself and in its folders.

    A set is called by its folder, and by folder/file where a folder holds several.
    """
    folders = [data, *(path for path in sorted(data.iterdir()) if path.is_dir())]
    return [found for folder in folders for found in sets_in(folder)]


def sets_in(folder: Path) -> Iterator[LabelledSet]:
    """The labelled sets of one folder."""
    columns = {path: set(pq.read_schema(path).names) for path in sorted(folder.glob("*.parquet"))}
    pairs = {path: pair_columns(names) for path, names in columns.items()}
    files = [p for p, names in columns.items() if pairs[p] or {"unique_id", "cluster"} <= names]
    for path in files:
        name = folder.name if len(files) == 1 else f"{folder.name}/{path.stem}"
        yield LabelledSet(name, path, pq.read_metadata(path).num_rows, pairs[path])


def pair_columns(names: set[str]) -> tuple[str, str, str] | None:
    """Those of `PAIR_COLUMNS` that a file has, or None."""
    return next((columns for columns in PAIR_COLUMNS if set(columns) <= names), None)


def blind(labelled: LabelledSet, into: Path) -> list[str]:
    """Write what a matcher may see, one file per value of `source` (else one), and name them.

    The result is what `tellonce resolve` takes: NAME=FILE, NAME being the value of `source`. A set
    of pairs becomes two files, `left` and `right`, row by row.
    """
    table = pq.read_table(labelled.path)
    if labelled.pairs:
        ids = pa.array([str(row) for row in range(len(table))])
        sides = zip(("left", "right"), labelled.pairs, strict=False)
        return [
            write(pa.table({"unique_id": ids, "name": table[column]}), side, into)
            for side, column in sides
        ]
    shown = table.drop_columns([c for c in (*ANSWERS, "source") if c in table.column_names])
    if "source" not in table.column_names:
        return [write(shown, labelled.path.stem, into)]
    return [
        write(shown.filter(pc.equal(table["source"], value)), value, into)
        for value in sources(table)
    ]


def sources(table: pa.Table) -> list[str]:
    """The values of `source`, in the order in which the files are named."""
    return sorted(pc.unique(table["source"]).drop_null().to_pylist())


def truth(labelled: LabelledSet) -> pa.Table:
    """The answers, for those who evaluate and for peers that are tuned with them.

    Records: source, record_id, truth (int64, null where not known), in the order of the blinded
    files. Pairs: left, right (row numbers over both files), match (true or false).
    """
    table = pq.read_table(labelled.path)
    if labelled.pairs:
        left = pa.array(range(len(table)))
        match = pc.equal(pc.utf8_lower(table[labelled.pairs[2]].cast(pa.string())), "true")
        return pa.table({"left": left, "right": pc.add(left, len(table)), "match": match})
    entity = table["cluster"].combine_chunks().dictionary_encode().indices.cast(pa.int64())
    named = pa.table({"record_id": table["unique_id"].cast(pa.string()), "truth": entity})
    if "source" not in table.column_names:
        only = pa.array([labelled.path.stem] * len(table), pa.string())
        return named.add_column(0, "source", only)
    named = named.add_column(0, "source", table["source"])
    return pa.concat_tables(
        [named.filter(pc.equal(named["source"], value)) for value in sources(table)]
    )


def write(table: pa.Table, name: str, into: Path) -> str:
    """Write one blinded file; its name is that of the source, made safe for a file system."""
    path = into / (re.sub(r"[^\w.-]", "_", name) + ".parquet")
    if path.exists():
        raise FileExistsError(f"Two sources of a set would share the file {path.name}.")
    pq.write_table(table, path)
    return f"{name}={path}"
