"""Features of records that blocking keys are made of, one unit (name, date, ...) at a time.

A feature is computed once per distinct text and hashed there; entries then take the hash by code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.block.categories import part_texts
from tellonce.engine.coded import ITSELF, Coded, Entries, several
from tellonce.engine.lists import owners
from tellonce.engine.model.hashing import hash64, hash_of_words
from tellonce.engine.model.spelling import Spelling

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = tuple[Longs, Bools]  # a 64-bit word for each entry, and whether it has one
Texts = Callable[[pa.Array], pa.Array]
HEAD = 4  # characters of a name's head
SHORTEST_MAILBOX = 5
SHORTEST_SLIPPED = 4


@dataclass(frozen=True)
class Feature:
    """What entries say: texts as a DictionaryArray or whole numbers, in one part or several that
    are taken together; `unordered` parts are taken in either order.
    """

    parts: tuple[pa.Array, ...]
    unordered: bool = False

    def words(self, hash_key: bytes) -> Words:
        """One word for each entry: a number itself, the hash of a text, the hash of the parts."""
        found = [_words_of(part, hash_key) for part in self.parts]
        filled = np.logical_and.reduce([there for _, there in found])
        words = [word for word, _ in found]
        if self.unordered:
            words = [np.minimum(*words), np.maximum(*words)]
        return (hash_of_words(words, hash_key) if len(words) > 1 else words[0]), filled


def _words_of(part: pa.Array, hash_key: bytes) -> Words:
    if not pa.types.is_dictionary(part.type):
        there = part.is_valid().to_numpy(zero_copy_only=False)
        return pc.fill_null(part, 0).to_numpy().astype(np.int64), there
    words = np.append(hash64(part.dictionary, hash_key), 0)
    known = np.append(part.dictionary.is_valid().to_numpy(zero_copy_only=False), False)
    codes = pc.fill_null(part.indices, len(part.dictionary)).to_numpy()
    return words[codes], known[codes]


@dataclass(frozen=True)
class Unit:
    """Entries of one unit: the row of each, ascending, and their features.

    `spread` are features of which an entry may have several; they are entries of a further unit
    that `of` lists by the entry here that each belongs to.
    """

    rows: Longs
    features: dict[str, Feature]
    spread: dict[str, Feature] = field(default_factory=dict)
    of: Longs = field(default_factory=lambda: np.zeros(0, np.int64))


def mapped(coded: pa.DictionaryArray, function: Callable[[str], str | None]) -> pa.Array:
    """`function` of each text, computed once per distinct one; null stays null."""
    values = [function(value) or None for value in coded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(values, pa.string()))


def _by(coded: pa.DictionaryArray, function: Texts) -> pa.Array:
    """`function`, which takes a whole array, of the distinct texts."""
    return pa.DictionaryArray.from_arrays(coded.indices, function(coded.dictionary))


def _start(coded: pa.DictionaryArray, characters: int) -> pa.Array:
    return _by(coded, lambda texts: pc.utf8_slice_codeunits(texts, 0, characters))


def _sound(spelling: Spelling) -> Callable[[str], str]:
    return lambda text: "".join(spelling.phonetic(token) or token for token in text.split(" "))


def _first(text: str) -> str:
    return text.split(" ")[0]


def _roots(spelling: Spelling) -> Callable[[str], list[str]]:
    """The sound of the first token, and every group of variants the name belongs to."""

    def roots(text: str) -> list[str]:
        if len(text) == 1:
            return []
        groups = spelling.variants(text) or spelling.variants(_first(text))
        return [spelling.phonetic(_first(text)) or _first(text), *(f"={g}" for g in groups)]

    return roots


def names(entries: Entries, spelling: Spelling) -> Unit:
    """Given and family names: sounds, roots, heads, initials, and both in either order."""
    given, family = entries.fields["given"], entries.fields["family"]
    of, root = several(given, _roots(spelling), least=1)
    sound = mapped(family, _sound(spelling))
    features = {
        "family_sound": Feature((sound,)),
        "initial": Feature((_start(given, 1),)),
        "family_initial": Feature((_start(family, 1),)),
        "family_head": Feature((_start(family, 3),)),
        "family_tail": Feature(
            (mapped(family, lambda name: name[-HEAD:] if len(name) > HEAD else None),)
        ),
        "head": Feature((_start(given, 2), _start(family, HEAD - 1))),
        "sorted": Feature((mapped(given, _sound(spelling)), sound), unordered=True),
    }
    return Unit(owners(entries.offsets), features, {"root": Feature((root,))}, of)


def slips(text: str) -> list[str]:
    """The text, and it without each of its letters in turn: two texts that are one slip apart
    (a letter more, less or other, or two neighbours exchanged) have one of these in common.
    """
    if len(text) < SHORTEST_SLIPPED:
        return []
    return sorted({text, *(text[:at] + text[at + 1 :] for at in range(len(text)))})


def slipped(entries: Entries, part: str, other: str) -> Unit:
    """One part of a name with a slip, and the initial of the other part."""
    of, slip = several(entries.fields[part], slips, least=1)
    features = {"other_initial": Feature((_start(entries.fields[other], 1),))}
    return Unit(owners(entries.offsets), features, {"slip": Feature((slip,))}, of)


def dates(table: pa.Table) -> Unit:
    """Birth dates: the day (day and month in either order), the year, the date without its year.

    `slip` drops the year: a date whose year is wrong still meets its like.
    """
    year, month, day = (
        table[f"birth_{part}"].combine_chunks() for part in ("year", "month", "day")
    )
    low = pc.min_element_wise(month, day, skip_nulls=False)
    high = pc.max_element_wise(month, day, skip_nulls=False)
    features = {
        "day": Feature((year, low, high)),
        "year": Feature((year,)),
        "slip": Feature((low, high)),
    }
    return Unit(np.arange(table.num_rows, dtype=np.int64), features)


def addresses(entries: Entries) -> Unit:
    """Addresses: the house (street and number) and the parts alone."""
    street, number = entries.fields["street"], entries.fields["number"]
    skeleton = mapped(street, lambda text: max(text.split(" "), key=lambda t: (len(t), t))[:6])
    features = {
        "house": Feature((skeleton, number)),
        "street": Feature((skeleton,)),
        "number": Feature((number,)),
        "city": Feature((entries.fields["city"],)),
        "postal": Feature((entries.fields["postal_code"],)),
    }
    return Unit(owners(entries.offsets), features)


def emails(entries: Entries) -> Unit:
    """E-mails: whole, the mailbox before the @, and its first letters."""
    values = entries.fields[ITSELF]
    mailbox = _by(values, lambda texts: pc.replace_substring_regex(texts, "(?s)@.*", ""))
    long = _by(
        mailbox,
        lambda texts: pc.if_else(
            pc.greater_equal(pc.binary_length(texts), SHORTEST_MAILBOX), texts, None
        ),
    )
    features = {
        "value": Feature((values,)),
        "mailbox": Feature((long,)),
        "mailbox_head": Feature((_start(_by(mailbox, _filled), 3),)),
        "head": Feature((_start(long, 6),)),
    }
    return Unit(owners(entries.offsets), features)


def _filled(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def plain(entries: Entries) -> Unit:
    """A list of texts as it is."""
    return Unit(owners(entries.offsets), {"value": Feature((entries.fields[ITSELF],))})


def identifiers(entries: Entries) -> Unit:
    """Kind and value together."""
    both = (entries.fields["kind"], entries.fields["value"])
    return Unit(owners(entries.offsets), {"value": Feature(both)})


def organisations(entries: Entries, spelling: Spelling) -> Unit:
    """Organisation names: the sounds of all words in alphabetical order, and each rarer word."""

    def sound(text: str) -> str:
        return " ".join(sorted(spelling.phonetic(t) or t for t in set(text.split(" "))))

    def words(text: str) -> list[str]:
        long = sorted({word for word in text.split(" ") if len(word) > 2})
        return [spelling.phonetic(word) or word for word in long]

    values = entries.fields[ITSELF]
    of, word = several(values, words, least=1)
    features = {"sound": Feature((mapped(values, sound),))}
    return Unit(owners(entries.offsets), features, {"word": Feature((word,))}, of)


def categories(entries: Entries) -> Unit:
    """All further attributes of a record as one value, for records that have nothing else."""
    rows = len(entries.offsets) - 1
    name, value = (entries.fields[part].dictionary_decode() for part in ("name", "value"))
    parts = pc.binary_join_element_wise(name, value, "=")
    lists = pa.ListArray.from_arrays(pa.array(entries.offsets), pc.fill_null(parts, ""))
    text = _filled(pc.binary_join(lists, "\x1f"))
    return Unit(np.arange(rows, dtype=np.int64), {"all": Feature((text.dictionary_encode(),))})


def parts_of_categories(coded: Coded, names: Sequence[str]) -> Unit:
    """Parts of the further attributes of records that have nothing else (`categories.py`)."""
    texts = part_texts(coded, names)
    features = {part: Feature((text.dictionary_encode(),)) for part, text in texts.items()}
    return Unit(np.arange(coded.table.num_rows, dtype=np.int64), features)


def units(
    coded: Coded, spelling: Spelling, further: Sequence[str]
) -> dict[str, Callable[[], Unit]]:
    """Every unit of a COMPARABLE table, each made when it is asked for; `further` are the model's
    categories.
    """
    entries = coded.entries
    return {
        "identifier": lambda: identifiers(entries["identifiers"]),
        "email": lambda: emails(entries["emails"]),
        "phone": lambda: plain(entries["phones"]),
        "name": lambda: names(entries["names"], spelling),
        "given": lambda: slipped(entries["names"], "given", "family"),
        "family": lambda: slipped(entries["names"], "family", "given"),
        "date": lambda: dates(coded.table),
        "address": lambda: addresses(entries["addresses"]),
        "organisation": lambda: organisations(entries["organisations"], spelling),
        "other": lambda: categories(entries["others"]),
        "category": lambda: parts_of_categories(coded, further),
    }
