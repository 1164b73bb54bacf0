"""Settings for a file nobody wrote any for: sensible ones that follow from its column names."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import combinations
from typing import Any

import splink.comparison_library as cl
from column_kinds import kinds
from splink import block_on

from .plan import Plan, letters, plain

COMPARISONS: dict[str, Callable[[str], Any]] = {
    "given": cl.NameComparison,
    "family": cl.NameComparison,
    "name": lambda c: cl.JaroWinklerAtThresholds(c, [0.95, 0.88, 0.8]).configure(
        term_frequency_adjustments=True
    ),
    "birth": lambda c: cl.DamerauLevenshteinAtThresholds(c, [1, 2]),
    "email": cl.EmailComparison,
    "phone": lambda c: cl.LevenshteinAtThresholds(c, [1]),
    "identifier": lambda c: cl.DamerauLevenshteinAtThresholds(c, [1, 2]),
    "house": cl.ExactMatch,
    "street": lambda c: cl.JaroWinklerAtThresholds(c, [0.92, 0.8]).configure(
        term_frequency_adjustments=True
    ),
    "city": lambda c: cl.JaroWinklerAtThresholds(c, [0.92]).configure(
        term_frequency_adjustments=True
    ),
    "postcode": lambda c: cl.LevenshteinAtThresholds(c, [1]),
    "gender": cl.ExactMatch,
}
RARE = ("email", "phone", "identifier", "name")  # worth a blocking rule alone
COMMON = ("given", "family", "birth", "street", "postcode", "city")  # worth one in twos
MOST_CERTAIN = 3  # attributes that agree on a match without doubt, where no rare one is there


def plans(columns: Collection[str]) -> tuple[Plan, ...]:
    """One plan for a file with these columns; none where fewer than two kinds are recognised."""
    found = kinds(columns)
    if not set(found) & {*RARE, *COMMON}:
        return ()
    cleaned = {kind: digits_or_text(kind, column) for kind, column in found.items()}
    alone = [(kind,) for kind in RARE if kind in found]
    twos = list(combinations([kind for kind in COMMON if kind in found], 2))
    many = tuple(kind for kind in COMMON if kind in found)[:MOST_CERTAIN]
    certain = [pair for pair in alone if pair != ("name",)] + [many] * bool(many)
    return (
        Plan(
            name="from column names",
            columns=cleaned,
            blocking=tuple(block_on(*rule) for rule in [*alone, *twos]),
            comparisons=tuple(COMPARISONS[kind](kind) for kind in found),
            certain=tuple(block_on(*rule) for rule in certain or alone),
            training=tuple(block_on(*rule) for rule in [*alone, *twos][:4]),
        ),
    )


def digits_or_text(kind: str, column: str) -> str:
    """The cleaned form of a column, by its kind."""
    if kind == "phone":
        return f"nullif(right(regexp_replace(\"{column}\", '[^0-9]', '', 'g'), 9), '')"
    return plain(column) if kind in ("email", "birth", "identifier") else letters(column)
