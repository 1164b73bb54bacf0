"""Lists of structs built from flat columns and offsets, never by a Python loop over rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.text import FEW

Slot = Sequence[
    pa.Array
]  # the fields of one possible entry of every row, each of the table's length


def list_of(slots: Sequence[pa.Array], n_rows: int) -> pa.Array:
    """Return list<string>: for every row the non-null values of the `slots`, in slot order, each
    once.
    """
    if not slots:
        return _empty(pa.string(), n_rows)
    if n_rows <= FEW:
        rows = zip(*(slot.to_pylist() for slot in slots), strict=True)
        said = [[value for value in dict.fromkeys(row) if value is not None] for row in rows]
        return pa.array(said, pa.list_(pa.string()))
    present = np.column_stack([_valid(slot) for slot in slots])
    for later in range(1, len(slots)):
        for earlier in range(later):
            same = pc.fill_null(pc.equal(slots[earlier], slots[later]), False)
            present[:, later] &= ~_numpy(same)
    values = _interleave(slots, present)
    return pa.ListArray.from_arrays(_offsets(present), values)


def list_of_structs(slots: Sequence[Slot], kind: pa.StructType, n_rows: int) -> pa.Array:
    """Return list<struct>: for every row the entries of `slots` that have any value.

    A slot has one array per field of `kind`. A field whose array is a constant label (such as the
    kind of a name) must be null where the entry is, so that it does not make an entry by itself.
    """
    if not slots:
        return _empty(kind, n_rows)
    if n_rows <= FEW:
        return pa.array(_entries_of_few(slots, kind, n_rows), pa.list_(kind))
    present = np.column_stack(
        [np.logical_or.reduce([_valid(field) for field in slot]) for slot in slots]
    )
    fields = [
        _interleave([slot[i] for slot in slots], present).cast(kind.field(i).type)
        for i in range(kind.num_fields)
    ]
    values = pa.StructArray.from_arrays(fields, fields=list(kind))
    return pa.ListArray.from_arrays(_offsets(present), values)


def _entries_of_few(
    slots: Sequence[Slot], kind: pa.StructType, n_rows: int
) -> list[list[dict[str, Any]]]:
    """The same row by row."""
    names = [field.name for field in kind]
    found: list[list[dict[str, Any]]] = [[] for _ in range(n_rows)]
    for slot in slots:
        columns = [field.to_pylist() for field in slot]
        for row, values in enumerate(zip(*columns, strict=True)):
            if any(value is not None for value in values):
                found[row].append(dict(zip(names, values, strict=True)))
    return found


def regroup(parents: np.ndarray, keep: np.ndarray, values: pa.Array, n_rows: int) -> pa.Array:
    """Return a list array of the `values` kept, `parents` being the row of each, in ascending
    order.
    """
    counts = np.bincount(parents[keep], minlength=n_rows)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values.filter(pa.array(keep)))


def _interleave(slots: Sequence[pa.Array], present: np.ndarray) -> pa.Array:
    """Return the values marked in `present` (rows x slots), row by row."""
    n_rows, width = present.shape
    if width == 1:
        return slots[0].filter(pa.array(present[:, 0]))
    stacked = pa.concat_arrays([slot.cast(slots[0].type) for slot in slots])
    order = np.arange(n_rows)[:, None] + np.arange(width)[None, :] * n_rows
    return stacked.take(pa.array(order[present]))


def _offsets(present: np.ndarray) -> pa.Array:
    counts = present.sum(axis=1)
    return pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))


def _empty(kind: pa.DataType, n_rows: int) -> pa.Array:
    return pa.ListArray.from_arrays(
        pa.array(np.zeros(n_rows + 1, dtype=np.int32)), pa.array([], kind)
    )


def _valid(column: pa.Array) -> np.ndarray:
    return _numpy(column.is_valid())


def _numpy(mask: pa.Array) -> np.ndarray:
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)
