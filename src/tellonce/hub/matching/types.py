"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True)
class StoredModel:
    """A match model: a JSON document. `origin` is shipped, trained (on `records`) or edited."""

    document: str
    fingerprint: str
    origin: str
    records: int
    created_at: datetime
    adopted_at: datetime | None


@dataclass(frozen=True)
class HeldModel:
    """A model without its document. `adopted_at` None: it was proposed and never in force.

    `changes`: what it would have changed when it was proposed, in numbers, as in
    `intake.modelling.changes_of`; empty where it was adopted without a proposal.
    """

    fingerprint: str
    origin: str
    records: int
    created_at: datetime
    adopted_at: datetime | None
    in_force: bool
    changes: Mapping[str, int]


class StoredEdge(NamedTuple):
    """A pair of records (row ids, left below right) at or above the review cut; `linked` where
    both ended in one customer.
    """

    left: int
    right: int
    kind: int
    pattern: int
    match_weight: float
    probability: float
    linked: bool


@dataclass(frozen=True, slots=True)
class OpenPair:
    """Why a pair should be looked at: see `StoredReview`."""

    together: bool
    value: float


@dataclass(frozen=True, slots=True)
class StoredReview:
    """Two records (row ids) that a person should look at, nobody having decided on them.

    `together`: they are in one customer, and hold it together weakly; else they may be one customer
    and are not. `value`: how uncertain that is, times the records that an answer may move.
    """

    id: int
    left: int
    right: int
    together: bool
    value: float
    since: datetime


@dataclass(frozen=True)
class ReviewCounts:
    """Open reviews: pairs that are apart, pairs that are together, and since when the oldest is
    open (None: there is none).
    """

    apart: int
    together: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class LiveDecision:
    """The newest word of a person about two records (row ids, left below right)."""

    left: int
    right: int
    verdict: str


Pair = tuple[int, int]
"""Two records (row ids), left below right."""

Verdicts = Mapping[Pair, str]
"""What is said of pairs: same, different, unsure, or withdrawn."""


def pair_of(one: int, other: int) -> Pair:
    """Two records in the order of their row ids."""
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True)
class NewAct:
    """What a person does, or proposes to: see `StoredAct`. `target`: row id of the act undone;
    `bound`: of a merge, see `counting.bound_parts`.
    """

    kind: str
    author: str
    reason: str = ""
    verdict: str = ""
    groups: tuple[tuple[int, ...], ...] = ()
    bound: tuple[tuple[int, ...], ...] = ()
    customers: tuple[str, ...] = ()
    target: int | None = None
    moved: int = 0


@dataclass(frozen=True)
class StoredAct:
    """What a person did about which records are one customer, or proposed to do.

    `id` is the public id, `row` the row id. `kind`: decide (`groups` are pairs of records,
    `verdict` what was said of them), merge or split (`groups` are member lists), undo (`target`).
    `customers` are the ids it was asked about. `state`: done; proposed, which waits for another
    person; or rejected. `moved`: records that changed their customer, or would. `undone_by` is the
    act that undoes it now, "" where it counts. `settled_by` approved or rejected it,
    for `settled_reason`.
    """

    row: int
    id: str
    kind: str
    verdict: str
    state: str
    groups: tuple[tuple[int, ...], ...]
    customers: tuple[str, ...]
    target: str
    undone_by: str
    moved: int
    author: str
    reason: str
    at: datetime
    settled_by: str
    settled_at: datetime | None
    settled_reason: str
