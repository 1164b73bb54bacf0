"""COMPARABLE as codes: each distinct text once, for the stages that work on codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.lists import Ints, flat
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
    """A COMPARABLE table and the entries of each of its list columns."""

    table: pa.Table
    entries: dict[str, Entries]


def coded(comparable: pa.Table, threads: int = 1) -> Coded:
    """A COMPARABLE table with its texts as codes, made by so many threads."""
    table = check(comparable, COMPARABLE, "COMPARABLE")
    lists = [field.name for field in COMPARABLE if pa.types.is_list(field.type)]
    found: dict[str, Entries] = {}
    jobs = []
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        for name in lists:
            offsets, values = flat(table[name])
            found[name] = Entries(offsets, {})
            for field, texts in _fields(values).items():
                jobs.append((name, field, pool.submit(partial(pc.dictionary_encode, texts))))
    for name, field, job in jobs:
        found[name].fields[field] = job.result()
    return Coded(table, found)


def _fields(values: pa.Array) -> dict[str, pa.Array]:
    if not pa.types.is_struct(values.type):
        return {ITSELF: values}
    return {field.name: pc.struct_field(values, field.name) for field in values.type}
