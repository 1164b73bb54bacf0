"""Text in normal form, and work done once per distinct value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

FEW = 16  # values; up to here the fixed cost of columns outweighs what they save
REMEMBERED = 1 << 15
"""Distinct names, streets and cities whose normal form is kept from one batch to the next: most of
what arrives was there before."""
_EXACT = float(1 << 53)  # whole numbers below are exact as floats
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_APOSTROPHE = re.compile(r"['`´’‘ʼ]")


def words_of(text: str) -> list[str]:
    """Return the words of a table that is written as one text."""
    return text.split()


def to_ascii(text: str) -> str:
    """Return `text` in lower-case ASCII: NFKC, case-folded, transliterated (Łukasz -> lukasz)."""
    if text.isascii():
        return text.lower()
    return anyascii(unicodedata.normalize("NFKC", text).casefold()).lower()  # type: ignore[no-any-return]


def fold(text: str) -> str:
    """Return the lower-case ASCII words of `text`, separated by one space ("" if there are none).

    Apostrophes join (O'Brien -> obrien), every other sign separates.
    """
    return _NOT_WORD.sub(" ", _APOSTROPHE.sub("", to_ascii(text))).strip()


@lru_cache(maxsize=4096)
def fold_cached(text: str) -> str:
    """`fold` for the few values that come up in many columns."""
    return fold(text)


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column of any plain type as one trimmed string array; empty text becomes null.

    Whole-number floats lose their `.0`, dates and times become ISO 8601. Nested and binary columns
    come back all null, since nothing can be read from them.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):  # what combine_chunks gives for no chunks at all
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_null(kind):
        return pa.nulls(len(array), pa.string())
    if pa.types.is_floating(kind):
        return _number_text(array)
    if pa.types.is_timestamp(kind):
        return pc.strftime(array, format="%Y-%m-%dT%H:%M:%S")
    if pa.types.is_string(kind):
        return _tidy(array)
    try:
        return _tidy(array.cast(pa.string()))
    except pa.ArrowNotImplementedError:  # durations and the like
        return pa.nulls(len(array), pa.string())


def _number_text(array: pa.Array) -> pa.Array:
    finite = pc.if_else(pc.is_finite(array), array, None).cast(pa.float64())
    whole = pc.and_(pc.equal(pc.floor(finite), finite), pc.less(pc.abs(finite), _EXACT))
    digits = pc.if_else(whole, finite, None).cast(pa.int64()).cast(pa.string())
    return pc.if_else(pc.fill_null(whole, False), digits, finite.cast(pa.string()))


def _tidy(text: pa.Array) -> pa.Array:
    if len(text) <= FEW:
        values = text.to_pylist()
        return pa.array([value.strip() or None if value else None for value in values], pa.string())
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), None, text)


def says_nothing(column: pa.Array) -> bool:
    """Return whether every value is null, so that nothing need be worked out."""
    return bool(column.null_count == len(column))


def are_few_and_plain(column: pa.Array) -> bool:
    """Return whether a text column has few values, all of printable ASCII: for these the patterns
    of Python and of Arrow mean the same.
    """
    return len(column) <= FEW and all(
        text is None or (text.isascii() and text.isprintable()) for text in column.to_pylist()
    )


def matching(column: pa.Array, pattern: str) -> pa.Array:
    """Return which texts a pattern is found in (null: not). Of few, without compiling it anew."""
    if are_few_and_plain(column):
        search = re.compile(pattern, re.ASCII).search
        found = [text is not None and search(text) is not None for text in column.to_pylist()]
        return pa.array(found, pa.bool_())
    return pc.fill_null(pc.match_substring_regex(column, pattern), False)


def map_distinct(column: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """Return `function` of every value of a string column, called once per distinct value."""
    if says_nothing(column):
        return pa.nulls(len(column), pa.string())
    if len(column) <= FEW:
        known = {value: function(value) for value in set(column.to_pylist()) if value is not None}
        return pa.array([known.get(value) for value in column.to_pylist()], pa.string())
    coded = column.dictionary_encode()
    results = pa.array([function(value) for value in coded.dictionary.to_pylist()], pa.string())
    return results.take(coded.indices)


def map_parts(
    column: pa.Array, function: Callable[[str], Sequence[str | None]], width: int
) -> list[pa.Array]:
    """Return `width` string columns with what `function` makes of every value, once per distinct
    one.
    """
    coded = column.dictionary_encode()
    made = [function(value) for value in coded.dictionary.to_pylist()]
    return [
        pa.array([parts[i] for parts in made], pa.string()).take(coded.indices)
        for i in range(width)
    ]


def join_words(*columns: pa.Array) -> pa.Array:
    """Return the columns joined row by row with a space, nulls skipped; null if all are."""
    return join_parts(columns, " ")


def join_parts(columns: Sequence[pa.Array], separator: str) -> pa.Array:
    """Return text columns joined row by row, nulls skipped; null where all are null.

    Pairwise, because binary_join_element_wise(null_handling="skip") loses all-null rows.
    """
    said = [column for column in columns if not says_nothing(column)] or columns[:1]
    joined = said[0]
    if len(said) > 1 and len(joined) <= FEW:
        rows = zip(*(column.to_pylist() for column in said), strict=True)
        texts = [[text for text in row if text is not None] for row in rows]
        return pa.array([separator.join(row) if row else None for row in texts], pa.string())
    for column in said[1:]:
        joined = pc.coalesce(pc.binary_join_element_wise(joined, column, separator), joined, column)
    return joined
