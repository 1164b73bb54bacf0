"""Which comparisons there are, and their levels in order.

A level is an index: 0 nothing to compare, 1 the strongest agreement, and so on. Levels of all
comparisons are packed into one 64-bit pattern, three bits each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BITS = 3
MAX_OTHERS = 8  # comparisons of attributes without a meaning known to us


@dataclass(frozen=True)
class Comparison:
    """One comparison: its name and its levels, from 1 upwards, as phrases for explanations."""

    name: str
    levels: tuple[str, ...]


COMPARISONS = (
    Comparison(
        "identifier",
        ("same identifier", "identifier differs by one character", "different identifiers"),
    ),
    Comparison(
        "birth_date",
        (
            "same birth date",
            "birth date differs by one slip or a day-month swap",
            "two of year, month and day agree",
            "birth dates differ in two digits",
            "birth dates are near",
            "different birth dates",
        ),
    ),
    Comparison(
        "email",
        (
            "same e-mail",
            "similar e-mail or same mailbox name",
            "different e-mails",
            "same e-mail, but it is shared by many",
            "similar e-mail, but made of the name",
        ),
    ),
    Comparison(
        "phone",
        (
            "same phone",
            "phone differs by one digit",
            "different phones",
            "same phone, but it is shared by many",
        ),
    ),
    Comparison("gender", ("same gender", "different gender")),
    Comparison("suffix", ("same generation suffix", "different generation suffix")),
    Comparison("entity", ("same kind of customer", "one is a person, one an organisation")),
    Comparison(
        "given_name",
        (
            "same given name",
            "variant of the given name",
            "given names sound or look alike",
            "initial fits the given name",
            "given names are a little alike",
            "different given names",
        ),
    ),
    Comparison(
        "family_name",
        (
            "same family name",
            "part of the family name is the same",
            "family names sound or look alike",
            "family names are a little alike",
            "different family names",
            "given and family name are swapped",
        ),
    ),
    Comparison(
        "middle_name",
        ("same middle name", "initial fits the middle name", "different middle names"),
    ),
    Comparison(
        "organisation",
        (
            "same organisation name",
            "one organisation name contains the other",
            "organisation names look alike",
            "organisation names share a rare word",
            "different organisation names",
            "organisation names differ in a number or a letter",
        ),
    ),
    Comparison(
        "address",
        (
            "same address",
            "same house, other unit or place, or no house number",
            "same street",
            "same postal code",
            "same city",
            "same region",
            "different addresses",
        ),
    ),
    *(
        Comparison(f"other_{i}", ("same value", "similar values", "different values"))
        for i in range(MAX_OTHERS)
    ),
)
NAMES = tuple(c.name for c in COMPARISONS)
(
    IDENTIFIER,
    BIRTH_DATE,
    EMAIL,
    PHONE,
    GENDER,
    SUFFIX,
    ENTITY,
    GIVEN,
    FAMILY,
    MIDDLE,
    ORGANISATION,
    ADDRESS,
    OTHER,
) = range(len(COMPARISONS) - MAX_OTHERS + 1)
MAX_LEVELS = 8


def pack(levels: tuple[int, ...]) -> int:
    """Levels, one a comparison in the order of COMPARISONS, as one pattern."""
    pattern = 0
    for index, level in enumerate(levels):
        pattern |= level << (BITS * index)
    return pattern


def unpacked(patterns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """`unpack` of many patterns: patterns x comparisons."""
    shifts = np.arange(len(COMPARISONS), dtype=np.int64) * BITS
    return (patterns[:, None] >> shifts) & ((1 << BITS) - 1)


def packed(levels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """`pack` of many rows of levels: the inverse of `unpacked`."""
    shifts = np.arange(len(COMPARISONS), dtype=np.int64) * BITS
    return np.asarray((levels << shifts).sum(axis=1), np.int64)


def unpack(pattern: int) -> tuple[int, ...]:
    """The inverse of `pack`."""
    mask = (1 << BITS) - 1
    return tuple((pattern >> (BITS * i)) & mask for i in range(len(COMPARISONS)))
