"""The shape of a value: which signs it is made of, whatever they say.

`Aa` is a word, `99-999` a Polish postal code, `AA9` two capitals and a digit. Capitals count up to
three (`A+` beyond), small letters are one `a` however many, digits count where no small letter is
near (`a9@a.a`), and what goes on for long ends in `…`.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 60  # bytes of a value that its shape is made of
_REST = "…"
_ASCII = "".join(
    "A" if "A" <= sign <= "Z" else "a" if "a" <= sign <= "z" else "9" if sign.isdigit() else sign
    for sign in map(chr, range(128))
)
_TABLE = _ASCII.encode() + bytes(range(128, 256))
_OTHER_LETTERS = (
    (r"\p{Lu}\p{M}*", "A"),
    (r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]\p{M}*", "a"),
    (r"\p{Nd}", "9"),
)
NUMERIC = re.compile(r"[-+]?[$€£¥]? ?9+([.,]9+)*( ?[$€£¥%])?")


def shapes(values: pa.Array) -> pa.DictionaryArray:
    """The shape of every value of a string array without nulls, as codes."""
    cut = pc.utf8_slice_codeunits(values, 0, LONGEST)
    plain = pc.string_is_ascii(cut)
    if not pc.all(plain).as_py():
        cut = pc.if_else(plain, cut, _letters(cut))
    coded = _translated(cut).dictionary_encode()
    short = _collapsed(coded.dictionary).dictionary_encode()
    return pa.DictionaryArray.from_arrays(short.indices.take(coded.indices), short.dictionary)


def shape_of(value: str) -> str:
    """The shape of one value."""
    shaped = shapes(pa.array([value]))
    return str(shaped.dictionary[0].as_py())


def _letters(values: pa.Array) -> pa.Array:
    """Letters and digits of other alphabets as the plain ones that stand for them."""
    for pattern, plain in _OTHER_LETTERS:
        values = pc.replace_substring_regex(values, pattern, plain)
    return values


def _translated(values: pa.Array) -> pa.Array:
    """Each byte by the table: the bytes of the whole column at once, offsets as they were."""
    array = pa.concat_arrays([values.cast(pa.large_string())])
    _, offsets, data = array.buffers()
    signs = pa.py_buffer(data.to_pybytes().translate(_TABLE) if data is not None else b"")
    return pa.Array.from_buffers(
        pa.large_string(), len(array), [None, offsets, signs], offset=array.offset
    ).cast(pa.string())


def _collapsed(values: pa.Array) -> pa.Array:
    """Runs made short; called on the few different results of the table only."""
    for pattern, short in (
        (r"\s+", " "),
        (r"a+", "a"),
        (r"A{4,}a?", "A+"),
        (r"9{13,}", "9" * 12 + _REST),
        (r"((?:^| )[Aa+]{1,3})(?: [Aa+]{1,3}){3,}", r"\1 " + _REST),
    ):
        values = pc.replace_substring_regex(values, pattern, short)
    small = pc.match_substring(values, "a")
    values = pc.if_else(small, pc.replace_substring_regex(values, r"9+", "9"), values)
    long = pc.greater(pc.utf8_length(values), 32)
    return pc.if_else(
        long, pc.binary_join_element_wise(pc.utf8_slice_codeunits(values, 0, 31), _REST, ""), values
    )
