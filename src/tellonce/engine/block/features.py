"""Features of records that blocking keys are made of, one unit (name, date, ...) at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.lists import flat, owners, steps
from tellonce.engine.model.spelling import Spelling

Longs = npt.NDArray[np.int64]
HEAD = 4  # characters of a name's head
SHORTEST_MAILBOX = 5


@dataclass(frozen=True)
class Unit:
    """Entries of one unit: the row of each, ascending, and its features as strings or null."""

    rows: Longs
    features: dict[str, pa.Array]


def _entries(column: pa.ChunkedArray) -> tuple[Longs, pa.Array]:
    """Row and value of each entry of a list column."""
    offsets, values = flat(column)
    return owners(offsets), values


def mapped(strings: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """`function` of each string, computed once per distinct value; null stays null."""
    encoded = strings.dictionary_encode()
    values = [function(value) or None for value in encoded.dictionary.to_pylist()]
    return pa.array(values, pa.string()).take(encoded.indices)


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


def names(column: pa.ChunkedArray, spelling: Spelling) -> Unit:
    """Given and family names: sounds, roots, heads, initials, and both in alphabetical order."""
    rows, entries = _entries(column)
    given = pc.struct_field(entries, "given")
    family = pc.struct_field(entries, "family")
    encoded = given.dictionary_encode()
    roots = pa.array(
        [_roots(spelling)(value) for value in encoded.dictionary.to_pylist()],
        pa.list_(pa.string()),
    ).take(encoded.indices)
    counts = np.maximum(pc.fill_null(pc.list_value_length(roots), 0).to_numpy(), 1)
    at, step = steps(counts)
    root = _element(roots, at, step)
    given, family = given.take(pa.array(at)), family.take(pa.array(at))
    others = {
        "family_sound": mapped(family, _sound(spelling)),
        "initial": pc.utf8_slice_codeunits(given, 0, 1),
        "family_initial": pc.utf8_slice_codeunits(family, 0, 1),
        "family_head": pc.utf8_slice_codeunits(family, 0, 3),
        "family_tail": mapped(family, lambda name: name[-HEAD:] if len(name) > HEAD else None),
        "head": _joined(
            pc.utf8_slice_codeunits(given, 0, 2), pc.utf8_slice_codeunits(family, 0, HEAD - 1)
        ),
        "sorted": _sorted_pair(mapped(given, _sound(spelling)), mapped(family, _sound(spelling))),
    }
    return Unit(rows[at], {"root": root, **others})


def _element(lists: pa.Array, at: Longs, step: Longs) -> pa.Array:
    """Element `step` of list `at`, null where the list is shorter."""
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    starts = np.cumsum(lengths) - lengths
    index = pa.array(starts[at] + step, mask=step >= lengths[at])
    return pc.list_flatten(lists).take(index)


def _joined(*parts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "\x1f")


def _sorted_pair(a: pa.Array, b: pa.Array) -> pa.Array:
    return _joined(pc.if_else(pc.less(a, b), a, b), pc.if_else(pc.less(a, b), b, a))


def dates(table: pa.Table) -> Unit:
    """Birth dates: the day (day and month in either order), the year, the date without its year.

    `slip` drops the year: a date whose year is wrong still meets its like.
    """
    parts = [table[f"birth_{part}"].combine_chunks() for part in ("year", "month", "day")]
    year = parts[0].cast(pa.string())
    low = pc.min_element_wise(parts[1], parts[2], skip_nulls=False)
    high = pc.max_element_wise(parts[1], parts[2], skip_nulls=False)
    both = _joined(low.cast(pa.string()), high.cast(pa.string()))
    features = {"day": _joined(year, both), "year": year, "slip": both}
    return Unit(np.arange(table.num_rows, dtype=np.int64), features)


def addresses(column: pa.ChunkedArray) -> Unit:
    """Addresses: street and number with the postal code's head or the city, and the parts alone."""
    rows, entries = _entries(column)
    street, number, city, postal = (
        pc.struct_field(entries, part) for part in ("street", "number", "city", "postal_code")
    )
    skeleton = mapped(street, lambda text: max(text.split(" "), key=lambda t: (len(t), t))[:6])
    return Unit(
        rows,
        {
            "house": _joined(skeleton, number),
            "street": skeleton,
            "number": number,
            "city": city,
            "postal": postal,
        },
    )


def emails(column: pa.ChunkedArray) -> Unit:
    """E-mails: whole, the mailbox before the @, and its first letters."""
    rows, values = _entries(column)
    mailbox = mapped(values, lambda text: text.split("@")[0])
    long = pc.greater_equal(pc.binary_length(mailbox), SHORTEST_MAILBOX)
    return Unit(
        rows,
        {
            "value": values,
            "mailbox": pc.if_else(long, mailbox, pa.scalar(None, pa.string())),
            "mailbox_head": pc.utf8_slice_codeunits(mailbox, 0, 3),
            "head": pc.if_else(
                long, pc.utf8_slice_codeunits(mailbox, 0, 6), pa.scalar(None, pa.string())
            ),
        },
    )


def plain(column: pa.ChunkedArray) -> Unit:
    """A list of strings as it is."""
    rows, values = _entries(column)
    return Unit(rows, {"value": values})


def identifiers(column: pa.ChunkedArray) -> Unit:
    """Kind and value together."""
    rows, entries = _entries(column)
    return Unit(
        rows,
        {"value": _joined(pc.struct_field(entries, "kind"), pc.struct_field(entries, "value"))},
    )


def organisations(column: pa.ChunkedArray, spelling: Spelling) -> Unit:
    """Organisation names: the sounds of all words in alphabetical order, and each rarer word."""
    rows, values = _entries(column)

    def sound(text: str) -> str:
        return " ".join(sorted(spelling.phonetic(t) or t for t in set(text.split(" "))))

    encoded = values.dictionary_encode()
    words = [
        sorted({w for w in text.split(" ") if len(w) > 2}) or [""]
        for text in encoded.dictionary.to_pylist()
    ]
    lists = pa.array(words, pa.list_(pa.string())).take(encoded.indices)
    counts = np.maximum(pc.fill_null(pc.list_value_length(lists), 0).to_numpy(), 1)
    at, step = steps(counts)
    word = _element(lists, at, step)
    word = pc.if_else(pc.equal(word, ""), pa.scalar(None, pa.string()), word)
    return Unit(
        rows[at],
        {
            "sound": mapped(values, sound).take(pa.array(at)),
            "word": mapped(word, lambda w: spelling.phonetic(w) or w),
        },
    )


def categories(column: pa.ChunkedArray, rows: int) -> Unit:
    """All further attributes of a record as one value, for records that have nothing else."""
    owner, entries = _entries(column)
    parts = pc.binary_join_element_wise(
        pc.struct_field(entries, "name"), pc.struct_field(entries, "value"), "="
    )
    offsets = np.searchsorted(owner, np.arange(rows + 1)).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pc.fill_null(parts, ""))
    text = pc.binary_join(lists, "\x1f")
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    return Unit(np.arange(rows, dtype=np.int64), {"all": text})
