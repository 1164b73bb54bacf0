"""COMPARABLE as the arrays the kernels work on: codes into one pool of strings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.lists import flat, joined, owners
from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.hashing import hash64
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.arrays import Encoded
from tellonce.engine.score.comparisons import ADDRESS, FAMILY, GIVEN, ORGANISATION, OTHER
from tellonce.engine.score.kernels import UNIT, mailboxes_of_names
from tellonce.engine.score.levels import IDF_STEPS, sound

Ints = npt.NDArray[np.int32]
RAREST, MOST_COMMON = 8.0, -4.0  # bounds of the extra weight of a value, bits
ENTITIES = {"person": 1, "organisation": 2}
GENERATIONS = {"jr": 1, "sr": 2, "i": 3, "ii": 4, "iii": 5, "iv": 6}
GENDERS = {"f": 1, "m": 2, "x": 3}


class _Pool:
    """Collects string arrays and gives them codes into one pool."""

    def __init__(self) -> None:
        self.arrays: list[pa.Array] = []

    def add(self, strings: pa.Array) -> int:
        self.arrays.append(strings.cast(pa.string()))
        return len(self.arrays) - 1

    def close(self) -> tuple[list[Ints], pa.Array]:
        """Codes of each array added, -1 for null, and the distinct strings."""
        if not self.arrays:
            return [], pa.array([], pa.string())
        encoded = pa.concat_arrays(self.arrays).dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int32)
        ends = np.cumsum([len(a) for a in self.arrays])
        return [np.ascontiguousarray(c) for c in np.split(codes, ends[:-1])], encoded.dictionary


def extra_weights(
    codes: Ints, values: pa.Array, model: ScoreModel, attribute: str, level: tuple[int, int]
) -> Ints:
    """Term-frequency adjustment of each entry: log2(u of the level / share of its value).

    That an organisation's name is common means that it has many records: it is never held against.
    """
    distinct = np.unique(codes)
    distinct = distinct[distinct >= 0]
    adjusted = np.zeros(len(values) + 1, np.int32)
    average = model.u[level[0]][level[1]]
    shares = model.frequencies.get(attribute, {})
    default = model.default.get(attribute, average)
    lowest = 0.0 if attribute == "organisation" else MOST_COMMON
    for code, value in zip(distinct, values.take(pa.array(distinct)).to_pylist(), strict=True):
        bits = math.log2(average / shares.get(value, default))
        adjusted[code] = round(min(max(bits, lowest), RAREST) * UNIT)
    return adjusted[codes]


def _small_codes(column: pa.ChunkedArray, codes: dict[str, int]) -> npt.NDArray[np.int8]:
    found = pc.index_in(column, value_set=pa.array(list(codes)))
    return np.asarray(pc.fill_null(joined(found), -1).to_numpy() + 1, np.int8)


def _numbers(column: pa.ChunkedArray, kind: Any) -> Any:
    return np.ascontiguousarray(joined(pc.fill_null(column, 0)).to_numpy(), dtype=kind).copy()


def _dates(table: pa.Table, weak_days: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    year = _numbers(table["birth_year"], np.int16)
    month, day = (_numbers(table[f"birth_{part}"], np.int8) for part in ("month", "day"))
    for weak_month, weak_day in weak_days:
        weak = (month == weak_month) & (day == weak_day)
        month[weak], day[weak] = 0, 0
    return {"year": year, "month": month, "day": day}


def _sounds(values: pa.Array, names: list[Ints], spelling: Spelling) -> dict[str, Ints]:
    """Per code of a name part: id of its sound, and its variant groups as offsets and values."""
    count = int(max((codes.max(initial=-1) for codes in names), default=-1)) + 1
    ids: dict[str, int] = {}
    sounds = np.full(count, -1, np.int32)
    groups: list[int] = []
    offsets = np.zeros(count + 1, np.int32)
    for code, value in enumerate(values.slice(0, count).to_pylist()):
        if code_of := sound(value, spelling):
            sounds[code] = ids.setdefault(code_of, len(ids))
        groups.extend(spelling.variants(value))
        offsets[code + 1] = len(groups)
    return {"sounds": sounds, "variant_off": offsets, "variants": np.array(groups, np.int32)}


def _words(organisations: pa.Array) -> tuple[Ints, pa.Array]:
    """Distinct words of each organisation name, as offsets and a flat array of words."""
    encoded = organisations.dictionary_encode()
    split = [sorted(set(name.split(" "))) for name in encoded.dictionary.to_pylist()]
    lists = pa.array(split, pa.list_(pa.string())).take(encoded.indices)
    return flat(pa.chunked_array([lists]))


def rarities(words: list[str], model: ScoreModel) -> list[int]:
    """Rarity of each word in sixteenths of a bit: -log2 of its share of organisations."""
    shares = model.frequencies.get("word", {})
    default = model.default.get("word", 2.0**-8)
    return [round(-math.log2(shares.get(word, default)) * IDF_STEPS) for word in words]


def other_values(table: pa.Table, names: tuple[str, ...]) -> list[pa.Array]:
    """Per attribute compared generically: its first value in each row, null where there is none."""
    offsets, others = flat(table["others"])
    rows = owners(offsets)
    columns = []
    for name in names:
        here = pc.fill_null(pc.equal(pc.struct_field(others, "name"), name), False).to_numpy(False)
        found, first = np.unique(rows[here], return_index=True)
        at = np.full(table.num_rows, -1, np.int64)
        at[found] = np.flatnonzero(here)[first]
        index = pa.array(at, mask=at < 0)
        columns.append(pc.struct_field(others, "value").take(index))
    return columns


def _is_shared(values: pa.Array, model: ScoreModel, hash_key: bytes) -> npt.NDArray[np.bool_]:
    if not model.shared or not len(values):
        return np.zeros(len(values), np.bool_)
    return np.isin(hash64(values, hash_key), np.array(model.shared, np.int64))


PLACES = ("street", "number", "unit", "city", "region", "postal_code")
_CODED = (  # the entries whose strings get codes, in the order they enter the pool
    *("given", "middle", "family", "organisation", "word", "email", "phone"),
    *("identifier_kind", "identifier", "street", "number", "unit", "city", "region", "postal"),
)


def encode(
    table: pa.Table,
    model: ScoreModel,
    spelling: Spelling,
    hash_key: bytes,
    unique: frozenset[str] = frozenset(),
) -> tuple[Encoded, pa.Array]:
    """Arrays of a COMPARABLE table under a model, and the strings its codes stand for.

    `unique` names the sources without duplicates of their own.
    """
    offsets, entries = _entries(table)
    pool = _Pool()
    for column in (*(entries[name] for name in _CODED), *other_values(table, model.others)):
        pool.add(column)
    codes, values = pool.close()
    coded = dict(zip(_CODED, codes, strict=False))
    arrays: dict[str, Any] = {
        **offsets,
        **_dates(table, model.weak_days),
        **coded,
        **_pool_arrays(values),
        **_sounds(values, [coded[part] for part in ("given", "middle", "family")], spelling),
        **_rarity_weights(coded, values, model),
        **_others(codes[len(_CODED) :], values, model, table.num_rows),
    }
    email_at = _at_signs(entries["email"])
    encoded = Encoded(
        **arrays,
        email_named=mailboxes_of_names(
            *(arrays[name] for name in ("pool_off", "pool", "email_off", "email")),
            email_at,
            *(arrays[name] for name in ("name_off", "given", "family")),
        ),
        unique=_sources_without_duplicates(table["source"], unique),
        gender=_small_codes(table["gender"], GENDERS),
        suffix=_small_codes(table["suffix"], GENERATIONS),
        entity=_small_codes(table["entity"], ENTITIES),
        present=_present(offsets, table.num_rows, len(model.others)),
        email_at=email_at,
        email_shared=_is_shared(entries["email"], model, hash_key),
        phone_shared=_is_shared(entries["phone"], model, hash_key),
    )
    return encoded, values


def _sources_without_duplicates(sources: pa.ChunkedArray, unique: frozenset[str]) -> Ints:
    found = pc.index_in(joined(sources), value_set=pa.array(sorted(unique), pa.string()))
    return np.asarray(pc.fill_null(found, -1), np.int32)


def _entries(table: pa.Table) -> tuple[dict[str, Ints], dict[str, pa.Array]]:
    """Offsets of the entries of each row, and their strings, by the names of `Encoded`."""
    offsets: dict[str, Ints] = {}
    entries: dict[str, pa.Array] = {}
    offsets["name_off"], parts = _structs(table["names"], ("given", "middle", "family"))
    entries.update(zip(("given", "middle", "family"), parts, strict=True))
    offsets["address_off"], parts = _structs(table["addresses"], PLACES)
    entries.update(zip((*PLACES[:-1], "postal"), parts, strict=True))
    offsets["identifier_off"], parts = _structs(table["identifiers"], ("kind", "value"))
    entries.update(zip(("identifier_kind", "identifier"), parts, strict=True))
    for name in ("organisation", "email", "phone"):
        offsets[f"{name}_off"], entries[name] = flat(table[f"{name}s"])
    offsets["word_off"], entries["word"] = _words(entries["organisation"])
    return offsets, entries


def _pool_arrays(values: pa.Array) -> dict[str, Any]:
    _validity, offsets, data = values.cast(pa.large_string()).buffers()
    return {
        "pool_off": np.frombuffer(offsets, np.int64)[: len(values) + 1]
        if len(values)
        else np.zeros(1, np.int64),
        "pool": np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8),
    }


def _rarity_weights(coded: dict[str, Ints], values: pa.Array, model: ScoreModel) -> dict[str, Ints]:
    """Extra weights of values by how rare they are, and the rarity of words."""

    def extra(entry: str, attribute: str, comparison: int, level: int) -> Ints:
        return extra_weights(coded[entry], values, model, attribute, (comparison, level))

    words = values.take(pa.array(coded["word"])).to_pylist()
    return {
        "given_tf": extra("given", "given_name", GIVEN, 1),
        "family_tf": extra("family", "family_name", FAMILY, 1),
        "organisation_tf": extra("organisation", "organisation", ORGANISATION, 1),
        "city_tf": extra("city", "city", ADDRESS, 5),
        "postal_tf": extra("postal", "postal_code", ADDRESS, 4),
        "rarity": np.array(rarities(words, model), np.int32),
    }


def _others(codes: list[Ints], values: pa.Array, model: ScoreModel, rows: int) -> dict[str, Ints]:
    """Codes and extra weights of the attributes compared generically, rows x attributes."""
    if not codes:
        return {name: np.zeros((rows, 0), np.int32) for name in ("other", "other_tf")}
    extra = [
        extra_weights(column, values, model, f"other:{name}", (OTHER + i, 1))
        for i, (name, column) in enumerate(zip(model.others, codes, strict=True))
    ]
    return {
        "other": np.ascontiguousarray(np.stack(codes, axis=1)),
        "other_tf": np.ascontiguousarray(np.stack(extra, axis=1)),
    }


def _present(offsets: dict[str, Ints], rows: int, others: int) -> Ints:
    """What each row has to compare, as the bits `Encoded.present` names."""
    bits = np.full(rows, 8 if others else 0, np.int32)
    for bit, entry in ((1, "name_off"), (2, "organisation_off"), (4, "address_off")):
        bits |= np.where(np.diff(offsets[entry]) > 0, bit, 0).astype(np.int32)
    return bits


def _at_signs(emails: pa.Array) -> Ints:
    at = pc.find_substring(emails, "@")
    length = pc.binary_length(emails)
    return np.asarray(pc.fill_null(pc.if_else(pc.less(at, 0), length, at), 0), np.int32)


def _structs(column: pa.ChunkedArray, fields: tuple[str, ...]) -> tuple[Ints, list[pa.Array]]:
    """Offsets of a list-of-struct column and its fields as flat arrays."""
    offsets, structs = flat(column)
    return offsets, [pc.struct_field(structs, name) for name in fields]
