"""The engine's tables in the shapes that are handed out (see the interface of `tellonce resolve`).

In files a customer's id is a hash of the smallest (source, record_id) of its cluster, so the same
cluster has the same id in every run.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.golden import ATTRIBUTES


def customer_id(source: str, record_id: str) -> str:
    """The id of the customer whose smallest record this is: `cus_` and 26 hex digits (104 bits)."""
    text = f"{source}\0{record_id}".encode("utf-8", "surrogatepass")
    return "cus_" + hashlib.sha256(text).hexdigest()[:26]


def customer_ids(records: pa.Table, clusters: pa.Table) -> pa.Array:
    """The customer id of every row of RECORDS (in canonical order), given CLUSTERS."""
    smallest = _by_row(clusters, "cluster", len(records))
    firsts, which = np.unique(smallest, return_inverse=True)
    chosen = records.select(["source", "record_id"]).take(pa.array(firsts))
    pairs = zip(chosen["source"].to_pylist(), chosen["record_id"].to_pylist(), strict=True)
    return pa.array([customer_id(*pair) for pair in pairs], pa.string()).take(pa.array(which))


def _by_row(clusters: pa.Table, column: str, rows: int) -> np.ndarray:
    values = clusters[column].to_numpy()
    placed = np.empty(rows, values.dtype)
    placed[clusters["row"].to_numpy()] = values
    return placed


def customers_table(records: pa.Table, clusters: pa.Table, ids: pa.Array) -> pa.Table:
    """source, record_id, customer_id, confidence: one row per record, in canonical order."""
    confidence = pa.array(_by_row(clusters, "confidence", len(records)))
    columns = {"source": records["source"], "record_id": records["record_id"]}
    return pa.table({**columns, "customer_id": ids, "confidence": confidence})


def edges_table(records: pa.Table, edges: pa.Table, ids: pa.Array) -> pa.Table:
    """left_source, left_id, right_source, right_id, match_weight, probability, linked: whether both
    records ended in one customer.
    """
    left, right = edges["left"].combine_chunks(), edges["right"].combine_chunks()
    return pa.table(
        {
            "left_source": records["source"].take(left),
            "left_id": records["record_id"].take(left),
            "right_source": records["source"].take(right),
            "right_id": records["record_id"].take(right),
            "match_weight": edges["match_weight"],
            "probability": edges["probability"],
            "linked": pc.equal(ids.take(left), ids.take(right)),
        }
    )


def golden_table(golden: pa.Table, ids: pa.Array) -> pa.Table:
    """customer_id, then each attribute of GOLDEN and `<attribute>_source`; one row per customer, in
    canonical order. `ids` are the customer ids by row of RECORDS.
    """
    first = golden.filter(pc.equal(golden["rank"], 0))
    clusters = np.unique(golden["cluster"].to_numpy())
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"customer_id": ids.take(pa.array(clusters))}
    for attribute in _ordered(pc.unique(first["attribute"]).to_pylist()):
        part = first.filter(pc.equal(first["attribute"], attribute))
        at = np.full(len(clusters), -1, np.int64)
        at[np.searchsorted(clusters, part["cluster"].to_numpy())] = np.arange(len(part))
        taken = pa.array(at, mask=at < 0)
        columns[attribute] = part["value"].take(taken)
        columns[f"{attribute}_source"] = part["source"].take(taken)
    return pa.table(columns)


def _ordered(attributes: list[str]) -> list[str]:
    known = [attribute for attribute in ATTRIBUTES if attribute in attributes]
    return known + sorted(set(attributes) - set(known))
