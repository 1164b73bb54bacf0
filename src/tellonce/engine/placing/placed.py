"""Changes -> what they change among the customers. The outcome equals one batch over what is left.

Why it does: whether two records are candidates and how much they weigh depends on the two and the
model alone; the clusters and golden records of a component depend on its records, edges and
decisions alone. So it is enough to score what arrived and to resolve the components it touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tellonce.engine import golden as golden_stage
from tellonce.engine.cluster.components import Longs, Pairs
from tellonce.engine.cluster.constraints import decided
from tellonce.engine.cluster.evidence import PairScores
from tellonce.engine.cluster.partition import Cut, partition
from tellonce.engine.errors import InputError
from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing.arrival import Arrival, arrival
from tellonce.engine.placing.lookup import Changes, Decision, Edge, Identity, Lookup
from tellonce.engine.placing.scorer import Pair, Scorer
from tellonce.engine.placing.touched import Surroundings, Touched, last_verdicts, touched
from tellonce.engine.score.weights import odds
from tellonce.engine.settings import Settings, cut, mixture, under_key
from tellonce.engine.tables import DECISIONS, GOLDEN, RECORDS


@dataclass(frozen=True)
class Placed:
    """What the changes change.

    `records` are all of the touched components as they are now, in canonical order, with their
    `clusters` and `golden` records, where `row` and `cluster` are ranks among them; `added` and
    `removed` are kept edges. `arrived`, `deleted` and `decisions` are the changes themselves, for
    the lookup to take over.
    """

    records: pa.Table
    clusters: pa.Table
    golden: pa.Table
    added: tuple[Edge, ...]
    removed: tuple[Edge, ...]
    arrived: Arrival
    deleted: tuple[Identity, ...]
    decisions: tuple[Decision, ...]


def place(changes: Changes, lookup: Lookup, model: MatchModel, settings: Settings) -> Placed:
    """Place new, changed and deleted records and decisions among what the lookup holds.

    Nothing is written. `model` and `settings` are those that all that is held was placed under.
    Raises InputError where a record is named twice.
    """
    model = under_key(model, settings.hash_key)
    arrived = arrival(changes.records, model, settings)
    deleted = tuple(dict.fromkeys(changes.deleted))
    _check_apart(arrived, deleted)
    gone = arrived.row.keys() | set(deleted)
    scorer = Scorer(arrived, lookup, model, settings)
    before, after = set(lookup.edges(lookup.holds(gone))), set(scorer.edges(gone))
    added, removed = after - before, before - after
    around = Surroundings(
        lookup, arrived.row.keys(), gone, list(after), last_verdicts(changes.decisions)
    )
    seeds = {end for edge in added | removed for end in edge[:2]} | arrived.row.keys()
    seeds.update(end for pair in around.decided for end in pair)
    seeds.update(end for pair in around.verdicts(set(deleted)) for end in pair)
    within = cut(settings, model)
    found = touched(seeds, around, within, model.score)
    records = _records(found.members, arrived, lookup)
    clusters = _partition(found, records, within, scorer)
    golden = GOLDEN.empty_table()
    if settings.golden:
        golden = golden_stage.golden(records, clusters, settings.rules)
    return Placed(
        records,
        clusters,
        golden,
        tuple(sorted(added)),
        tuple(sorted(removed)),
        arrived,
        deleted,
        tuple(changes.decisions),
    )


def _check_apart(arrived: Arrival, deleted: Sequence[Identity]) -> None:
    for identity in deleted:
        if identity in arrived.row:
            raise InputError(
                f"Record {identity[1]!r} of {identity[0]!r} is to be placed and to be deleted.",
                "Name it once: what comes later counts.",
            )


def _records(members: Sequence[Identity], arrived: Arrival, lookup: Lookup) -> pa.Table:
    """RECORDS of the members, in their order."""
    held = [member for member in members if member not in arrived.row]
    if not held and len(members) == len(arrived.row):
        return arrived.records  # both are in order of identity
    place = {member: at for at, member in enumerate(held)}
    place.update({member: len(held) + at for member, at in arrived.row.items()})
    stored = lookup.records(held) if held else RECORDS.empty_table()
    both = pa.concat_tables([stored, arrived.records])
    return both.take(pa.array([place[member] for member in members], pa.int64())).combine_chunks()


def _partition(found: Touched, records: pa.Table, cut: Cut, scorer: Scorer) -> pa.Table:
    """CLUSTERS of the members; records that edges lead out to have rows beyond those of members."""
    row = {member: at for at, member in enumerate(found.members)}
    for edge in found.edges:
        for end in edge[:2]:
            row.setdefault(end, len(row))
    ends = np.array([(row[e.left], row[e.right]) for e in found.edges], np.int64).reshape(-1, 2)
    left, right = ends.min(axis=1), ends.max(axis=1)
    order = np.lexsort((right, left))
    weights = np.array([e.match_weight for e in found.edges])
    known = Pairs(left[order], right[order], odds(weights, scorer.model.score)[order])

    def named(left: Longs, right: Longs) -> list[Pair]:
        ends = zip(left.tolist(), right.tolist(), strict=True)
        return [(found.members[a], found.members[b]) for a, b in ends]

    scores = PairScores(
        lambda left, right: scorer.odds(named(left, right)),
        lambda left, right: scorer.evidence(named(left, right)),
        mixture(scorer.model.score),
    )
    return partition(records, known, decided(_decisions(found, row)), cut, scores)


def _decisions(found: Touched, row: dict[Identity, int]) -> pa.Table:
    if not found.verdicts:
        return DECISIONS.empty_table()
    rows = [
        {"left": row[left], "right": row[right], "verdict": verdict}
        for (left, right), verdict in sorted(found.verdicts.items())
    ]
    return pa.Table.from_pylist(rows, schema=DECISIONS)
