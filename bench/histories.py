"""Real purchase histories through the hub: files in, and the snapshot of one buyer of each.

    python -m bench.histories [--data DIR]

AdventureWorks (customers, products, order lines), Online Retail (541,909 invoice lines; its only
records are the customer numbers with their country) and Chinook (customers, invoices) are loaded
into one fresh hub by the command line. Ends with 1 where a snapshot shows no purchase.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from bench.matchers import TELLONCE
from bench.measure import Measured, measure
from bench.report import OUT, ROOT, publish, table

FOLDER = OUT / "histories"
LINES_SHOWN = 40
HEAD = ("what", "rows", "seconds", "peak MB")
HOW = (
    "Made by `python -m bench.histories`: public sample and research data, loaded by "
    "`tellonce load` into one fresh hub on SQLite, then `tellonce snapshot` of a customer of each."
)


@dataclass(frozen=True)
class History:
    """One source: its declarations, its files in the order of loading, and how to prepare them."""

    name: str
    config: str
    files: tuple[tuple[str, str], ...]  # (file of the data folder or of ours, loaded as)
    activity: tuple[str, str]  # file and column that name the buyers
    prepare: Callable[[Path, Path], None] | None = None


def numbered_customers(data: Path, into: Path) -> None:
    """The records of Online Retail: each customer number once, with the country it bought from."""
    lines = pq.read_table(data / "c360_online_retail/transactions.parquet")
    known = lines.filter(pc.is_valid(lines["CustomerID"]))
    seen = known.group_by("CustomerID").aggregate([("Country", "min")])
    named = pa.table({"CustomerID": seen["CustomerID"], "Country": seen["Country_min"]})
    csv.write_csv(named.sort_by("CustomerID"), into / "retail_customers.csv")


HISTORIES = (
    History(
        "adventureworks",
        "record_id: CustomerKey\nunique: true\n"
        "transactions: {customer_key: CustomerKey, occurred_at: OrderDate, "
        "product_key: ProductKey, reference: OrderNumber, quantity: OrderQuantity}\n",
        (
            ("c360_adventureworks/customers.parquet", "records"),
            ("c360_adventureworks/products.parquet", "products"),
            ("c360_adventureworks/sales.parquet", "transactions"),
        ),
        ("c360_adventureworks/sales.parquet", "CustomerKey"),
    ),
    History(
        "retail",
        "record_id: CustomerID\nunique: true\n"
        "transactions: {customer_key: CustomerID, occurred_at: InvoiceDate, "
        "product_key: StockCode, reference: InvoiceNo, quantity: Quantity, title: Description}\n",
        (
            ("retail_customers.csv", "records"),
            ("c360_online_retail/transactions.parquet", "transactions"),
        ),
        ("c360_online_retail/transactions.parquet", "CustomerID"),
        numbered_customers,
    ),
    History(
        "chinook",
        "record_id: CustomerId\nunique: true\n"
        "transactions: {customer_key: CustomerId, occurred_at: InvoiceDate, "
        "reference: InvoiceId, amount: Total}\n",
        (("c360_chinook/customer.csv", "records"), ("c360_chinook/invoice.csv", "transactions")),
        ("c360_chinook/invoice.csv", "CustomerId"),
    ),
)


def found(data: Path, name: str) -> Path:
    """A file of the data folder, or one that was prepared."""
    return data / name if (data / name).exists() else FOLDER / name


def read(path: Path) -> pa.Table:
    """A Parquet or CSV file."""
    return pq.read_table(path) if path.suffix == ".parquet" else csv.read_csv(path)


def best_buyer(data: Path, history: History) -> str:
    """The customer key with the most lines; ties to the smallest."""
    name, column = history.activity
    lines = read(found(data, name)).select([column]).drop_null()
    counts = lines.group_by(column).aggregate([(column, "count")])
    order = [(f"{column}_count", "descending"), (column, "ascending")]
    return str(counts.sort_by(order)[column][0].as_py())


def tellonce(*words: str) -> Measured:
    """One command on the hub of this bench."""
    env = {"TELLONCE_HOME": str(FOLDER / "hub"), "TELLONCE_DATABASE_URL": "", "TELLONCE_USER": ""}
    return measure([*TELLONCE, *words], env=env)


def load(data: Path, history: History) -> list[list[str]]:
    """Add the source and load its files; the cells of `HEAD` for each."""
    if history.prepare is not None:
        history.prepare(data, FOLDER)
    config = FOLDER / f"{history.name}.yaml"
    config.write_text(history.config)
    tellonce("source", "add", history.name, "--kind", "files", "--config", str(config))
    cells = []
    for name, content in history.files:
        path = found(data, name)
        done = tellonce("load", history.name, str(path), "--as", content)
        rows = f"{read(path).num_rows:,}"
        what = f"load {history.name} {content}"
        cells.append([what, rows, f"{done.seconds:.1f}", f"{done.peak_mb:,.0f}"])
        print(" ".join(cells[-1]), flush=True)
    return cells


def snapshot(data: Path, history: History) -> tuple[list[str], int]:
    """The cells of `HEAD` for a buyer's snapshot, and how many purchases it shows."""
    asked = ["--record", f"{history.name}:{best_buyer(data, history)}", "--purpose", "service"]
    done = tellonce("snapshot", *asked, "--sections", "transactions", "--format", "json")
    purchases = purchases_in(json.loads(done.stdout))
    shown = tellonce("snapshot", *asked, "--sections", "demographics,transactions").stdout
    print(*shown.splitlines()[-LINES_SHOWN:], sep="\n", flush=True)
    cells = [
        f"snapshot, {history.name} (rows: purchases)",
        f"{purchases:,}",
        f"{done.seconds:.1f}",
        f"{done.peak_mb:,.0f}",
    ]
    return cells, purchases


def purchases_in(document: dict[str, Any]) -> int:
    """How many purchases the section counts, of which the document shows the newest."""
    return document["snapshot"]["sections"]["transactions"]["total"]


def main(given: list[str] | None = None) -> int:
    """Load, print, write docs/results/histories.md (counts and seconds only, nobody's data)."""
    parser = argparse.ArgumentParser(prog="python -m bench.histories", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args(given).data
    if not data.is_dir():
        print(f"There is no data folder {data}. Name one with --data.")
        return 2
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    tellonce("init")
    cells = [row for history in HISTORIES for row in load(data, history)]
    shown = [snapshot(data, history) for history in HISTORIES]
    cells += [row for row, _ in shown]
    print(table(HEAD, cells))
    publish("histories", "Real purchase histories", HOW, table(HEAD, cells))
    return 0 if all(purchases for _, purchases in shown) else 1


if __name__ == "__main__":
    sys.exit(main())
