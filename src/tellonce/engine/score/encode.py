"""COMPARABLE as the arrays the kernels work on: codes into one pool of strings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.coded import ITSELF, Coded, coded, codes, several
from tellonce.engine.lists import flat, joined, owners
from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.hashing import hash64
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.arrays import Bytes, Encoded, Longs
from tellonce.engine.score.comparisons import ADDRESS, FAMILY, GIVEN, ORGANISATION, OTHER
from tellonce.engine.score.kernels import (
    IS_NAMED,
    IS_SHARED,
    UNIT,
    ends_of_phones,
    halves_of_emails,
    letters_of,
    mailboxes_of_names,
)
from tellonce.engine.score.levels import IDF_STEPS, sound
from tellonce.engine.score.lines import KINDS, entries, laid, places, texts_of, with_entries

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
RAREST, MOST_COMMON = 8.0, -4.0  # bounds of the extra weight of a value, bits
ENTITIES = {"person": 1, "organisation": 2}
GENERATIONS = {"jr": 1, "sr": 2, "i": 3, "ii": 4, "iii": 5, "iv": 6}
GENDERS = {"f": 1, "m": 2, "x": 3}


def _pooled(texts: list[pa.DictionaryArray]) -> tuple[list[Ints], pa.Array]:
    """Codes of each array into one pool, -1 for null, and the distinct texts of the pool."""
    every = pa.concat_arrays([of.dictionary.cast(pa.string()) for of in texts])
    pool = every.dictionary_encode()
    places = np.append(codes(pool), -1)  # -1 stays -1
    starts = np.cumsum([0, *(len(of.dictionary) for of in texts)])
    found = []
    for of, start in zip(texts, starts[:-1], strict=True):
        own = codes(of)
        found.append(places[np.where(own < 0, -1, own + start)].astype(np.int32))
    return found, pool.dictionary


def extra_weights(
    own: Ints, values: pa.Array, model: ScoreModel, attribute: str, level: tuple[int, int]
) -> Ints:
    """Term-frequency adjustment of each entry: log2(u of the level / share of its value).

    That an organisation's name is common means that it has many records: it is never held against.
    """
    seen = np.zeros(len(values) + 1, np.bool_)
    seen[own] = True
    distinct = np.flatnonzero(seen[:-1])
    average = model.u[level[0]][level[1]]
    shares = model.frequencies.get(attribute, {})
    default = model.default.get(attribute, average)
    lowest = 0.0 if attribute == "organisation" else MOST_COMMON
    texts = values.take(pa.array(distinct)).to_pylist()
    share = np.array([shares.get(text, default) for text in texts], np.float64)
    bits = np.clip(np.log2(average / share), lowest, RAREST)
    adjusted = np.zeros(len(values) + 1, np.int32)
    adjusted[distinct] = np.rint(bits * UNIT)
    return adjusted[own]


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


def sounds(values: pa.Array, names: list[Ints], spelling: Spelling) -> dict[str, Ints]:
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


def _words(organisations: pa.DictionaryArray) -> tuple[Ints, pa.DictionaryArray]:
    """Distinct words of each organisation name, as offsets and flat words."""
    at, words = several(organisations, lambda name: sorted(set(name.split(" "))))
    offsets = np.zeros(len(organisations) + 1, np.int32)
    np.cumsum(np.bincount(at, minlength=len(organisations)), out=offsets[1:])
    return offsets, words


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


def _is_shared(texts: pa.DictionaryArray, model: ScoreModel, hash_key: bytes) -> Bools:
    if not model.shared or not len(texts.dictionary):
        return np.zeros(len(texts), np.bool_)
    shared = np.isin(hash64(texts.dictionary, hash_key), np.array(model.shared, np.int64))
    return np.append(shared, False)[codes(texts)]


NAME_PARTS = ("given", "middle", "family")
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
    return encode_coded(coded(table), model, spelling, hash_key, unique)


def encode_coded(
    records: Coded,
    model: ScoreModel,
    spelling: Spelling,
    hash_key: bytes,
    unique: frozenset[str] = frozenset(),
) -> tuple[Encoded, pa.Array]:
    """The same of a table whose texts are codes."""
    table = records.table
    offsets, coded_texts = _entries(records)
    others = [column.dictionary_encode() for column in other_values(table, model.others)]
    pooled, values = _pooled([*(coded_texts[name] for name in _CODED), *others])
    in_pool = dict(zip(_CODED, pooled, strict=False))
    columns: dict[str, Any] = {
        **in_pool,
        "other": side_by_side(pooled[len(_CODED) :], table.num_rows),
        "email_at": _at_signs(coded_texts["email"]),
        "email_shared": _is_shared(coded_texts["email"], model, hash_key),
        "phone_shared": _is_shared(coded_texts["phone"], model, hash_key),
    }
    once = {
        **_dates(table, model.weak_days),
        "unique": _sources_without_duplicates(table["source"], unique),
        "gender": _small_codes(table["gender"], GENDERS),
        "suffix": _small_codes(table["suffix"], GENERATIONS),
        "entity": _small_codes(table["entity"], ENTITIES),
    }
    return encoded_from(offsets, columns, once, values, spelling=spelling, model=model), values


def encoded_from(
    offsets: dict[str, Ints],
    columns: dict[str, Any],
    once: dict[str, Any],
    values: pa.Array,
    *,
    spelling: Spelling,
    model: ScoreModel,
) -> Encoded:
    """`Encoded` of columns of codes of `values`: see `lines.laid`. E-mails come with `email_at` and
    `email_shared`, other values as rows x attributes.
    """
    off, pool = pool_of(values)
    columns["email_is"] = IS_SHARED * columns.pop("email_shared") + IS_NAMED * mailboxes_of_names(
        *(off, pool, offsets["email"], columns["email"], columns["email_at"]),
        *(offsets["name"], columns["given"], columns["family"]),
    )
    columns["email_box"], columns["email_domain"] = halves_of_emails(
        off, pool, columns["email"], columns["email_at"]
    )
    columns["phone_size"], columns["phone_front"], columns["phone_back"] = ends_of_phones(
        off, pool, columns["phone"]
    )
    rows, others = columns["other"].shape
    columns["other"] = columns["other"].ravel()
    offsets = {**offsets, "other": np.arange(rows + 1, dtype=np.int32) * others}
    lines, said = laid(offsets, columns, once)
    heard = sounds(values, [columns[part] for part in NAME_PARTS], spelling)
    texts = texts_of(off, letters_of(off, pool), heard["sounds"], heard["variant_off"])
    encoded = Encoded(lines, said, texts, pool, heard["variants"])
    _weigh_rarity(encoded, values, model)
    return encoded


def reweighted(encoded: Encoded, values: pa.Array, model: ScoreModel) -> Encoded:
    """The arrays under a model that differs from theirs in its probabilities alone."""
    own = encoded._replace(said=encoded.said.copy())
    _weigh_rarity(own, values, model)
    return own


def _sources_without_duplicates(sources: pa.ChunkedArray, unique: frozenset[str]) -> Ints:
    found = pc.index_in(joined(sources), value_set=pa.array(sorted(unique), pa.string()))
    return np.array(pc.fill_null(found, -1), np.int32)


def _entries(records: Coded) -> tuple[dict[str, Ints], dict[str, pa.DictionaryArray]]:
    """Offsets of the entries of each row, and their texts, by the columns of `lines.KINDS`."""
    names, addresses, identifiers = (
        records.entries[name] for name in ("names", "addresses", "identifiers")
    )
    offsets = {
        "name": names.offsets,
        "address": addresses.offsets,
        "identifier": identifiers.offsets,
    }
    texts = {part: names.fields[part] for part in NAME_PARTS}
    texts |= {place: addresses.fields[place] for place in PLACES[:-1]}
    texts["postal"] = addresses.fields["postal_code"]
    texts["identifier_kind"] = identifiers.fields["kind"]
    texts["identifier"] = identifiers.fields["value"]
    for name in ("organisation", "email", "phone"):
        found = records.entries[f"{name}s"]
        offsets[name], texts[name] = found.offsets, found.fields[ITSELF]
    offsets["word"], texts["word"] = _words(texts["organisation"])
    return offsets, texts


def pool_of(values: pa.Array) -> tuple[Longs, Bytes]:
    """Offsets and bytes of texts: copies, since a kernel is compiled once more for arrays that may
    not be written to.
    """
    _validity, offsets, data = values.cast(pa.large_string()).buffers()
    off = np.zeros(1, np.int64)
    if len(values):
        off = np.frombuffer(offsets, np.int64)[: len(values) + 1].copy()
    return off, np.frombuffer(data, np.uint8).copy() if data else np.zeros(0, np.uint8)


_RARE = {  # what may be rare: its weight, attribute, comparison and level
    "given": ("given_tf", "given_name", GIVEN, 1),
    "family": ("family_tf", "family_name", FAMILY, 1),
    "organisation": ("organisation_tf", "organisation", ORGANISATION, 1),
    "city": ("city_tf", "city", ADDRESS, 5),
    "postal": ("postal_tf", "postal_code", ADDRESS, 4),
}


def _weigh_rarity(encoded: Encoded, values: pa.Array, model: ScoreModel) -> None:
    """Put in the extra weights of values by how rare they are, and the rarity of words."""
    for kind in ("name", "organisation", "address"):
        place, columns = places(encoded.lines, kind), KINDS[kind].columns
        for n, column in enumerate(columns if len(place) else ()):
            if column in _RARE:
                weight, attribute, comparison, level = _RARE[column]
                own = encoded.said[place + n]
                encoded.said[place + columns.index(weight)] = extra_weights(
                    own, values, model, attribute, (comparison, level)
                )
    said = entries(encoded, "word")["word"]
    if len(said):
        words = values.take(pa.array(said)).to_pylist()
        with_entries(encoded, "word", {"rarity": np.array(rarities(words, model), np.int32)})
    if model.others:
        other = entries(encoded, "other")["other"].reshape(-1, len(model.others))
        found = [
            extra_weights(other[:, i], values, model, f"other:{name}", (OTHER + i, 1))
            for i, name in enumerate(model.others)
        ]
        weights = side_by_side(found, len(other)).ravel()
        with_entries(encoded, "other", {"other_tf": weights})


def side_by_side(columns: list[Ints], rows: int) -> Ints:
    """Columns as rows x columns."""
    if not columns:
        return np.zeros((rows, 0), np.int32)
    return np.ascontiguousarray(np.stack(columns, axis=1))


def _at_signs(emails: pa.DictionaryArray) -> Ints:
    at = pc.find_substring(emails.dictionary, "@")
    length = pc.binary_length(emails.dictionary)
    ends = np.append(pc.if_else(pc.less(at, 0), length, at).to_numpy(), 0)
    return np.asarray(ends[codes(emails)], np.int32)
