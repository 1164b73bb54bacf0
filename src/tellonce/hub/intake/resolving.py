"""Resolve all: who is who over every active record, and what that changes.

Done where a chunk at a time would be slower (a first load) or wrong (another model, other rules).
The engine works before any transaction is opened. What changes is then written in short ones; until
the last of them the partition counts as being changed, so that whoever comes after a crash resolves
all again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tellonce.hub.bridge.placing import keys_by_record
from tellonce.hub.bridge.resolution import resolve_all
from tellonce.hub.bridge.rows import join_documents
from tellonce.hub.bridge.types import Progress, Resolution
from tellonce.hub.customers.planning import Plan, plans
from tellonce.hub.customers.types import ResolvedCustomer
from tellonce.hub.customers.writing import apply_plans
from tellonce.hub.events.services import emit_many
from tellonce.hub.intake.acts import act, set_rules_of_partition
from tellonce.hub.intake.golden import resolved_customers
from tellonce.hub.intake.rules import Rules, fingerprint_in_force, rules_in_force
from tellonce.hub.intake.telling import Tally, happenings
from tellonce.hub.intake.waiting import WaitingRecord, all_waiting, settle
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.matching.selectors import live_decisions, stored_edges
from tellonce.hub.matching.services import (
    adopt_model,
    change_edges,
    change_match_keys,
    clear_match_keys,
)
from tellonce.hub.matching.types import StoredEdge
from tellonce.hub.sources.selectors import active_records
from tellonce.hub.sources.types import RecordText

_ROWS_AT_ONCE = 1_000
_KEYS_AT_ONCE = 20_000
_EDGES_AT_ONCE = 5_000


def resolve_everything(rules: Rules, lease: HeldLease, progress: Progress) -> Tally:
    """Resolve every active record and write what changed. The caller holds the resolver's lease."""
    waiting = all_waiting()
    texts = list(active_records())
    found = resolve_all(
        (join_documents(text.standardised, text.secret) for text in texts),
        rules.resolution,
        _decided(texts),
        progress,
    )
    with act(lease):
        set_rules_of_partition("")
        if rules.origin:
            trained = len(texts) if rules.origin == "trained" else 0
            adopt_model(found.model, found.fingerprint, origin=rules.origin, records=trained)
    _write_keys(texts, lease, progress)
    _write_edges(found, texts, lease)
    tally = Tally(report=found.report)
    _write_customers(_named(found, texts), tally, lease, progress)
    _settle({text.id: text.version for text in texts}, waiting, lease)
    return tally


def _decided(texts: Sequence[RecordText]) -> list[tuple[int, int, str]]:
    """The live decisions between active records, by position."""
    decisions = live_decisions()
    if not decisions:
        return []
    at = {text.id: position for position, text in enumerate(texts)}
    return [
        (at[d.left], at[d.right], d.verdict) for d in decisions if d.left in at and d.right in at
    ]


def _write_keys(texts: Sequence[RecordText], lease: HeldLease, progress: Progress) -> None:
    """Make the index of blocking keys anew, under the model that is adopted now."""
    rules = rules_in_force().resolution
    with act(lease):
        clear_match_keys()
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(texts), _KEYS_AT_ONCE):
        part = texts[start : start + _KEYS_AT_ONCE]
        documents = {t.id: join_documents(t.standardised, t.secret) for t in part}
        found = keys_by_record(documents, rules)
        pairs += [(key, record) for record, keys in found.items() for key in keys]
        progress("index", start + len(part), len(texts))
    pairs.sort()
    for run in _slices(pairs, _KEYS_AT_ONCE):
        with act(lease):
            change_match_keys([], run)


def _write_edges(found: Resolution, texts: Sequence[RecordText], lease: HeldLease) -> None:
    """Make the stored pairs those of this resolution."""
    held = stored_edges()
    wanted = set()
    for pair in found.pairs:
        left, right = sorted((texts[pair.left].id, texts[pair.right].id))
        figures = (pair.kind, pair.pattern, pair.match_weight, pair.probability)
        wanted.add(StoredEdge(left, right, *figures, pair.linked))
    gone = [(edge.left, edge.right) for edge in held - wanted]
    fresh = sorted(wanted - held, key=lambda edge: (edge.left, edge.right))
    for pairs in _slices(gone, _EDGES_AT_ONCE):
        with act(lease):
            change_edges(pairs, [])
    for edges in _slices(fresh, _EDGES_AT_ONCE):
        with act(lease):
            change_edges([], edges)


def _named(found: Resolution, texts: Sequence[RecordText]) -> list[ResolvedCustomer]:
    """The customers, their members by row id."""
    return [
        ResolvedCustomer(
            {texts[at].id: confidence for at, confidence in one.members.items()},
            one.opened,
            one.hidden,
        )
        for one in resolved_customers(found)
    ]


def _write_customers(
    resolved: Sequence[ResolvedCustomer], tally: Tally, lease: HeldLease, progress: Progress
) -> None:
    done = 0
    for part in _parts(plans(resolved)):
        with act(lease) as moment:
            applied = apply_plans(part, moment)
            emit_many(happenings(applied))
        tally.add(applied)
        done += sum(len(plan.sets) for plan in part)
        progress("write customers", done, len(resolved))


def _settle(used: Mapping[int, int], before: Mapping[int, WaitingRecord], lease: HeldLease) -> None:
    """Take out of the queue what was resolved, and say of what arrived meanwhile by which version
    it is held now.
    """
    now = all_waiting()
    rows = [
        (i, used[i] if i in used else before[i].version if i in before else 0, used.get(i))
        for i in now
    ]
    with act(lease):
        for part in _slices(rows, _KEYS_AT_ONCE):
            settle(part)
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
