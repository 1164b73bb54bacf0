"""COMPARABLE as codes: each distinct text once, for the stages that work on codes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.lists import Ints, Longs, flat, steps
from tellonce.engine.tables import COMPARABLE, check

ITSELF = ""  # the field of a list of plain texts


@dataclass(frozen=True)
class Entries:
    """The entries of a list column: offsets, one more than rows, and each field as codes of its
    distinct texts (a DictionaryArray, null where an entry has none).
    """

    offsets: Ints
    fields: dict[str, pa.DictionaryArray]


@dataclass(frozen=True)
class Coded:
    """A COMPARABLE table and the entries of each of its list columns, which the table is without;
    `others` aside, it would hold their texts a second time.
    """

    table: pa.Table
    entries: dict[str, Entries]


def coded(comparable: pa.Table, threads: int = 1) -> Coded:
    """A COMPARABLE table with its texts as codes, made by so many threads."""
    table = check(comparable, COMPARABLE, "COMPARABLE")
    lists = [field.name for field in COMPARABLE if pa.types.is_list(field.type)]
    parts = {name: flat(table[name]) for name in lists}
    found = {name: Entries(offsets, {}) for name, (offsets, _) in parts.items()}
    texts = [
        (name, field, column)
        for name, (_, values) in parts.items()
        for field, column in _fields(values).items()
    ]
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            codes = list(pool.map(pc.dictionary_encode, [column for *_, column in texts]))
    else:  # of a few rows, where a thread costs more than it saves
        codes = [pc.dictionary_encode(column) for *_, column in texts]
    for (name, field, _), made in zip(texts, codes, strict=True):
        found[name].fields[field] = made
    return Coded(table.drop_columns([name for name in lists if name != "others"]), found)


def _fields(values: pa.Array) -> dict[str, pa.Array]:
    if not pa.types.is_struct(values.type):
        return {ITSELF: values}
    return {field.name: pc.struct_field(values, field.name) for field in values.type}


def codes(texts: pa.DictionaryArray) -> Ints:
    """The code of each entry, -1 where it has no text."""
    return np.asarray(pc.fill_null(texts.indices, -1).to_numpy(), np.int32)


def several(
    texts: pa.DictionaryArray, function: Callable[[str], list[str]], *, least: int = 0
) -> tuple[Longs, pa.DictionaryArray]:
    """The texts that `function` makes of each entry, and the entry of each; of those with fewer
    than `least`, at most 1, a null.
    """
    made = [*(function(text) for text in texts.dictionary.to_pylist()), []]
    counts = np.array([len(found) for found in made], np.int64)
    starts = np.cumsum(counts) - counts
    of = codes(texts)  # -1 is the last, which makes nothing
    at, step = steps(np.maximum(counts, least)[of])
    index = (starts[of[at]] + step).astype(np.int32)
    parts = pa.array([text for found in made for text in found], pa.string())
    return at, pa.DictionaryArray.from_arrays(pa.array(index, mask=counts[of[at]] == 0), parts)
