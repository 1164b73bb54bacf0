"""Columns of entries -> `Encoded`, where all that a row says stands side by side, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from tellonce.engine.score import kernels as at
from tellonce.engine.score.arrays import Encoded, Ints, Longs


class Kind(NamedTuple):
    """A kind of entry: where its starts stand in a line, its width, and its columns in order."""

    starts: int
    width: int
    columns: tuple[str, ...]


KINDS = {
    "identifier": Kind(at.IDENTIFIERS, at.AN_IDENTIFIER, ("identifier_kind", "identifier")),
    "email": Kind(
        *(at.EMAILS, at.AN_EMAIL),
        ("email", "email_at", "email_is", "email_box", "email_domain"),
    ),
    "phone": Kind(
        at.PHONES, at.A_PHONE, ("phone", "phone_shared", "phone_size", "phone_front", "phone_back")
    ),
    "name": Kind(
        *(at.NAMES, at.A_NAME),
        ("given", "middle", "family", "given_tf", "family_tf"),
    ),
    "organisation": Kind(
        *(at.ORGANISATIONS, at.AN_ORGANISATION),
        ("organisation", "organisation_tf", "words_from", "words_to"),
    ),
    "word": Kind(at.WORDS, at.A_WORD, ("word", "rarity")),
    "address": Kind(
        *(at.ADDRESSES, at.AN_ADDRESS),
        ("street", "number", "unit", "city", "region", "postal", "city_tf", "postal_tf"),
    ),
    "other": Kind(at.OTHERS, at.AN_OTHER, ("other", "other_tf")),
}
CODES = frozenset(
    (
        *("identifier_kind", "identifier", "email", "phone", "given", "middle", "family"),
        *("organisation", "word", "street", "number", "unit", "city", "region", "postal", "other"),
    )
)


def laid(
    offsets: Mapping[str, Ints], columns: Mapping[str, Any], once: Mapping[str, Any]
) -> tuple[Ints, Ints]:
    """The lines of rows, and their entries, of `columns` by kind.

    `offsets` are those of the entries of each row by kind ("word": of each organisation); missing
    columns are 0. `once` holds what a row has once: year, month, day, gender, suffix, entity,
    unique.
    """
    columns = {**columns, **_words_of_rows(offsets["organisation"], offsets["word"])}
    offsets = {**offsets, "word": offsets["word"][offsets["organisation"]]}
    rows = len(once["year"])
    counts = [np.diff(offsets[kind]) for kind in KINDS]
    ends = np.empty((rows, len(KINDS)), np.int32)
    for n, (count, layout) in enumerate(zip(counts, KINDS.values(), strict=True)):
        ends[:, n] = count * layout.width
    np.cumsum(ends, out=ends.ravel())
    lines = aligned(rows * at.LINE).reshape(rows, at.LINE)
    lines[:, 1 : at.END + 1] = ends
    lines[:, 0] = np.append([0], ends[:-1, -1])[:rows]
    lines[:, at.BORN] = once["year"].astype(np.int32) << 16
    lines[:, at.BORN] |= once["month"].astype(np.int32) << 8 | once["day"]
    lines[:, at.BORN_DIGITS] = _digits(once)
    lines[:, at.TRAITS] = once["gender"].astype(np.int32) | once["suffix"].astype(np.int32) << 4
    lines[:, at.TRAITS] |= once["entity"].astype(np.int32) << 8
    lines[:, at.UNIQUE] = once["unique"]
    bits = {"name": 1, "organisation": 2, "address": 4, "other": 8}
    for count, kind in zip(counts, KINDS, strict=True):
        lines[:, at.PRESENT] |= np.where(count > 0, bits.get(kind, 0), 0).astype(np.int32)
    said = np.zeros(int(ends[-1, -1]) if rows else 0, np.int32)
    flat = lines.ravel()
    for kind, layout in KINDS.items():
        place = places(flat, kind)
        for n, column in enumerate(layout.columns):
            if column in columns:
                said[place + n] = columns[column]
    return flat, said


def _digits(once: Mapping[str, Any]) -> Ints:
    """The digits of birth dates, four bits each."""
    date = (
        once["year"].astype(np.int64) * 10000 + once["month"].astype(np.int64) * 100 + once["day"]
    )
    found = np.zeros(len(date), np.uint32)
    for place in range(8):
        found |= (date // 10**place % 10).astype(np.uint32) << np.uint32(4 * place)
    return found.view(np.int32)


def _words_of_rows(organisations: Ints, words: Ints) -> dict[str, Ints]:
    """Where the words of each organisation start and end among those of its row."""
    first = np.repeat(words[organisations[:-1]], np.diff(organisations))
    return {
        "words_from": (words[:-1] - first) * at.A_WORD,
        "words_to": (words[1:] - first) * at.A_WORD,
    }


def aligned(size: int) -> Ints:
    """Zeros, the first at a multiple of 64 bytes: then a line of 64 bytes is one of the cache."""
    room = np.zeros(size + at.LINE, np.int32)
    start = (-room.ctypes.data % 64) // 4
    return room[start : start + size]


def places(lines: Ints, kind: str) -> Longs:
    """Where each entry of a kind starts in `said`, in the order of the rows."""
    starts, width = lines[KINDS[kind].starts :: at.LINE].astype(np.int64), KINDS[kind].width
    sizes = lines[KINDS[kind].starts + 1 :: at.LINE] - starts
    if not sizes.any():
        return np.zeros(0, np.int64)
    counts = sizes // width
    ends = np.cumsum(counts)
    return np.asarray(
        np.repeat(starts - (ends - counts) * width, counts) + np.arange(ends[-1]) * width
    )


def entries(encoded: Encoded, kind: str) -> dict[str, Ints]:
    """The columns of all entries of a kind, in the order of the rows."""
    place = places(encoded.lines, kind)
    return {name: encoded.said[place + n] for n, name in enumerate(KINDS[kind].columns)}


def code_places(encoded: Encoded, kind: str) -> Longs:
    """The places in `said` of all codes of texts in the entries of a kind."""
    place = places(encoded.lines, kind)
    codes = [n for n, name in enumerate(KINDS[kind].columns) if name in CODES]
    return (place[:, None] + np.array(codes, np.int64)).ravel()


def with_entries(encoded: Encoded, kind: str, columns: Mapping[str, Any]) -> None:
    """Put columns of all entries of a kind in their places in `said`."""
    place = places(encoded.lines, kind)
    for name, values in columns.items():
        encoded.said[place + KINDS[kind].columns.index(name)] = values


def rows_of(encoded: Encoded) -> int:
    """The number of rows."""
    return len(encoded.lines) // at.LINE


def texts_of(off: Longs, signs: Any, sounds: Ints, variant_off: Ints) -> Longs:
    """The lines of texts: `signs` as `letters_of` gives them; the first ones have sounds."""
    texts = np.zeros((len(off) - 1, at.TEXT), np.int64)
    named = len(sounds)
    texts[:, 0] = off[:-1]
    texts[:, at.SIZE] = np.diff(off)
    texts[:named, at.SIZE] |= np.diff(variant_off).astype(np.int64) << 32
    texts[:, at.SIGNS] = signs.view(np.int64)
    texts[:, at.SOUND] = at.LOW
    texts[:named, at.SOUND] = variant_off[:-1].astype(np.int64) << 32 | (
        sounds.astype(np.int64) & at.LOW
    )
    return texts.ravel()
