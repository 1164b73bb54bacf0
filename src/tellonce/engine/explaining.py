"""Why records are, or are not, one customer: what blocking, scoring and clustering say together."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.block.kinds import KINDS
from tellonce.engine.cluster.bonds import bonds
from tellonce.engine.cluster.components import CERTAIN, Components, Pairs
from tellonce.engine.cluster.constraints import conflicts, decided
from tellonce.engine.model.document import BlockModel, MatchModel
from tellonce.engine.model.hashing import FILE_HASH_KEY
from tellonce.engine.pipeline import Resolved
from tellonce.engine.score.calibrate import compared
from tellonce.engine.score.explain import Explanation, Proposal, explanation
from tellonce.engine.score.weights import log_odds, odds
from tellonce.engine.settings import SPELLING, Settings, apart, link_cut, under_key
from tellonce.engine.tables import DECISIONS, RECORDS, check

Longs = npt.NDArray[np.int64]
RecordName = tuple[str, str]


def explain(records: pa.Table, model: MatchModel, hash_key: bytes = FILE_HASH_KEY) -> Explanation:
    """Why the two rows of RECORDS are, or are not, linked under the model."""
    comparable = standardise.comparable(
        check(records, RECORDS, "RECORDS"), standardise.StandardiseParams()
    )
    used = under_key(model, hash_key)
    found = explanation(comparable, used.score, SPELLING, hash_key)
    return replace(found, proposal=proposal(comparable, used.block, hash_key))


def proposal(comparable: pa.Table, model: BlockModel, hash_key: bytes) -> Proposal:
    """Which kinds of blocking keys the two rows of COMPARABLE share."""
    every = replace(model, kinds=tuple(kind.name for kind in KINDS), refined=(), stopped=())
    used = _shared(comparable, model, hash_key)
    shared = _shared(comparable, every, hash_key)
    in_force = set(model.kinds)
    return Proposal(
        kinds=used,
        too_common=tuple(k for k in shared if k in in_force and k not in used),
        not_in_force=tuple(kind for kind in shared if kind not in in_force),
    )


def _shared(comparable: pa.Table, model: BlockModel, hash_key: bytes) -> tuple[str, ...]:
    keys = block.keys(comparable, model, SPELLING, hash_key)
    held = np.column_stack([keys["kind"].to_numpy(), keys["key"].to_numpy()])
    values, rows = np.unique(held, axis=0, return_counts=True)
    return tuple(KINDS[kind].name for kind in np.unique(values[rows > 1, 0]).tolist())


@dataclass(frozen=True)
class Link:
    """Two records (source, record id) with their log2 odds and match probability.

    `decided`: a person said that they are the same. `conflict`: of a link between two customers,
    which of their records cannot be one customer and why; empty where other records outweigh it.
    """

    left: RecordName
    right: RecordName
    odds_bits: float
    probability: float
    decided: bool = False
    conflict: str = ""


@dataclass(frozen=True)
class CustomerExplanation:
    """What makes records one customer.

    members   the records, in canonical order
    links     pairs of them at or above the link cut or decided to be the same, strongest first
    bridges   links whose loss alone would split the customer, weakest first
    holding   the links that hold it together: the bridges, else the strongest ones that span it
    weakest   the weakest pair that is needed to connect all members, with why it is what it is;
              None for a record alone
    against   pairs of members that speak against being one customer, strongest first
    apart     links to records of other customers: a conflict, or other records, outweighed them
    link      the match probability from which on pairs are linked
    """

    members: tuple[RecordName, ...]
    links: tuple[Link, ...]
    bridges: tuple[Link, ...]
    holding: tuple[Link, ...]
    weakest: Link | None
    weakest_explained: Explanation | None
    against: tuple[Link, ...]
    apart: tuple[Link, ...]
    link: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        explained = self.weakest_explained
        return {**asdict(self), "weakest_explained": explained.to_dict() if explained else None}


def explain_customer(
    found: Resolved, row: int, settings: Settings, decisions: pa.Table | None = None
) -> CustomerExplanation:
    """What holds the customer of a row together, in a result made with these settings."""
    cluster = found.clusters["cluster"].to_numpy()
    rows = np.flatnonzero(cluster == cluster[row])
    cut = log_odds(link_cut(settings, found.model))
    pairs = _inner(found, rows, settings, decisions)
    held = bonds(len(rows), pairs, cut)
    names = _names(found.records, rows)
    links = _links(pairs, held.links, names)
    bridges = _links(pairs, held.bridges, names)[::-1]
    spanning = _links(pairs, held.spanning, names)
    weakest = spanning[-1] if spanning else None
    return CustomerExplanation(
        members=names,
        links=links,
        bridges=bridges,
        holding=bridges or spanning,
        weakest=weakest,
        weakest_explained=_explained(found, rows, names, weakest, settings),
        against=_links(pairs, np.flatnonzero(pairs.odds < 0), names)[::-1],
        apart=_apart(found, rows, settings, decisions),
        link=link_cut(settings, found.model),
    )


def _inner(found: Resolved, rows: Longs, settings: Settings, decisions: pa.Table | None) -> Pairs:
    """All pairs of the rows, by position, with their odds; those decided the same are certain."""
    left, right = (side.astype(np.int64) for side in np.triu_indices(len(rows), 1))
    if not len(left):
        return Pairs(left, right, np.zeros(0))
    comparable = standardise.comparable(
        found.records.take(pa.array(rows)), standardise.StandardiseParams()
    )
    seen = compared(
        comparable,
        found.model.score,
        left,
        right,
        spelling=SPELLING,
        hash_key=settings.hash_key,
    )
    log2_odds = odds(seen.weight, found.model.score)
    if decisions is not None:
        limits = decided(decisions)
        same = set(zip(limits.same_left.tolist(), limits.same_right.tolist(), strict=True))
        pairs = zip(rows[left].tolist(), rows[right].tolist(), strict=True)
        log2_odds = np.where([pair in same for pair in pairs], CERTAIN, log2_odds)
    return Pairs(left, right, log2_odds)


def _links(pairs: Pairs, at: Longs, names: tuple[RecordName, ...]) -> tuple[Link, ...]:
    """Strongest first; ties by name."""
    order = at[np.lexsort((pairs.right[at], pairs.left[at], -pairs.odds[at]))]
    return tuple(_link(names[pairs.left[k]], names[pairs.right[k]], pairs.odds[k]) for k in order)


def _link(left: RecordName, right: RecordName, log2_odds: float) -> Link:
    probability = 1.0 / (1.0 + 2.0 ** -min(float(log2_odds), 1000.0))
    return Link(left, right, round(float(log2_odds), 3), probability, bool(log2_odds >= CERTAIN))


def _names(records: pa.Table, rows: Longs) -> tuple[RecordName, ...]:
    taken = records.select(["source", "record_id"]).take(pa.array(rows))
    return tuple(zip(taken["source"].to_pylist(), taken["record_id"].to_pylist(), strict=True))


def _explained(
    found: Resolved,
    rows: Longs,
    names: tuple[RecordName, ...],
    link: Link | None,
    settings: Settings,
) -> Explanation | None:
    if link is None:
        return None
    ends = [int(rows[names.index(end)]) for end in (link.left, link.right)]
    told = explain(found.records.take(pa.array(ends)), found.model, settings.hash_key)
    return replace(told, link=link_cut(settings, found.model), one_customer=True)


def _apart(
    found: Resolved, rows: Longs, settings: Settings, decisions: pa.Table | None
) -> tuple[Link, ...]:
    """Kept edges at or above the cut between the rows and others, strongest first."""
    left, right = (found.edges[side].to_numpy() for side in ("left", "right"))
    log2_odds = odds(found.edges["match_weight"].to_numpy(), found.model.score)
    inside = np.isin(left, rows)
    cut = log_odds(link_cut(settings, found.model))
    at = np.flatnonzero((inside != np.isin(right, rows)) & (log2_odds >= cut))
    at = at[np.argsort(-log2_odds[at], kind="stable")]
    cluster = found.clusters["cluster"].to_numpy()
    theirs = cluster[np.where(inside, right, left)[at]]
    why = {
        other: _conflict(found, rows, np.flatnonzero(cluster == other), settings, decisions)
        for other in np.unique(theirs).tolist()
    }
    ends = [_names(found.records, side[at]) for side in (left, right)]
    links = zip(*ends, log2_odds[at], theirs.tolist(), strict=True)
    return tuple(replace(_link(a, b, bits), conflict=why[other]) for a, b, bits, other in links)


def _conflict(
    found: Resolved, mine: Longs, theirs: Longs, settings: Settings, decisions: pa.Table | None
) -> str:
    """The first two records, of one customer each, that cannot be one; empty if there are none."""
    both = np.sort(np.concatenate([mine, theirs]))
    records = found.records.take(pa.array(both))
    whole = Components(np.array([0, len(both)]), np.arange(len(both)))
    numbers = conflicts(records, whole, frozenset())
    promised = conflicts(records, whole, apart(settings, found.model.score))
    told = decided(DECISIONS.empty_table() if decisions is None else decisions)
    parts = (
        (told.different_left, told.different_right, "were decided to be different"),
        (
            both[numbers.different_left],
            both[numbers.different_right],
            "have different numbers of a kind that a person has one of for life",
        ),
        (
            both[promised.different_left],
            both[promised.different_right],
            "are of one source that has no duplicates of its own",
        ),
    )
    for left, right, words in parts:
        crossing = (np.isin(left, mine) & np.isin(right, theirs)) | (
            np.isin(left, theirs) & np.isin(right, mine)
        )
        for at in np.flatnonzero(crossing)[:1]:
            one, other = _names(found.records, np.array([left[at], right[at]]))
            return f"{':'.join(one)} and {':'.join(other)} {words}"
    return ""
