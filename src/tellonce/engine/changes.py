"""What differs between two states of the customers: GOLDEN before and after -> CHANGES.

A state is told by customer, since clusters are numbers of one run only. Values are compared, and
leave as keyed digests: whoever gets CHANGES learns that an attribute changed, not what it says.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.errors import InputError
from tellonce.engine.tables import CHANGES, CLUSTERS, GOLDEN, check

Ints = npt.NDArray[np.int64]
MEMBERS = pa.schema(
    [
        ("source", pa.string()),
        ("record_id", pa.string()),
        ("customer", pa.string()),
    ]
)

_VALUES = ("customer", "attribute", "values")


@dataclasses.dataclass(frozen=True)
class State:
    """The customers at one moment.

    `members` (MEMBERS) has a row for each record. `values` has customer, attribute and values (all
    of that attribute, best first, joined by U+001F), sorted by customer and attribute.
    """

    members: pa.Table
    values: pa.Table


def state(records: pa.Table, clusters: pa.Table, golden: pa.Table, customers: pa.Array) -> State:
    """The State of one run.

    `records` needs source and record_id, in canonical order; `clusters` and `golden` are CLUSTERS
    and GOLDEN of them; `customers` names the customer of each record, one for a whole cluster.
    Raises InputError where a cluster has several customers.
    """
    clusters = check(clusters, CLUSTERS, "CLUSTERS").sort_by("row")
    golden = check(golden, GOLDEN, "GOLDEN")
    members = pa.table([records["source"], records["record_id"], customers], schema=MEMBERS)
    named = pa.table({"cluster": clusters["cluster"], "customer": customers})
    named = named.group_by(["cluster", "customer"]).aggregate([])
    if pc.count_distinct(named["cluster"]).as_py() != named.num_rows:
        raise InputError(
            "A cluster has records of more than one customer.", "Name one customer per cluster."
        )
    values = golden.select(["cluster", "attribute", "rank", "value"]).join(named, "cluster")
    return State(members, _joined(values))


def _joined(values: pa.Table) -> pa.Table:
    ranked = values.sort_by(
        [("customer", "ascending"), ("attribute", "ascending"), ("rank", "ascending")]
    )
    grouped = ranked.group_by(["customer", "attribute"], use_threads=False)
    lists = grouped.aggregate([("value", "list")])
    joined = pc.binary_join(lists["value_list"], "\x1f")
    return pa.table([lists["customer"], lists["attribute"], joined], names=_VALUES)


def changes(before: State, after: State, *, key: bytes = b"") -> pa.Table:
    """CHANGES from `before` to `after`, by customer, the whole customer first, then attributes.

    added    a customer of records that had none
    split    a customer of records that left another one, which may live on; before_digest is its
    merged   a customer that is gone, its records with another one; after_digest is that one's
    removed  a customer that is gone with all its records
    changed  an attribute of a customer that lived on; a digest is null where it has no value

    Digests are BLAKE2b of 128 bits in hex under `key` (at most 64 bytes), over the values in rank
    order, or for a whole customer over all its attributes.
    """
    old, new = _customers(before), _customers(after)
    rows = [
        *_arrived(before, after, new - old, key),
        *_gone(before, after, old - new, key),
        *_changed(before, after, old & new, key),
    ]
    rows.sort(key=lambda row: (row[0], row[2] is not None, row[2] or ""))
    columns = list(zip(*rows, strict=True)) or [()] * len(CHANGES)
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=CHANGES)


@dataclasses.dataclass(frozen=True)
class Moves:
    """How one partition of the same records differs from another, in numbers of customers of the
    first: `unchanged` have the same records in both; the records of `merged` are in customers that
    have records of others too; those of `split` are in several (a customer can be both). `moved`
    are the records that would be of another customer, where each customer of the first goes on as
    one of the second: pairs by largest overlap, one to one, ties to the smaller.
    """

    before: int
    after: int
    unchanged: int
    merged: int
    split: int
    moved: int


def moves(before: Ints, after: Ints) -> Moves:
    """Compare two labellings of the same rows."""
    rows, columns = (np.unique(labels, return_inverse=True)[1] for labels in (before, after))
    cells, counts = np.unique(np.column_stack([rows, columns]), axis=0, return_counts=True)
    parts, sources = (np.bincount(cells[:, side]) for side in (0, 1))
    joined = sources[cells[:, 1]] > 1
    merged = np.unique(cells[joined, 0])
    split = np.flatnonzero(parts > 1)
    stayed, taken = 0, (set[int](), set[int]())
    for at in np.lexsort((cells[:, 1], cells[:, 0], -counts)).tolist():
        old, new = cells[at].tolist()
        if old not in taken[0] and new not in taken[1]:
            taken[0].add(old)
            taken[1].add(new)
            stayed += int(counts[at])
    return Moves(
        before=len(parts),
        after=len(sources),
        unchanged=len(parts) - len(np.union1d(merged, split)),
        merged=len(merged),
        split=len(split),
        moved=len(before) - stayed,
    )


_Row = tuple[str, str, str | None, str | None, str | None]


def _customers(of: State) -> set[str]:
    return set(pc.unique(of.members["customer"]).to_pylist())


def _moves(to: State, customers: set[str], origin: State) -> dict[str, str | None]:
    """For each of `customers` in `to`: the customer in `origin` that most of its records are of.

    None where no record of it is there; ties go to the smaller id.
    """
    mine = to.members.filter(pc.is_in(to.members["customer"], pa.array(customers, pa.string())))
    there = origin.members.rename_columns(["source", "record_id", "other"])
    pairs = mine.join(there, ["source", "record_id"]).group_by(["customer", "other"])
    moves: dict[str, str | None] = {}
    counted = pairs.aggregate([([], "count_all")]).filter(pc.field("other").is_valid())
    order = [("customer", "ascending"), ("count_all", "descending"), ("other", "ascending")]
    for row in counted.sort_by(order).to_pylist():
        moves.setdefault(row["customer"], row["other"])
    return {customer: moves.get(customer) for customer in customers}


def _arrived(before: State, after: State, customers: set[str], key: bytes) -> Iterator[_Row]:
    moves = _moves(after, customers, before)
    now = _digests(after, customers, key)
    then = _digests(before, {origin for origin in moves.values() if origin}, key)
    for customer, origin in moves.items():
        change = "split" if origin else "added"
        yield customer, change, None, then.get(origin or ""), now.get(customer)


def _gone(before: State, after: State, customers: set[str], key: bytes) -> Iterator[_Row]:
    moves = _moves(before, customers, after)
    then = _digests(before, customers, key)
    now = _digests(after, {target for target in moves.values() if target}, key)
    for customer, target in moves.items():
        change = "merged" if target else "removed"
        yield customer, change, None, then.get(customer), now.get(target or "")


def _changed(before: State, after: State, customers: set[str], key: bytes) -> Iterator[_Row]:
    both = pa.array(customers, pa.string())
    left, right = (
        of.values.filter(pc.is_in(of.values["customer"], both)) for of in (before, after)
    )
    joined = left.join(right, ["customer", "attribute"], None, "full outer", "", "_after")
    same = pc.fill_null(pc.equal(joined["values"], joined["values_after"]), False)
    for row in joined.filter(pc.invert(same)).to_pylist():
        digests = (_digest(row[name], key) for name in ("values", "values_after"))
        yield row["customer"], "changed", row["attribute"], *digests


def _digests(of: State, customers: set[str], key: bytes) -> dict[str, str | None]:
    """The digest of each whole customer, over its attributes in order."""
    mine = of.values.filter(pc.is_in(of.values["customer"], pa.array(customers, pa.string())))
    told: dict[str, list[tuple[str, str]]] = {customer: [] for customer in customers}
    for customer, attribute, values in zip(
        *(mine[name].to_pylist() for name in _VALUES), strict=True
    ):
        told[customer].append((attribute, values))
    return {
        customer: _digest(json.dumps(sorted(said), ensure_ascii=False), key)
        for customer, said in told.items()
    }


def _digest(text: str | None, key: bytes) -> str | None:
    if text is None:
        return None
    return hashlib.blake2b(text.encode(), digest_size=16, key=key).hexdigest()
