"""Resolve all: who is who over every active record, and what that changes.

Done where a chunk at a time would be slower (a first load) or wrong (another model, other rules).
The engine works before any transaction is opened. What changes is then written in short ones; until
the last of them the partition counts as being changed, so that whoever comes after a crash resolves
all again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from tellonce.hub.bridge.resolution import Resolution, resolve_all
from tellonce.hub.bridge.types import Progress
from tellonce.hub.core.bulk import count_grown_tables
from tellonce.hub.customers.planning import Plan, plans, plans_of_sets
from tellonce.hub.customers.selectors import any_customer
from tellonce.hub.customers.writing import apply_plans
from tellonce.hub.events.services import emit_many
from tellonce.hub.intake.acts import act, set_rules_of_partition
from tellonce.hub.intake.golden import resolved_customers
from tellonce.hub.intake.queueing import settle_all_reviews
from tellonce.hub.intake.rules import Rules, fingerprint_in_force
from tellonce.hub.intake.telling import Tally, happenings
from tellonce.hub.intake.waiting import Versions, all_waiting, clear_queue, settle
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.matching.selectors import live_decisions, stored_edges
from tellonce.hub.matching.services import (
    adopt_model,
    change_edges,
    change_match_keys,
    clear_match_keys,
)
from tellonce.hub.matching.types import StoredEdge
from tellonce.hub.sources.selectors import ACTIVE, active_records, current_versions

_CUSTOMERS_AT_ONCE = 10_000
_ROWS_AT_ONCE = 2_000
_KEYS_AT_ONCE = 20_000
_EDGES_AT_ONCE = 5_000


def resolve_everything(rules: Rules, lease: HeldLease, progress: Progress) -> Tally:
    """Resolve every active record and write what changed. The caller holds the resolver's lease."""
    waiting = all_waiting()
    used = Versions()
    found = resolve_all(active_documents(used), rules.resolution, live_verdicts(), progress)
    with act(lease):
        set_rules_of_partition("")
        if rules.origin:
            trained = len(used) if rules.origin == "trained" else 0
            adopt_model(found.model, found.fingerprint, origin=rules.origin, records=trained)
    _write_keys(found, lease, progress)
    _write_edges(found, lease)
    tally = Tally(report=found.report)
    _write_customers(found, tally, lease, progress)
    settle_all_reviews(lease)
    _settle(used, waiting, lease)
    count_grown_tables()
    clear_queue()
    return tally


def active_documents(used: Versions) -> Iterator[tuple[int, str]]:
    """Every active record (row id) with its content; notes in `used` which version that was."""
    for text in active_records():
        used.add(text.id, text.version)
        yield text.id, text.document


def live_verdicts() -> list[tuple[int, int, str]]:
    """The live decisions between active records."""
    decisions = live_decisions()
    states = current_versions({end for d in decisions for end in (d.left, d.right)})
    active = {record for record, (_, state) in states.items() if state == ACTIVE}
    return [
        (d.left, d.right, d.verdict) for d in decisions if d.left in active and d.right in active
    ]


def _write_keys(found: Resolution, lease: HeldLease, progress: Progress) -> None:
    """Make the index of blocking keys anew, in one sorted run."""
    progress("index", 0, 0)
    with act(lease):
        clear_match_keys()
    for run in found.keys(_KEYS_AT_ONCE):
        with act(lease):
            change_match_keys([], run)


def _write_edges(found: Resolution, lease: HeldLease) -> None:
    """Make the stored pairs those of this resolution."""
    held = {(edge.left, edge.right): edge for edge in stored_edges()}
    for part in found.pairs(_EDGES_AT_ONCE):
        gone, fresh = [], []
        for pair, linked in part:
            edge = StoredEdge(*pair, linked=linked)
            before = held.pop(pair[:2], None) if held else None
            if before != edge:
                fresh.append(edge)
                gone += [pair[:2]] if before else []
        with act(lease):
            change_edges(gone, fresh)
    for pairs in _slices(list(held), _EDGES_AT_ONCE):
        with act(lease):
            change_edges(pairs, [])


def _write_customers(found: Resolution, tally: Tally, lease: HeldLease, progress: Progress) -> None:
    """Part by part: in a hub with customers ids may pass from any of them to any other, but golden
    records are worked out for those at hand only.
    """
    done = 0
    for part in _parts(_plans(found)):
        with act(lease) as moment:
            applied = apply_plans(part, moment)
            emit_many(happenings(applied), last=True)
        tally.add(applied)
        done += sum(len(plan.sets) for plan in part)
        progress("write customers", done, 0)


def _plans(found: Resolution) -> Iterator[Plan]:
    if any_customer():
        return plans_of_sets(
            list(found.sets()), lambda numbers: resolved_customers(found.customers_of(numbers))
        )
    parts = map(resolved_customers, found.customers(_CUSTOMERS_AT_ONCE))
    return chain.from_iterable(plans(part, ()) for part in parts)


def _settle(used: Versions, before: Versions, lease: HeldLease) -> None:
    """Take out of the queue what was resolved, and say of what arrived meanwhile by which version
    it is held now.
    """
    waiting = iter(all_waiting())
    while part := list(islice(waiting, _KEYS_AT_ONCE)):
        with act(lease):
            settle((i, used.get(i) or before.get(i) or 0, used.get(i)) for i in part)
    with act(lease):
        set_rules_of_partition(fingerprint_in_force())


def _parts(all_plans: Iterable[Plan]) -> Iterator[list[Plan]]:
    part: list[Plan] = []
    size = 0
    for plan in all_plans:
        part.append(plan)
        size += plan.size
        if size >= _ROWS_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _slices(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
