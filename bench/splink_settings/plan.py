"""What it takes to use Splink on one kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Plan:
    """One set-up of Splink; which of several is used for a set is chosen with its labels.

    columns      name of a cleaned column -> DuckDB expression over the published columns (text)
    blocking     the rules that propose pairs
    comparisons  Splink comparison creators
    certain      rules that only matches meet, to estimate the prior, at an assumed `recall`
    training     rules within which expectation-maximisation estimates the m of the other columns
    supervised   the m come from the labels instead, and `training` is not used
    prior        probability that two random records match, where it is known; then no `certain`
    first        the source whose records are always on the left of a pair
    """

    name: str
    columns: Mapping[str, str]
    blocking: tuple[Any, ...]
    comparisons: tuple[Any, ...]
    certain: tuple[Any, ...] = ()
    training: tuple[Any, ...] = ()
    recall: float = 0.7
    prior: float | None = None
    first: str | None = None
    supervised: bool = False

    def with_labels(self) -> Plan:
        """The same set-up with m estimated from the labels."""
        return replace(self, name=f"{self.name}, m from labels", supervised=True)


def plain(column: str) -> str:
    """The expression of a text column in small letters, without accents and outer blanks."""
    return f"nullif(trim(lower(strip_accents(\"{column}\"))), '')"


def digits(column: str) -> str:
    """The expression of the digits of a text column."""
    return f"nullif(regexp_replace(\"{column}\", '[^0-9]', '', 'g'), '')"


def letters(column: str) -> str:
    """The expression of a text column, its words in small letters with one blank between them."""
    return f"nullif(trim(regexp_replace({plain(column)}, '[^a-z0-9]+', ' ', 'g')), '')"
