"""The names that the records of customers state, whichever of them survived, and the forms in which
they are searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.standardise.text import fold

_WIDTH = 100
_PARTS = 4
StatedName = tuple[str, str]
"""Family and given name, either of them may be ""."""


def stated_names(records: pa.Table, clusters: Sequence[int]) -> dict[int, frozenset[StatedName]]:
    """Cluster -> the names that its records state, former ones included; of a record without the
    name of a person, those of its organisations, as family names.

    `records` is RECORDS, and `clusters` says of each row of it where it belongs.
    """
    found: dict[int, set[StatedName]] = {}
    persons = set()
    names = _flat(records, "names")
    parts = (
        pc.struct_field(names.values, part).to_pylist() for part in ("family", "given", "full")
    )
    for row, family, given, full in zip(names.rows, *parts, strict=True):
        if family or given or full:
            persons.add(row)
            name = (family or "", given or "") if family or given else (full, "")
            found.setdefault(clusters[row], set()).add(name)
    organisations = _flat(records, "organisations")
    for row, organisation in zip(organisations.rows, organisations.values.to_pylist(), strict=True):
        if organisation and row not in persons:
            found.setdefault(clusters[row], set()).add((organisation, ""))
    return {cluster: frozenset(names) for cluster, names in found.items()}


class _Flat(NamedTuple):
    """The values of a column of lists, and the row of each."""

    rows: list[int]
    values: pa.Array


def _flat(records: pa.Table, name: str) -> _Flat:
    column = records.column(name).combine_chunks()
    lists = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    return _Flat(pc.list_parent_indices(lists).to_pylist(), pc.list_flatten(lists))


def names_of(
    stated: dict[int, frozenset[StatedName]], clusters: Iterable[int]
) -> list[frozenset[StatedName]]:
    """The names of each of some clusters, in order."""
    return [stated.get(cluster, frozenset()) for cluster in clusters]


def search_form(name: str) -> str:
    """A name as it is searched: plain letters, words apart (Żółć-O'Hara -> zolc ohara)."""
    return fold(name)[:_WIDTH]


def other_forms(golden: StatedName, stated: Iterable[StatedName]) -> frozenset[StatedName]:
    """What a customer is found by that no search by the golden name finds, all in search form:
    other names, and names that begin with a later word of a family or a given name.
    """
    names = {golden, *((search_form(family), search_form(given)) for family, given in stated)}
    every = {form for name in names for form in _forms(*name)}
    return frozenset(
        (family, given)
        for family, given in every
        if not (golden[0].startswith(family) and golden[1].startswith(given))
    )


def _forms(family: str, given: str) -> Iterator[StatedName]:
    yield family, given
    yield from ((rest, given) for rest in _behind(family))
    yield from ((family, rest) for rest in _behind(given))


def _behind(name: str) -> Iterator[str]:
    words = name.split()
    return (" ".join(words[at:]) for at in range(1, min(len(words), _PARTS)))
