"""From the records that changed, along links and decisions, to the whole components they touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import numpy as np

from tellonce.engine.cluster.partition import Cut, followed
from tellonce.engine.model.document import ScoreModel
from tellonce.engine.placing.lookup import Decision, Edge, Identity, Lookup
from tellonce.engine.score.weights import odds

Pair = tuple[Identity, Identity]


@dataclass(frozen=True)
class Touched:
    """Whole components: `members` in order of identity, all their kept edges (also those that lead
    out of them, which are not followed), and the newest verdict on each pair of them.
    """

    members: list[Identity]
    edges: list[Edge]
    verdicts: dict[Pair, str]


@dataclass
class Surroundings:
    """The records as they are after the changes: what the lookup holds, less `gone`, plus `came`
    with the edges `added`; `decided` are the newest verdicts among the changes.
    """

    lookup: Lookup
    came: AbstractSet[Identity]
    gone: AbstractSet[Identity]
    added: Sequence[Edge]
    decided: dict[Pair, str]
    _added_by: dict[Identity, list[Edge]] = field(default_factory=dict)
    _decided_by: dict[Identity, list[Pair]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index what was added by either end."""
        for edge in self.added:
            for end in (edge.left, edge.right):
                self._added_by.setdefault(end, []).append(edge)
        for pair in self.decided:
            for end in pair:
                self._decided_by.setdefault(end, []).append(pair)

    def living(self, named: Iterable[Identity]) -> set[Identity]:
        """Those of `named` that are there after the changes."""
        wanted = set(named)
        held = set(self.lookup.holds(wanted - self.gone))
        return held | (wanted & self.came)

    def edges(self, of: AbstractSet[Identity]) -> list[Edge]:
        """The kept edges with an end among `of`, some of them twice."""
        held = of - self.came
        stored = self.lookup.edges(held) if held else ()
        found = [e for e in stored if e.left not in self.gone and e.right not in self.gone]
        for one in of:
            found += self._added_by.get(one, ())
        return found

    def verdicts(self, of: AbstractSet[Identity]) -> dict[Pair, str]:
        """The newest verdict on every pair with an end among `of`."""
        found = {d.pair: d.verdict for d in self.lookup.decisions(of)}
        for one in of if self._decided_by else ():
            found.update({pair: self.decided[pair] for pair in self._decided_by.get(one, ())})
        return found


def touched(
    seeds: Iterable[Identity], around: Surroundings, cut: Cut, model: ScoreModel
) -> Touched:
    """The whole components of `seeds`, those that are there no more left out."""
    members: set[Identity] = set()
    edges: dict[Pair, Edge] = {}
    verdicts: dict[Pair, str] = {}
    front = around.living(seeds)
    while front:
        members |= front
        found = around.edges(front)
        edges.update({(e.left, e.right): e for e in found})
        weights = np.array([e.match_weight for e in found])
        follow = followed(odds(weights, model), cut).tolist()
        near = {end for e, on in zip(found, follow, strict=True) if on for end in e[:2]}
        told = around.verdicts(front)
        verdicts.update(told)
        decided = {end for pair, verdict in told.items() if verdict == "same" for end in pair}
        front = (near - members) | around.living(decided - members)
    inner = {pair: v for pair, v in verdicts.items() if members.issuperset(pair)}
    return Touched(sorted(members), list(edges.values()), inner)


def last_verdicts(decisions: Iterable[Decision]) -> dict[Pair, str]:
    """The newest verdict on each pair, of decisions in the order in which they were made."""
    return {decision.pair: decision.verdict for decision in decisions}
