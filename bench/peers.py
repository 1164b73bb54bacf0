"""The peers, each in one function; runs in the peers' own environment, .venv-bench.

    .venv-bench/bin/python bench/peers.py goldenmatch|rules|splink OUT.parquet NAME=FILE...

OUT has the columns of `tellonce resolve`: source, record_id, customer_id.
"""

from __future__ import annotations

import logging
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv


def read(files: list[str]) -> pa.Table:
    """All files under one another, as text, with a column `source` in front."""
    tables = []
    for named in files:
        name, path = named.split("=", 1)
        table = pq.read_table(path) if path.endswith(".parquet") else read_csv(path)
        kept = [f.name for f in table.schema if not pa.types.is_null(f.type)]
        text = {column: table[column].cast(pa.string()) for column in kept}
        tables.append(pa.table({"source": pa.array([name] * len(table), pa.string()), **text}))
    return pa.concat_tables(tables, promote_options="default")


def read_csv(path: str) -> pa.Table:
    """A CSV file, every column as text, empty text as null."""
    names = csv.open_csv(path).schema.names
    kinds = dict.fromkeys(names, pa.string())
    options = csv.ConvertOptions(column_types=kinds, strings_can_be_null=True)
    return csv.read_csv(path, convert_options=options)


def goldenmatch(table: pa.Table) -> list[int]:
    """goldenmatch as it comes: no configuration. A customer number for each row."""
    import goldenmatch as gm

    shown = table if len(set(table["source"].to_pylist())) > 1 else table.drop_columns("source")
    clusters = gm.dedupe_df(shown, allow_red_config=True).clusters
    customer = list(range(len(table)))
    for found in clusters.values():
        for row in found["members"]:
            customer[row] = min(found["members"])
    return customer


def splink(table: pa.Table) -> list[int]:
    """Splink with rules written by hand for people with names, dates, contacts and addresses."""
    from splink_rules import link

    return link(table)


def rules(table: pa.Table) -> list[int]:
    """Exact rules: records that are equal in the obvious attributes."""
    from exact_rules import link

    return link(table)


MATCHERS = {"goldenmatch": goldenmatch, "rules": rules, "splink": splink}


def main(matcher: str, out: str, files: list[str]) -> None:
    """Resolve the files with a peer and write its customers."""
    logging.disable(logging.WARNING)
    table = read(files)
    write_customers(table, MATCHERS[matcher](table), out)


def write_customers(table: pa.Table, customer: list[int], out: str) -> None:
    """Write the customer number of each row of `table`."""
    key = "unique_id" if "unique_id" in table.column_names else "record_id"
    ids = {"source": table["source"], "record_id": table[key]}
    numbers = pa.array([str(number) for number in customer], pa.string())
    pq.write_table(pa.table({**ids, "customer_id": numbers}), out)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
