"""Which pairs must, or must not, be one customer, whatever their weight."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.cluster.components import Components
from tellonce.engine.cluster.split import Constraints, inner_pairs
from tellonce.engine.lists import flat, owners

Longs = npt.NDArray[np.int64]
# A person has one number of each of these for life, and a check digit vouches for what is written.
FOR_LIFE = frozenset({"pesel", "cpr", "bsn", "hetu", "personnummer", "cnp", "egn", "rodne_cislo"})


def decided(decisions: pa.Table) -> Constraints:
    """The newest decision of each pair: later rows of DECISIONS win."""
    left, right = (decisions[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    low, high = np.minimum(left, right), np.maximum(left, right)
    verdict = np.array(decisions["verdict"].to_pylist(), dtype=object)
    newest = {(int(a), int(b)): v for a, b, v in zip(low, high, verdict, strict=True)}
    same = sorted(pair for pair, v in newest.items() if v == "same")
    different = sorted(pair for pair, v in newest.items() if v == "different")
    return Constraints(*_columns(same), *_columns(different))


def _columns(pairs: list[tuple[int, int]]) -> tuple[Longs, Longs]:
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def conflicts(records: pa.Table, found: Components, unique_sources: frozenset[str]) -> Constraints:
    """Pairs inside components that cannot be one customer: two records of a source without
    duplicates, or two different valid numbers of a kind that a person has one of for life.
    """
    component, left, right = inner_pairs(found, 2)
    a, b = found.members[found.off[component] + left], found.members[found.off[component] + right]
    source = records["source"].combine_chunks().dictionary_encode()
    codes = source.indices.to_numpy()
    named = source.dictionary.to_pylist()
    unique = np.array([name in unique_sources for name in named], np.bool_)
    clash = (codes[a] == codes[b]) & unique[codes[a]] if len(named) else np.zeros(0, np.bool_)
    for numbers in _numbers_for_life(records):
        clash |= (numbers[a] >= 0) & (numbers[b] >= 0) & (numbers[a] != numbers[b])
    none = np.zeros(0, np.int64)
    return Constraints(none, none, a[clash], b[clash])


def _numbers_for_life(records: pa.Table) -> list[Longs]:
    """Per kind: a code of each row's valid number, -1 where it has none or several."""
    offsets, entries = flat(records["identifiers"])
    table = pa.table(
        {
            "row": owners(offsets),
            "kind": pc.struct_field(entries, "kind"),
            "value": pc.struct_field(entries, "value"),
            "valid": pc.fill_null(pc.struct_field(entries, "valid"), False),
        }
    )
    table = table.filter(table["valid"])
    found = []
    for kind in sorted(FOR_LIFE & set(table["kind"].unique().to_pylist())):
        part = table.filter(pc.equal(table["kind"], kind))
        rows = part["row"].to_numpy()
        values = part["value"].combine_chunks().dictionary_encode().indices.to_numpy()
        codes = np.full(records.num_rows, -1, np.int64)
        codes[rows] = values
        several = np.bincount(rows, minlength=records.num_rows) > 1
        codes[several] = -1
        found.append(codes)
    return found


def together(*parts: Constraints) -> Constraints:
    """All constraints of the parts."""
    columns = ("same_left", "same_right", "different_left", "different_right")
    return Constraints(*(np.concatenate([getattr(p, c) for p in parts]) for c in columns))
