"""Place: who is who over all active records, and what that changes.

The engine works before any transaction is opened. What changes is then written group by group,
each group whole, so that stopping in the middle leaves every customer either as before or as after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tellonce.hub.bridge.resolution import resolve_all
from tellonce.hub.bridge.rows import join_documents
from tellonce.hub.bridge.types import Progress, Resolution, ResolutionRules
from tellonce.hub.customers.planning import Plan, plans
from tellonce.hub.customers.types import ResolvedCustomer
from tellonce.hub.customers.writing import apply_plans
from tellonce.hub.events.services import emit_many
from tellonce.hub.intake.telling import happenings
from tellonce.hub.jobs.services import confirm
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.matching.selectors import (
    adopted_model,
    any_decision,
    live_decisions,
    stored_edges,
)
from tellonce.hub.matching.services import adopt_model, change_edges
from tellonce.hub.matching.types import StoredEdge
from tellonce.hub.policy.classes import attribute_class, is_encrypted
from tellonce.hub.sources.selectors import active_records, deliveries_to_place, sources
from tellonce.hub.sources.services import mark_placed
from tellonce.hub.sources.types import RecordText
from tellonce.hub.vault.services import hash_key

TRAINS_AT = 1_000
"""Active records from which a first model is trained and adopted."""

_ROWS_AT_ONCE = 1_000
_EDGES_AT_ONCE = 5_000


@dataclass(frozen=True)
class Placed:
    """What placing changed. `model`: shipped, trained now, or adopted before."""

    records: int
    customers: int
    created: int
    changed: int
    merged: int
    split: int
    removed: int
    model: str
    report: Mapping[str, Any]


def place_all(lease: HeldLease, progress: Progress) -> Placed:
    """Resolve every active record and write what changed. The caller holds the resolver's lease."""
    waiting = deliveries_to_place()
    texts = list(active_records())
    rules, origin = _rules(len(texts))
    found = resolve_all(
        (join_documents(text.standardised, text.secret) for text in texts),
        rules,
        _decided(texts),
        progress,
    )
    _adopt(found, origin, len(texts), lease)
    _write_edges(found, texts, lease)
    resolved = list(_customers(found, texts))
    totals = _write_customers(resolved, lease, progress)
    with transaction.atomic():
        confirm(lease)
        mark_placed(waiting)
    return Placed(
        records=len(texts),
        customers=len(resolved),
        **totals,
        model=origin or "adopted",
        report=found.report,
    )


def _rules(records: int) -> tuple[ResolutionRules, str]:
    """The rules of this resolution, and the origin of a model that is to be adopted ("" if none).

    The first time there are enough records, and no person has decided anything, one is trained.
    """
    adopted = adopted_model()
    model, origin = (adopted.document, "") if adopted else (None, "shipped")
    untrained = adopted is None or adopted.origin == "shipped"
    if untrained and records >= TRAINS_AT and not any_decision():
        model, origin = "", "trained"
    known = sources()
    return (
        ResolutionRules(
            model=model,
            hash_key=hash_key(),
            trust={source.name: source.config.trust for source in known if source.config.trust},
            unique_sources=frozenset(source.name for source in known if source.config.unique),
        ),
        origin,
    )


def _decided(texts: Sequence[RecordText]) -> list[tuple[int, int, str]]:
    """The live decisions between active records, by position."""
    decisions = live_decisions()
    if not decisions:
        return []
    at = {text.id: position for position, text in enumerate(texts)}
    return [
        (at[d.left], at[d.right], d.verdict) for d in decisions if d.left in at and d.right in at
    ]


def _adopt(found: Resolution, origin: str, records: int, lease: HeldLease) -> None:
    if not origin:
        return
    with transaction.atomic():
        confirm(lease)
        adopt_model(
            found.model,
            found.fingerprint,
            origin=origin,
            records=records if origin == "trained" else 0,
        )


def _write_edges(found: Resolution, texts: Sequence[RecordText], lease: HeldLease) -> None:
    """Make the stored pairs those of this resolution."""
    held = stored_edges()
    wanted = set()
    for pair in found.pairs:
        left, right = sorted((texts[pair.left].id, texts[pair.right].id))
        wanted.add(StoredEdge(left, right, pair.match_weight, pair.probability, pair.linked))
    gone = [(edge.left, edge.right) for edge in held - wanted]
    fresh = sorted(wanted - held, key=lambda edge: (edge.left, edge.right))
    with transaction.atomic():
        confirm(lease)
        change_edges(gone, [])
    for start in range(0, len(fresh), _EDGES_AT_ONCE):
        with transaction.atomic():
            confirm(lease)
            change_edges([], fresh[start : start + _EDGES_AT_ONCE])


def _customers(found: Resolution, texts: Sequence[RecordText]) -> Iterator[ResolvedCustomer]:
    sealed: dict[str, bool] = {}
    for members, entries in zip(found.sets, found.golden, strict=True):
        opened, hidden = [], []
        for entry in entries:
            name = entry[0]
            if name not in sealed:
                kind = f"identifier:{name}" if name in found.identifiers else name
                sealed[name] = is_encrypted(attribute_class(kind))
            (hidden if sealed[name] else opened).append(entry)
        yield ResolvedCustomer(
            {texts[at].id: confidence for at, confidence in members.items()}, opened, hidden
        )


def _write_customers(
    resolved: Sequence[ResolvedCustomer], lease: HeldLease, progress: Progress
) -> dict[str, int]:
    names = ("created", "changed", "merged", "split", "removed")
    totals = dict.fromkeys(names, 0)
    done = 0
    for part in _parts(plans(resolved)):
        with transaction.atomic():
            confirm(lease)
            applied = apply_plans(part)
            emit_many(happenings(applied))
        for name in names:
            totals[name] += len(getattr(applied, name))
        done += sum(len(plan.sets) for plan in part)
        progress("write customers", done, len(resolved))
    return totals


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
