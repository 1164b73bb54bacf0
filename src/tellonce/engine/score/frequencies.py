"""What is counted over all records before training: rare and common values, shared contacts,
days that stand for "unknown", and attributes worth comparing without knowing their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.model.hashing import hash64
from tellonce.engine.score.comparisons import MAX_OTHERS
from tellonce.engine.score.encode import flat, joined, other_values

LEAST_SEEN = 5  # a value seen less often is not kept in a model
DISCOUNT = 0.7  # of a value seen once, as absolute discounting does (Ney, Essen and Kneser 1994)
SHARED_BY = 4  # different names at one e-mail or phone that make it a shared one
WEAK_DAY = 0.03  # share of birth dates on one calendar day that makes the day a default
LEAST_DATES = 200
WORST_FILLED, MOST_DISTINCT = 0.05, 0.9


def shares(values: pa.Array) -> tuple[dict[str, float], float]:
    """Share of all values of each one seen at least LEAST_SEEN times, and the share of others."""
    counts = pc.value_counts(values.drop_null())
    total = max(len(values) - values.null_count, 1)
    if not len(counts):
        return {}, 1.0 / total
    found = dict(zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True))
    often = {value: n / total for value, n in sorted(found.items()) if n >= LEAST_SEEN}
    rare = [n for n in found.values() if n < LEAST_SEEN]
    seen = max(float(np.mean(rare)) - DISCOUNT, 1 - DISCOUNT) if rare else 1 - DISCOUNT
    return often, seen / total


def _structs(table: pa.Table, column: str, field: str) -> pa.Array:
    return joined(pc.struct_field(flat(table[column])[1], field))


def frequencies(
    table: pa.Table, others: tuple[str, ...]
) -> tuple[dict[str, Mapping[str, float]], dict[str, float]]:
    """Shares of values per attribute, and the share assumed for a value that is not listed."""
    organisations = flat(table["organisations"])[1]
    words = pa.array([w for name in organisations.to_pylist() for w in set(name.split(" "))])
    columns = {
        "given_name": _structs(table, "names", "given"),
        "family_name": _structs(table, "names", "family"),
        "city": _structs(table, "addresses", "city"),
        "postal_code": _structs(table, "addresses", "postal_code"),
        "organisation": organisations,
        "word": words.cast(pa.string()),
    }
    for name, values in zip(others, other_values(table, others), strict=True):
        columns[f"other:{name}"] = values
    found: dict[str, Mapping[str, float]] = {}
    default: dict[str, float] = {}
    for name, values in columns.items():
        found[name], default[name] = shares(values)
    if len(organisations):  # a word's share is of organisations, not of words
        scale = len(words) / len(organisations)
        found["word"] = {w: min(share * scale, 1.0) for w, share in found["word"].items()}
        default["word"] = min(default["word"] * scale, 1.0)
    return found, default


def _first_of(offsets: npt.NDArray[np.int32], values: pa.Array) -> pa.Array:
    """The first entry of each row, null where it has none."""
    empty = np.diff(offsets) == 0
    return values.take(pa.array(np.where(empty, 0, offsets[:-1]), mask=empty))


def _who(table: pa.Table) -> pa.Array:
    """A coarse name of each record, so that typing errors do not count as other people."""
    offsets, names = flat(table["names"])
    parts = [
        pc.fill_null(
            pc.utf8_slice_codeunits(_first_of(offsets, joined(pc.struct_field(names, p))), 0, 3), ""
        )
        for p in ("given", "family")
    ]
    person = pc.binary_join_element_wise(*parts, "\x1f")
    named = pa.array(np.diff(offsets) > 0)
    return pc.if_else(named, person, _first_of(*flat(table["organisations"])))


def shared_contacts(table: pa.Table, hash_key: bytes) -> tuple[int, ...]:
    """Hashes of the e-mails and phones that SHARED_BY or more differently named records hold."""
    who = _who(table)
    found: list[npt.NDArray[np.int64]] = []
    for column in ("emails", "phones"):
        offsets, values = flat(table[column])
        owner = np.repeat(np.arange(table.num_rows), np.diff(offsets))
        pairs = pa.table({"value": values, "who": who.take(pa.array(owner))})
        named = pairs.filter(pc.is_valid(pairs["who"])).group_by(["value", "who"]).aggregate([])
        counts = named.group_by("value").aggregate([("who", "count")])
        many = counts.filter(pc.greater_equal(counts["who_count"], SHARED_BY))
        if many.num_rows:
            found.append(hash64(many["value"].combine_chunks(), hash_key))
    return tuple(sorted(int(v) for v in np.concatenate(found))) if found else ()


def weak_days(table: pa.Table) -> tuple[tuple[int, int], ...]:
    """Calendar days that so many are born on that they must stand for an unknown day."""
    dates = table.select(["birth_month", "birth_day"]).drop_null()
    if dates.num_rows < LEAST_DATES:
        return ()
    counts = dates.group_by(["birth_month", "birth_day"]).aggregate([([], "count_all")])
    often = counts.filter(pc.greater(counts["count_all"], WEAK_DAY * dates.num_rows))
    return tuple(
        sorted(zip(often["birth_month"].to_pylist(), often["birth_day"].to_pylist(), strict=True))
    )


def comparable_others(table: pa.Table) -> tuple[str, ...]:
    """Names of further attributes that are filled and repeat enough to be compared, best first."""
    names = _structs(table, "others", "name")
    counts = pc.value_counts(names)
    scored = []
    for entry in counts.to_pylist():
        name, n = entry["values"], entry["counts"]
        values = other_values(table, (name,))[0].drop_null()
        distinct = len(values.unique())
        if n >= WORST_FILLED * table.num_rows and 1 < distinct <= MOST_DISTINCT * len(values):
            scored.append((-n, name))
    return tuple(name for _n, name in sorted(scored)[:MAX_OTHERS])
