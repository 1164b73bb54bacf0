"""Place what waits, a chunk at a time: who is who around it, and what that changes.

The engine works before the transaction is opened; a chunk's whole change is then written in one,
so that a crash leaves every customer either as before or as after. Chunks are as large as can be
written in `LOCKED` seconds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tellonce.hub.bridge.placing import PlacedRows, RowChanges, keys_by_record, place_rows
from tellonce.hub.customers.planning import Plan, plans
from tellonce.hub.customers.types import Applied
from tellonce.hub.customers.writing import apply_plans
from tellonce.hub.events.services import emit_many
from tellonce.hub.intake.acts import act
from tellonce.hub.intake.golden import resolved_customers
from tellonce.hub.intake.holdings import StoredHoldings
from tellonce.hub.intake.queueing import open_pairs
from tellonce.hub.intake.rules import Rules
from tellonce.hub.intake.telling import happenings
from tellonce.hub.intake.waiting import WaitingRecord, next_waiting, settle
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.matching.reviews import keep_reviews
from tellonce.hub.matching.selectors import edges_touching
from tellonce.hub.matching.services import (
    change_edges,
    change_match_keys,
    link_edges,
)
from tellonce.hub.matching.types import StoredEdge, Verdicts
from tellonce.hub.sources.selectors import (
    record_names,
    texts_of_versions,
)

LOCKED = 0.2
"""Seconds for which a chunk may hold the write lock; 250 ms is what is promised."""


@dataclass
class ChunkSize:
    """How many records are placed at once: more while they are written quickly."""

    records: int = 100
    most: int = 2_000

    def learn(self, placed: int, seconds: float) -> None:
        """A chunk of `placed` records took `seconds` to be written."""
        if seconds > LOCKED:
            self.records = max(1, int(min(placed, self.records) * LOCKED / seconds * 0.8))
        elif placed >= self.records and seconds < LOCKED / 2:
            self.records = min(self.most, self.records * 2)


@dataclass(frozen=True)
class PlacedChunk:
    """What placing a chunk changed, and how long it held the write lock, in seconds."""

    records: int
    applied: Applied
    locked: float


@dataclass(frozen=True)
class Work:
    """A chunk at hand: records that wait with what they say now, None where they are gone."""

    waiting: Sequence[WaitingRecord]
    changes: RowChanges
    versions: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """What placing would change, worked out and not written. `stale`: blocking keys by record, of
    what those that wait said before; `touched` are all records whose customer was worked out.
    """

    work: Work
    placed: PlacedRows
    stale: Mapping[int, frozenset[int]]
    plans: Sequence[Plan]
    touched: frozenset[int]
    rules: Rules

    @property
    def moved(self) -> int:
        """Records that would leave their customer."""
        return sum(len(plan.leaving) for plan in self.plans)


def place_next(size: int, rules: Rules, lease: HeldLease) -> PlacedChunk | None:
    """Place the next records that wait; None where none does."""
    waiting = next_waiting(size)
    return place_records(waiting, rules, lease) if waiting else None


def place_records(waiting: Sequence[WaitingRecord], rules: Rules, lease: HeldLease) -> PlacedChunk:
    """Place records that wait, in one act."""
    prepared = prepare(waiting, {}, rules)
    with act(lease) as moment:
        begun = time.monotonic()
        applied = write_prepared(prepared, moment)
    return PlacedChunk(len(waiting), applied, time.monotonic() - begun)


def prepare(waiting: Sequence[WaitingRecord], verdicts: Verdicts, rules: Rules) -> Prepared:
    """Work out what placing records that wait, and what a person says, changes. The caller holds
    the resolver's lease from here until it is written.
    """
    work = _work(waiting, verdicts)
    unheld = {one.record for one in waiting if not one.noted}
    placed = place_rows(work.changes, StoredHoldings(unheld), rules.resolution)
    stale = _keys_before(waiting, rules)
    touched = frozenset(
        [*(record for members in placed.sets for record in members), *(w.record for w in waiting)]
    )
    planned = list(plans(resolved_customers(placed), touched))
    return Prepared(work, placed, stale, planned, touched, rules)


def write_prepared(prepared: Prepared, moment: datetime, *, alone: bool = False) -> Applied:
    """Inside an act: write what was worked out; `alone` as for `settle`."""
    work, placed = prepared.work, prepared.placed
    _write_keys(placed, prepared.stale)
    edges = _write_edges(placed)
    applied = apply_plans(prepared.plans, moment)
    keep_reviews(prepared.touched, open_pairs(edges, prepared.rules.resolution), moment)
    noted = [one for one in work.waiting if one.noted]
    placed_now = [(one.record, one.version, work.versions.get(one.record)) for one in noted]
    settle(placed_now, alone=alone)
    emit_many(happenings(applied), last=True)
    return applied


def _work(waiting: Sequence[WaitingRecord], verdicts: Verdicts) -> Work:
    texts = texts_of_versions([one.version for one in waiting], active=True)
    gone = {one.record for one in waiting} - texts.keys()
    changes = RowChanges(
        {i: ((text.source, text.record_key), text.document) for i, text in texts.items()},
        record_names(gone),
        [(*pair, verdict) for pair, verdict in sorted(verdicts.items())],
    )
    return Work(waiting, changes, {i: text.version for i, text in texts.items()})


def _keys_before(waiting: Sequence[WaitingRecord], rules: Rules) -> Mapping[int, frozenset[int]]:
    """The blocking keys of records that are held by another version so far."""
    texts = texts_of_versions([one.held for one in waiting if one.held is not None])
    documents = {i: text.document for i, text in texts.items()}
    return keys_by_record(documents, rules.resolution) if documents else {}


def _write_keys(placed: PlacedRows, stale: Mapping[int, frozenset[int]]) -> None:
    before = {(key, record) for record, keys in stale.items() for key in keys}
    after = {(key, record) for record, keys in placed.keys.items() for key in keys}
    change_match_keys(before - after, after - before)


def _write_edges(placed: PlacedRows) -> list[StoredEdge]:
    """Forget and keep pairs, and say of all pairs around, which it returns, whether they ended in
    one customer.
    """
    at = {record: number for number, members in enumerate(placed.sets) for record in members}

    def linked(left: int, right: int) -> bool:
        return left in at and at.get(left) == at.get(right)

    change_edges(
        placed.removed,
        [StoredEdge(*pair, linked=linked(pair.left, pair.right)) for pair in placed.added],
    )
    held = edges_touching(at)
    around = [edge._replace(linked=linked(edge.left, edge.right)) for edge in held]
    link_edges({(edge.left, edge.right): edge.linked for edge in around if edge not in held})
    return around
