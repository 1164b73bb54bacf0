"""Keys of records that have no name, contact or number: their further attributes, a part at a time.

The names of these attributes are fixed in the model and dealt out to QUARTERS. A key takes all
quarters but one, or the birth year and two of them: records of one customer meet although some of
their attributes changed, and what a key leaves out can be learnt from the pairs it proposes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.coded import Coded, codes
from tellonce.engine.lists import owners

QUARTERS = 4
PARTS = tuple(
    "".join(map(str, chosen)) for size in (3, 2) for chosen in combinations(range(QUARTERS), size)
)
TELLING = ("names", "organisations", "emails", "phones", "identifiers")
_BETWEEN = "\x1f"


def category_names(records: Coded) -> tuple[str, ...]:
    """The further attributes of the records that have nothing else, by name."""
    entries = records.entries["others"]
    bare = _bare(records)[owners(entries.offsets)]
    name = entries.fields["name"]
    used = np.unique(codes(name)[bare])
    return tuple(sorted(name.dictionary.take(pa.array(used[used >= 0])).to_pylist()))


def part_texts(records: Coded, names: Sequence[str]) -> dict[str, pa.Array]:
    """Of each part the text of each row; null where a row has something else or none of it."""
    rows = records.table.num_rows
    if not names:
        return {part: pa.nulls(rows, pa.string()) for part in PARTS}
    values = [_first(records, name) for name in names]
    bare = pa.array(_bare(records))
    return {part: pc.if_else(bare, _joined(values, part), None) for part in PARTS}


def part_texts_of_row(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, str | None]:
    """The same of one row of COMPARABLE."""
    if any(row[column] for column in TELLING):
        return dict.fromkeys(PARTS)
    said: dict[str, str] = {}
    for other in row["others"] or ():
        if other["name"] is not None and other["value"] is not None:
            said.setdefault(other["name"], other["value"])
    found: dict[str, str | None] = {}
    for part in PARTS:
        taken = [said.get(name, "") for at, name in enumerate(names) if _in(at, part)]
        found[part] = _BETWEEN.join(taken) if any(taken) else None
    return found


def blocked_on(part: str, names: Sequence[str]) -> frozenset[str]:
    """The attributes that a part takes, as comparisons are named: "other:" and the name."""
    return frozenset(f"other:{name}" for at, name in enumerate(names) if _in(at, part))


def _in(at: int, part: str) -> bool:
    return str(at % QUARTERS) in part


def _bare(records: Coded) -> np.ndarray:
    """Rows that have nothing of TELLING."""
    has = [np.diff(records.entries[column].offsets) > 0 for column in TELLING]
    return np.asarray(~np.logical_or.reduce(has))


def _first(records: Coded, name: str) -> pa.Array:
    """The first value of an attribute in each row, "" where there is none."""
    entries = records.entries["others"]
    rows, found = owners(entries.offsets), entries.fields["name"]
    code = pc.index_in(pa.scalar(name), found.dictionary).as_py()
    own = codes(found) == (-2 if code is None else code)
    own &= codes(entries.fields["value"]) >= 0
    row, first = np.unique(rows[own], return_index=True)
    at = np.full(records.table.num_rows, -1, np.int64)
    at[row] = np.flatnonzero(own)[first]
    value = entries.fields["value"].take(pa.array(at, mask=at < 0)).dictionary_decode()
    return pc.fill_null(value, "")


def _joined(values: list[pa.Array], part: str) -> pa.Array:
    taken = [value for at, value in enumerate(values) if _in(at, part)]
    if not taken:
        return pa.nulls(len(values[0]), pa.string())
    said = pc.binary_join_element_wise(*taken, _BETWEEN)
    bare = pc.replace_substring(said, _BETWEEN, "")
    return pc.if_else(pc.equal(bare, ""), None, said)
