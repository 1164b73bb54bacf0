"""Frozen values that cross the keyhole: nothing here is a type of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[str, int, int], None]
"""`progress(stage, done, total)`; total 0 means not known."""


Amend = Callable[["pa.Table", Mapping[str, str], str], "pa.Table"]
"""`amend(rows, attributes, region)` gives the rows that are to be standardised, from those that
were delivered, what their headers were recognised as, and their country ("" for none).
"""


Tell = Callable[[str], None]
"""`tell(sentence)` says aloud what was recognised, before anything is kept."""


def no_telling(_sentence: str) -> None:
    """Says nothing."""


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class RecognisedColumn:
    """What a column was taken for: `attribute` None where it is not used, and `why`."""

    header: str
    attribute: str | None
    why: str


@dataclass(frozen=True)
class Recognised:
    """What the columns of a delivery were taken for.

    `settled` says the same as a mapping (header -> attribute or "ignore"), so that the next
    delivery of the source is read the same way; columns without any value are left open. `region`:
    the country that phone numbers and addresses were read for, "" where none was found.
    """

    columns: tuple[RecognisedColumn, ...]
    settled: Mapping[str, str]
    region: str = ""


class StandardisedRow(NamedTuple):
    """One row in RECORDS form: its two JSON halves, when it was true, and what finds it again.

    `lookups`: (kind, comparable value) of e-mails, phones and identifiers. `empty`: no column that
    is known has a value.
    """

    opened: str
    secret: str | None
    observed_at: datetime | None
    lookups: tuple[tuple[str, str], ...]
    empty: bool = False


@dataclass(frozen=True)
class ResolutionRules:
    """What the hub declares for a resolution.

    `model`: JSON of the model to use, "" to train one, None for the shipped one. `trust`: source ->
    attribute ("*" for all others) -> probability. `unique_sources` have no duplicates of their own.
    """

    model: str | None
    hash_key: bytes
    trust: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unique_sources: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Explained:
    """Why two records are, or are not, taken for one customer, in words and numbers."""

    match_weight: float
    probability: float
    sentences: Sequence[str]
    document: Mapping[str, Any]
