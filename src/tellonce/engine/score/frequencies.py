"""What is counted over all records before training: rare and common values, shared contacts,
days that stand for "unknown", and attributes worth comparing without knowing their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.lists import flat, joined, owners
from tellonce.engine.model.hashing import hash64
from tellonce.engine.score.comparisons import MAX_OTHERS
from tellonce.engine.score.encode import other_values

LEAST_SEEN = 5  # a value seen less often is not kept in a model
DISCOUNT = 0.7  # of a value seen once, as absolute discounting does (Ney, Essen and Kneser 1994)
SHARED_BY = 4  # different names at one e-mail or phone that make it a shared one
WEAK_DAY = 0.03  # share of birth dates on one calendar day that makes the day a default
LEAST_DATES = 200
WORST_FILLED, MOST_DISTINCT = 0.05, 0.9


def shares(values: pa.Array, anchors: pa.Array) -> tuple[dict[str, float], float]:
    """Share of each value seen with at least LEAST_SEEN anchors, and the share of any other value.

    A value counts once with each anchor (see `_anchors`), so that many records of one customer do
    not make his name a common one.
    """
    pairs = pa.table({"value": values, "anchor": anchors}).filter(pc.is_valid(values))
    seen = pairs.group_by(["value", "anchor"]).aggregate([])
    total = max(seen.num_rows, 1)
    counts = seen.group_by("value").aggregate([("anchor", "count")])
    n = counts["anchor_count"].to_numpy()
    often = counts.filter(pa.array(n >= LEAST_SEEN)).sort_by("value")
    found = zip(often["value"].to_pylist(), often["anchor_count"].to_pylist(), strict=True)
    rare = n[n < LEAST_SEEN]
    usual = max(float(rare.mean()) - DISCOUNT, 1 - DISCOUNT) if len(rare) else 1 - DISCOUNT
    return {value: count / total for value, count in found}, usual / total


def _anchors(table: pa.Table) -> pa.Array:
    """What stands for the customer behind a record before anything is resolved: an attribute that
    records of one customer mostly share and others mostly do not, else the record itself.
    """
    parts = [pc.cast(table[f"birth_{part}"], pa.string()) for part in ("year", "month", "day")]
    born = pc.binary_join_element_wise(*(joined(part) for part in parts), "-")
    rows = pa.array(np.arange(table.num_rows)).cast(pa.string())
    contacts = [_first_of(*flat(table[column])) for column in ("phones", "emails")]
    return pc.coalesce(born, _house(table), *contacts, rows)


def _house(table: pa.Table) -> pa.Array:
    """Street and number of each record's first address, null where either is missing."""
    offsets, addresses = flat(table["addresses"])
    parts = [_first_of(offsets, pc.struct_field(addresses, part)) for part in ("street", "number")]
    return pc.binary_join_element_wise(*parts, " ")


def _values(table: pa.Table, column: str, field: str = "") -> tuple[pa.Array, pa.Array]:
    """Row and value of each entry of a list column, of a field of it where one is named."""
    offsets, entries = flat(table[column])
    rows = pa.array(owners(offsets))
    return rows, pc.struct_field(entries, field) if field else entries


def frequencies(
    table: pa.Table, others: tuple[str, ...]
) -> tuple[dict[str, Mapping[str, float]], dict[str, float]]:
    """Shares of values per attribute, and the share assumed for a value that is not listed."""
    anchors = _anchors(table)
    all_rows = pa.array(np.arange(table.num_rows))
    columns = {
        "given_name": _values(table, "names", "given"),
        "family_name": _values(table, "names", "family"),
        "city": _values(table, "addresses", "city"),
        "postal_code": _values(table, "addresses", "postal_code"),
        "organisation": _values(table, "organisations"),
        "word": _words(*_values(table, "organisations")),
    }
    for name, values in zip(others, other_values(table, others), strict=True):
        columns[f"other:{name}"] = (all_rows, values)
    found: dict[str, Mapping[str, float]] = {}
    default: dict[str, float] = {}
    for name, (rows, values) in columns.items():
        found[name], default[name] = shares(values, anchors.take(rows))
    return found, default


def _words(rows: pa.Array, names: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Row and word of each word of the organisation names."""
    words = pc.split_pattern(names, " ")
    return rows.take(pc.list_parent_indices(words)), pc.list_flatten(words)


def _first_of(offsets: npt.NDArray[np.int32], values: pa.Array) -> pa.Array:
    """The first entry of each row, null where it has none."""
    empty = np.diff(offsets) == 0
    return values.take(pa.array(np.where(empty, 0, offsets[:-1]), mask=empty))


def _who(table: pa.Table) -> pa.Array:
    """A coarse sign of who a record is about, so that typing errors do not count as other people:
    the head of a person's name, in either order, where it is whole; an organisation's house, since
    its name has many forms.
    """
    offsets, names = flat(table["names"])
    given, family = (
        pc.utf8_slice_codeunits(_first_of(offsets, pc.struct_field(names, part)), 0, 3)
        for part in ("given", "family")
    )
    either_way = (
        f(given, family, skip_nulls=False) for f in (pc.min_element_wise, pc.max_element_wise)
    )
    person = pc.binary_join_element_wise(*either_way, " ")
    organisation = pc.coalesce(_house(table), _first_of(*flat(table["organisations"])))
    return pc.if_else(pa.array(np.diff(offsets) > 0), person, organisation)


def shared_contacts(table: pa.Table, hash_key: bytes) -> tuple[int, ...]:
    """Hashes of the e-mails and phones that SHARED_BY or more differently named records hold."""
    who = _who(table)
    found: list[npt.NDArray[np.int64]] = []
    for column in ("emails", "phones"):
        offsets, values = flat(table[column])
        pairs = pa.table({"value": values, "who": who.take(pa.array(owners(offsets)))})
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
    names = _values(table, "others", "name")[1]
    counts = pc.value_counts(names)
    scored = []
    for entry in counts.to_pylist():
        name, n = entry["values"], entry["counts"]
        values = other_values(table, (name,))[0].drop_null()
        distinct = len(values.unique())
        if n >= WORST_FILLED * table.num_rows and 1 < distinct <= MOST_DISTINCT * len(values):
            scored.append((-n, name))
    return tuple(name for _n, name in sorted(scored)[:MAX_OTHERS])
