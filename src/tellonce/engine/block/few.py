"""KEYS of few records, record by record: what `keys.py` does by columns, without their fixed cost.

It says the same in plain Python, so it is the readable oracle of the other as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa

from tellonce.engine.block.categories import part_texts_of_row
from tellonce.engine.block.features import HEAD, SHORTEST_MAILBOX, _roots, _sound, slips
from tellonce.engine.block.kinds import BY_NAME, KINDS, Kind
from tellonce.engine.model.document import BlockModel
from tellonce.engine.model.hashing import hash64, hash_of_words
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.tables import KEYS

Row = Mapping[str, Any]
Parts = tuple[str | int | None, ...]
Words = tuple[int, ...]
UNORDERED = "sorted"  # the feature whose two parts are taken in either order


@dataclass
class _Record:
    """Per unit: its entries, each the parts of its features; and what a key may be refined by."""

    units: dict[str, list[dict[str, Parts]]]
    words: dict[str, list[dict[str, int | None]]] = field(default_factory=dict)

    def first(self, unit: str, feature: str) -> int:
        """The word of the first entry, 0 where there is none."""
        entries = self.words[unit]
        return (entries[0][feature] or 0) if entries else 0

    def refining(self, name: str) -> int:
        """The word that is joined to a key that is too common."""
        if name == "given":
            return self.first("name", "initial")
        year = self.words["date"][0]["year"]
        place = self.first("address", "postal") or self.first("address", "city")
        return place if name == "place" or year is None else year


def keys_of_few(
    rows: Sequence[Row], model: BlockModel, spelling: Spelling, hash_key: bytes
) -> pa.Table:
    """The KEYS of rows of COMPARABLE, as `keys.keys` makes them of the table."""
    records = [_Record(_units(row, spelling, model.categories)) for row in rows]
    _hash_features(records, hash_key)
    wanted = [BY_NAME[name] for name in model.kinds]
    found = [
        (number, place, words)
        for place, record in enumerate(records)
        for number in wanted
        for words in _crossed(record, KINDS[number], _names(hash_key)[number])
    ]
    keys = _hashed([words for _, _, words in found], hash_key)
    refined, stopped = model.refined_set, model.stopped_set
    common = {
        (number, place, keys[words]): (
            keys[words],
            records[place].refining(KINDS[number].refine),
        )
        for number, place, words in found
        if keys[words] in refined
    }
    again = _hashed(list(common.values()), hash_key)
    named = set()
    for number, place, words in found:
        key = keys[words]
        if key in refined:
            key = again[common[number, place, key]]
        if key not in stopped:
            named.add((number, key, place))
    ordered = sorted(named)
    columns = ([entry[at] for entry in ordered] for at in (2, 0, 1))
    arrays = [pa.array(c, f.type) for c, f in zip(columns, KEYS, strict=True)]
    return pa.Table.from_arrays(arrays, schema=KEYS)


@lru_cache(maxsize=4)
def _names(hash_key: bytes) -> list[int]:
    """The word of each kind's name."""
    found: list[int] = hash64(pa.array([kind.name for kind in KINDS]), hash_key).tolist()
    return found


def _hashed(words: Iterable[Words], hash_key: bytes) -> dict[Words, int]:
    """The hash of each tuple of words."""
    by_size: dict[int, list[Words]] = {}
    for one in dict.fromkeys(words):
        by_size.setdefault(len(one), []).append(one)
    found: dict[Words, int] = {}
    for tuples in by_size.values():
        hashes = hash_of_words(np.array(tuples, np.int64).T, hash_key)  # type: ignore[arg-type]
        found.update(zip(tuples, hashes.tolist(), strict=True))
    return found


def _hash_features(records: Sequence[_Record], hash_key: bytes) -> None:
    """Fill `words` from `units`: each text is hashed once, then features of several parts."""
    entries = [
        (record, unit, entry)
        for record in records
        for unit, of in record.units.items()
        for entry in of
    ]
    parts = [p for _, _, entry in entries for of in entry.values() for p in of]
    texts = list(dict.fromkeys(p for p in parts if isinstance(p, str)))
    hashes = hash64(pa.array(texts, pa.string()), hash_key).tolist()
    word: dict[str, int] = dict(zip(texts, hashes, strict=True))
    several: dict[tuple[int, str], Words] = {}
    for number, (_, _, entry) in enumerate(entries):
        for name, of in entry.items():
            if len(of) > 1 and None not in of:
                found = tuple(word[p] if isinstance(p, str) else int(p or 0) for p in of)
                several[number, name] = tuple(sorted(found)) if name == UNORDERED else found
    hashed = _hashed(several.values(), hash_key)
    for record in records:
        record.words = {unit: [] for unit in record.units}
    for number, (record, unit, entry) in enumerate(entries):
        made: dict[str, int | None] = {}
        for name, of in entry.items():
            if len(of) > 1:
                made[name] = hashed[several[number, name]] if (number, name) in several else None
            else:
                made[name] = word[of[0]] if isinstance(of[0], str) else of[0]
        record.words[unit].append(made)


def _crossed(record: _Record, kind: Kind, name: int) -> Iterator[Words]:
    """The words of each key of a kind: every entry of one unit with every entry of the others."""
    wanted, units = _parts_of(kind)
    for entries in product(*(record.words[unit] for unit in units)):
        of = dict(zip(units, entries, strict=True))
        words = [of[unit][feature] for unit, feature in wanted]
        if None not in words:
            yield (name, *(word for word in words if word is not None))


@lru_cache(maxsize=len(KINDS))
def _parts_of(kind: Kind) -> tuple[list[tuple[str, str]], list[str]]:
    """Unit and feature of each part of a kind of key, and the units, each once."""
    wanted = [(unit, feature) for unit, _, feature in (f.partition(".") for f in kind.features)]
    return wanted, list(dict.fromkeys(unit for unit, _ in wanted))


def _units(
    row: Row, spelling: Spelling, categories: Sequence[str]
) -> dict[str, list[dict[str, Parts]]]:
    """The entries of each unit of a row; one that has several of a feature is there for each."""
    year, low, high = row["birth_year"], *_day(row["birth_month"], row["birth_day"])
    date: dict[str, Parts] = {"day": (year, low, high), "year": (year,), "slip": (low, high)}
    return {
        "identifier": [{"value": (i["kind"], i["value"])} for i in row["identifiers"] or ()],
        "email": [_email(text) for text in row["emails"] or ()],
        "phone": [{"value": (text,)} for text in row["phones"] or ()],
        "name": [entry for name in row["names"] or () for entry in _name(name, spelling)],
        "given": [e for name in row["names"] or () for e in _slipped(name, "given", "family")],
        "family": [e for name in row["names"] or () for e in _slipped(name, "family", "given")],
        "date": [date],
        "address": [_address(address) for address in row["addresses"] or ()],
        "organisation": [
            entry for text in row["organisations"] or () for entry in _organisation(text, spelling)
        ],
        "category": [{p: (t,) for p, t in part_texts_of_row(row, categories).items()}],
        "other": [{"all": (_category(row["others"] or ()),)}],
    }


def _day(month: int | None, day: int | None) -> tuple[int | None, int | None]:
    if month is None or day is None:
        return None, None
    return min(month, day), max(month, day)


def _start(text: str | None, characters: int) -> str | None:
    return None if text is None else text[:characters]


def _email(text: str | None) -> dict[str, Parts]:
    mailbox = None if text is None else text.split("@")[0]
    long = mailbox if mailbox and len(mailbox.encode()) >= SHORTEST_MAILBOX else None
    return {
        "value": (text,),
        "mailbox": (long,),
        "mailbox_head": (_start(mailbox or None, 3),),
        "head": (_start(long, 6),),
    }


def _name(name: Row, spelling: Spelling) -> Iterator[dict[str, Parts]]:
    given, family = name["given"], name["family"]
    given_sound, sound = (_sound(spelling)(n) or None if n else None for n in (given, family))
    features: dict[str, Parts] = {
        "family_sound": (sound,),
        "initial": (_start(given, 1),),
        "family_initial": (_start(family, 1),),
        "family_head": (_start(family, 3),),
        "family_tail": (family[-HEAD:] if family and len(family) > HEAD else None,),
        "head": (_start(given, 2), _start(family, HEAD - 1)),
        UNORDERED: (given_sound, sound),
    }
    roots: list[str | None] = [*_roots(spelling)(given)] if given else []
    for root in roots or [None]:
        yield {**features, "root": (root,)}


def _slipped(name: Row, part: str, other: str) -> Iterator[dict[str, Parts]]:
    found: list[str | None] = [*slips(name[part])] if name[part] else []
    for slip in found or [None]:
        yield {"other_initial": (_start(name[other], 1),), "slip": (slip,)}


def _address(address: Row) -> dict[str, Parts]:
    street, number = address["street"], address["number"]
    skeleton = max(street.split(" "), key=lambda t: (len(t), t))[:6] or None if street else None
    return {
        "house": (skeleton, number),
        "street": (skeleton,),
        "number": (number,),
        "city": (address["city"],),
        "postal": (address["postal_code"],),
    }


def _organisation(text: str | None, spelling: Spelling) -> Iterator[dict[str, Parts]]:
    tokens = set(text.split(" ")) if text else set()
    sound = " ".join(sorted(spelling.phonetic(token) or token for token in tokens))
    long = sorted(token for token in tokens if len(token) > 2)
    words: list[str | None] = [spelling.phonetic(token) or token for token in long]
    for word in words or [None]:
        yield {"sound": (sound or None,), "word": (word,)}


def _category(others: Sequence[Row]) -> str | None:
    pairs = ((other["name"], other["value"]) for other in others)
    texts = ["" if None in pair else f"{pair[0]}={pair[1]}" for pair in pairs]
    return "\x1f".join(texts) or None
