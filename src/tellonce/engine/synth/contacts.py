"""E-mail addresses, phones and employers of made-up people; all domains are reserved ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from tellonce.engine.synth.places import by_locale, digits, joined, phones
from tellonce.engine.synth.pools import LOCALES, Ints, locale

DOMAINS = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example",
    "poczta.example",
    "post.example",
    "home.test",
)
_SHARES = (0.3, 0.14, 0.14, 0.16, 0.12, 0.1, 0.04)
_TRADES = ("Logistics", "Bau", "Media", "Foods", "Design", "Energia")
_LEGAL = ("Sp. z o.o.", "GmbH", "Inc.", "Ltd")


def folded(values: pa.Array) -> pa.Array:
    """`values` in ASCII lower case, letters only; ä as ae, ł as l. Null stays null."""
    codes = pc.dictionary_encode(values)
    plain = [
        "".join(filter(str.isalpha, anyascii(text.lower().translate(_GERMAN))))
        for text in codes.dictionary.to_pylist()
    ]
    return pa.array(plain, pa.string()).take(codes.indices)


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def emails(
    rng: np.random.Generator,
    names: Mapping[str, pa.Array],
    born: Ints,
    taken: pa.Array | None = None,
) -> pa.Array:
    """An e-mail address for each person, out of the name and sometimes the birth year.

    No two are equal, and none is equal to one of `taken`.
    """
    given, family = folded(names["given_name"]), folded(names["family_name"])
    size = len(given)
    initial = pc.utf8_slice_codeunits(given, 0, 1)
    patterns = (
        joined(given, family, separator="."),
        joined(initial, family),
        joined(given, family, separator="_"),
        joined(family, given, separator="."),
        given,
    )
    local = pc.choose(pa.array(rng.choice(5, size, p=(0.5, 0.2, 0.1, 0.12, 0.08))), *patterns)
    year = digits((1970 + born / 365.2425).astype(np.int64) % 100, 2)
    local = pc.if_else(pa.array(rng.random(size) < 0.35), joined(local, year), local)
    domain = pa.array(DOMAINS).take(pa.array(rng.choice(len(DOMAINS), size, p=_SHARES)))
    for mark in ("", "-"):  # a number put on may meet a birth year: those get a second mark
        repeated = _seen_before(joined(local, domain, separator="@"), taken)
        marked = joined(local, digits(repeated + 1), separator=mark)
        local = pc.if_else(pa.array(repeated > 0), marked, local)
    return joined(local, domain, separator="@")


def _seen_before(values: pa.Array, taken: pa.Array | None) -> Ints:
    """How often each value stands before, among `taken` too."""
    if taken is not None:
        return _seen_before(pa.concat_arrays([taken, values]), None)[len(taken) :]
    codes = pc.dictionary_encode(values).indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    starts = np.ones(len(codes), dtype=bool)
    starts[1:] = codes[order][1:] != codes[order][:-1]
    place = np.arange(len(codes))
    before = np.empty(len(codes), dtype=np.int64)
    before[order] = place - np.maximum.accumulate(np.where(starts, place, 0))
    return before


def numbers(
    rng: np.random.Generator, codes: Ints, home: Ints, changed: np.ndarray, firms: Ints
) -> dict[str, pa.Array]:
    """mobile and landline of each person, former_mobile of the `changed`, switchboard of `firms`.

    All are drawn at once, so that two people share a number only where they are meant to.
    """
    heads = np.flatnonzero(np.diff(home, prepend=-1))
    former = np.flatnonzero(changed)
    drawn = phones(rng, np.concatenate([codes, codes[former], codes[heads], firms]))
    ends = np.cumsum([len(codes), len(former), len(heads), len(firms)])
    mobile, old, landline, switchboard = (
        drawn.slice(end - size, size)
        for end, size in zip(ends, np.diff(ends, prepend=0), strict=True)
    )
    which = np.cumsum(changed) - 1
    return {
        "mobile": mobile,
        "former_mobile": old.take(pa.array(which, mask=~changed)),
        "landline": landline.take(pa.array(home)),
        "switchboard": switchboard,
    }


def firm_names(rng: np.random.Generator, codes: Ints) -> pa.Array:
    """A company's name for each entry of `codes`, with its legal form."""

    def make(number: int, size: int) -> list[pa.Array]:
        of = locale(LOCALES[number])
        stem = of.family.text(rng.integers(0, len(of.family.values), size))
        trade = pa.array(_TRADES).take(pa.array(rng.integers(0, len(_TRADES), size)))
        return [joined(stem, trade, _LEGAL[number], separator=" ")]

    return by_locale(codes, make)[0]
