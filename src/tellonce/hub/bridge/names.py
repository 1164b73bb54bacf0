"""The names that the records of customers state, whichever of them survived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

StatedName = tuple[str, str]
"""Family and given name, either of them may be ""."""


def stated_names(records: pa.Table, clusters: Sequence[int]) -> dict[int, frozenset[StatedName]]:
    """Cluster -> the names of persons that its records state, former ones included.

    `records` is RECORDS, and `clusters` says of each row of it where it belongs.
    """
    column = records.column("names").combine_chunks()
    lists = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    flat = pc.list_flatten(lists)
    parts = (pc.struct_field(flat, part).to_pylist() for part in ("family", "given"))
    found: dict[int, set[StatedName]] = {}
    for row, family, given in zip(pc.list_parent_indices(lists).to_pylist(), *parts, strict=True):
        if family or given:
            found.setdefault(clusters[row], set()).add((family or "", given or ""))
    return {cluster: frozenset(names) for cluster, names in found.items()}


def names_of(
    stated: dict[int, frozenset[StatedName]], clusters: Iterable[int]
) -> list[frozenset[StatedName]]:
    """The names of each of some clusters, in order."""
    return [stated.get(cluster, frozenset()) for cluster in clusters]
