"""What is counted over all records before training: rare and common values, shared contacts,
days that stand for "unknown", and attributes worth comparing without knowing their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.coded import ITSELF, Coded, Entries, codes, several
from tellonce.engine.lists import Ints, Longs, owners
from tellonce.engine.model.hashing import hash64
from tellonce.engine.score.comparisons import MAX_OTHERS
from tellonce.engine.score.encode import other_values
from tellonce.engine.score.levels import LIST

LEAST_SEEN = 5  # a value seen less often is not kept in a model
DISCOUNT = 0.7  # of a value seen once, as absolute discounting does (Ney, Essen and Kneser 1994)
SHARED_BY = 4  # different names at one e-mail or phone that make it a shared one
WEAK_DAY = 0.03  # share of birth dates on one calendar day that makes the day a default
LEAST_DATES = 200
WORST_FILLED, MOST_DISTINCT = 0.05, 0.9


def shares(values: pa.DictionaryArray, anchors: Longs) -> tuple[dict[str, float], float]:
    """Share of each value seen with at least LEAST_SEEN anchors, and the share of any other value.

    A value counts once with each anchor (see `_anchors`), so that many records of one customer do
    not make his name a common one.
    """
    own = codes(values)
    total, n = _different(own[own >= 0], anchors[own >= 0], len(values.dictionary))
    often = np.flatnonzero(n >= LEAST_SEEN)
    texts = values.dictionary.take(pa.array(often)).to_pylist()
    found = sorted(zip(texts, (int(count) for count in n[often]), strict=True))
    rare = n[(n > 0) & (n < LEAST_SEEN)]
    usual = max(float(rare.mean()) - DISCOUNT, 1 - DISCOUNT) if len(rare) else 1 - DISCOUNT
    total = max(total, 1)
    return {value: count / total for value, count in found}, usual / total


def _different(own: Ints, others: Longs, count: int) -> tuple[int, Longs]:
    """Distinct pairs of a code and a number below 2^32; how many each of `count` codes is in."""
    pairs = own.astype(np.int64) << 32 | others
    pairs.sort()
    new = np.ones(len(pairs), np.bool_)
    np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
    return int(new.sum()), np.bincount(pairs[new] >> 32, minlength=count)


def _ranked(values: Longs) -> Longs:
    """Small numbers, equal where the values are."""
    order = np.argsort(values)
    new = np.zeros(len(values), np.int64)
    np.not_equal(values[order][1:], values[order][:-1], out=new[1:], casting="unsafe")
    ranks = np.empty(len(values), np.int64)
    ranks[order] = np.cumsum(new)
    return ranks


_BORN, _HOUSE, _CONTACT, _ITSELF = (tag << 60 for tag in range(4))


def _anchors(records: Coded) -> Longs:
    """A number below 2^32 for what stands for the customer behind a record before anything is
    resolved: an attribute that records of one customer mostly share and others mostly do not, else
    the record itself.
    """
    table = records.table
    found = np.arange(table.num_rows) | _ITSELF
    for n, column in enumerate(("emails", "phones")):
        first = _first_of(records, column, ITSELF)
        found = np.where(first >= 0, first << 1 | n | _CONTACT, found)
    house = _house(records)
    found = np.where(house >= 0, house | _HOUSE, found)
    year, month, day = (table[f"birth_{part}"] for part in ("year", "month", "day"))
    known = pc.and_(pc.and_(year.is_valid(), month.is_valid()), day.is_valid()).to_numpy()
    born = [pc.fill_null(part, 0).to_numpy().astype(np.int64) for part in (year, month, day)]
    date = born[0] << 16 | born[1] << 8 | born[2]
    return _ranked(np.where(known, date | _BORN, found))


def _house(records: Coded) -> Longs:
    """Street and number of each first address as one number, -1 where either is missing."""
    street, number = (_first_of(records, "addresses", part) for part in ("street", "number"))
    return np.where((street < 0) | (number < 0), -1, street << 30 | number)


def frequencies(
    records: Coded, others: tuple[str, ...]
) -> tuple[dict[str, Mapping[str, float]], dict[str, float]]:
    """Shares of values per attribute, and the share assumed for a value that is not listed."""
    anchors = _anchors(records)
    entries = records.entries
    organisations = entries["organisations"]
    of, words = several(organisations.fields[ITSELF], lambda name: name.split(" "))
    rows = owners(organisations.offsets)
    columns: dict[str, tuple[Longs, pa.DictionaryArray]] = {
        "given_name": _values(entries["names"], "given"),
        "family_name": _values(entries["names"], "family"),
        "city": _values(entries["addresses"], "city"),
        "postal_code": _values(entries["addresses"], "postal_code"),
        "organisation": (rows, organisations.fields[ITSELF]),
        "word": (rows[of], _distinct(words)),
    }
    all_rows = np.arange(records.table.num_rows)
    for name, values in zip(others, other_values(records.table, others), strict=True):
        columns[f"other:{name}"] = (all_rows, values.dictionary_encode())
    found: dict[str, Mapping[str, float]] = {}
    default: dict[str, float] = {}
    for name, (at, texts) in columns.items():
        found[name], default[name] = shares(texts, anchors[at])
    return found, default


def _values(entries: Entries, field: str) -> tuple[Longs, pa.DictionaryArray]:
    """Row and text of each entry of a field."""
    return owners(entries.offsets), entries.fields[field]


def _distinct(texts: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same with each text once among the codes."""
    once = texts.dictionary.dictionary_encode()
    own = codes(texts)
    index = np.append(codes(once), -1)[own]
    return pa.DictionaryArray.from_arrays(pa.array(index, mask=index < 0), once.dictionary)


def _first_of(records: Coded, column: str, field: str) -> Longs:
    """The code of the first entry of each row, -1 where it has none."""
    entries = records.entries[column]
    own = np.append(codes(entries.fields[field]).astype(np.int64), -1)
    empty = np.diff(entries.offsets) == 0
    return own[np.where(empty, len(own) - 1, entries.offsets[:-1])]


def _heads(records: Coded) -> tuple[Longs, Longs]:
    """Codes, in one space, of the first letters of given and family name of each row."""
    names = records.entries["names"].fields
    both = [pc.utf8_slice_codeunits(names[part].dictionary, 0, 3) for part in ("given", "family")]
    heads = np.append(codes(pa.concat_arrays(both).dictionary_encode()), -1).astype(np.int64)
    given, family = (_first_of(records, "names", part) for part in ("given", "family"))
    return heads[given], heads[np.where(family < 0, -1, family + len(both[0]))]


def _who(records: Coded) -> Longs:
    """A coarse sign of who a record is about, so that typing errors do not count as other people:
    the head of a person's name, in either order, where it is whole; an organisation's house, since
    its name has many forms. -1 where there is none.
    """
    given, family = _heads(records)
    whole = (given >= 0) & (family >= 0)
    person = np.minimum(given, family) << 30 | np.maximum(given, family)
    house, name = _house(records), _first_of(records, "organisations", ITSELF)
    organisation = np.where(house >= 0, house | _HOUSE, np.where(name >= 0, name | _CONTACT, -1))
    named = np.diff(records.entries["names"].offsets) > 0
    return np.where(named, np.where(whole, person, -1), organisation)


def shared_contacts(records: Coded, hash_key: bytes) -> tuple[int, ...]:
    """Hashes of the e-mails and phones that SHARED_BY or more differently named records hold."""
    who = _who(records)
    ranks = _ranked(who)
    found: list[Longs] = []
    for column in ("emails", "phones"):
        rows, texts = _values(records.entries[column], ITSELF)
        named = who[rows] >= 0
        _, counts = _different(codes(texts)[named], ranks[rows][named], len(texts.dictionary))
        many = np.flatnonzero(counts >= SHARED_BY)
        found.append(hash64(texts.dictionary.take(pa.array(many)), hash_key))
    return tuple(sorted(int(value) for value in np.concatenate(found)))


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


def comparable_others(records: Coded) -> tuple[str, ...]:
    """Names of further attributes that are filled and repeat enough to be compared, best first."""
    table = records.table
    counts = pc.value_counts(records.entries["others"].fields["name"].dictionary_decode())
    scored = []
    for entry in counts.to_pylist():
        name, n = entry["values"], entry["counts"]
        values = _said(other_values(table, (name,))[0].drop_null())
        distinct = len(values.unique())
        if n >= WORST_FILLED * table.num_rows and 1 < distinct <= MOST_DISTINCT * len(values):
            scored.append((-n * _bits(values), name))
    return tuple(name for _told, name in sorted(scored)[:MAX_OTHERS])


def _said(values: pa.Array) -> pa.Array:
    """The values; where they are lists, all their elements."""
    if not pc.any(pc.starts_with(values, LIST)).as_py():
        return values
    elements = pc.list_flatten(pc.split_pattern(values, " "))
    return elements.filter(pc.not_equal(elements, LIST))


def _bits(values: pa.Array) -> float:
    """What it says, in bits, that two of the values agree."""
    counts = pc.struct_field(pc.value_counts(values), "counts").to_numpy().astype(np.float64)
    return float(-np.log2(((counts / counts.sum()) ** 2).sum()))
