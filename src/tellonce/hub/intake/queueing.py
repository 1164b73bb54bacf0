"""Which pairs a person should look at, kept in step with the partition inside every act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from tellonce.hub.bridge.matching import link_cut_of
from tellonce.hub.bridge.types import ResolutionRules
from tellonce.hub.customers.selectors import customer_sizes
from tellonce.hub.intake.acts import act
from tellonce.hub.intake.rules import rules_in_force
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.matching.acts import WITHDRAWN
from tellonce.hub.matching.reviews import keep_reviews, records_to_review
from tellonce.hub.matching.selectors import decisions_touching, edges_touching
from tellonce.hub.matching.types import OpenPair, Pair, StoredEdge

_RECORDS_AT_ONCE = 2_000


def open_pairs(
    edges: Collection[StoredEdge],
    rules: ResolutionRules,
    around: Collection[StoredEdge] | None = None,
) -> dict[Pair, OpenPair]:
    """Those of these pairs that are between the cuts, or kept apart by a rule, and undecided.

    Customers are as they are written by now. `around`: every kept pair of the records of those that
    are linked below the cut, where that is more than `edges`.
    """
    link = link_cut_of(rules)
    strongest = _strongest(edges if around is None else around)
    doubtful = [
        edge
        for edge in edges
        if not edge.linked or (edge.probability < link and _holds(edge, strongest))
    ]
    if not doubtful:
        return {}
    ends = {end for edge in doubtful for end in (edge.left, edge.right)}
    decided = {(d.left, d.right) for d in decisions_touching(ends) if d.verdict != WITHDRAWN}
    sizes = customer_sizes(ends)
    return {
        (edge.left, edge.right): OpenPair(
            edge.linked,
            _value(min(edge.probability, link), sizes[edge.left], sizes[edge.right]),
        )
        for edge in doubtful
        if (edge.left, edge.right) not in decided and edge.left in sizes and edge.right in sizes
    }


def settle_all_reviews(lease: HeldLease) -> None:
    """Make all open reviews what they are, in short acts."""
    rules = rules_in_force().resolution
    link = link_cut_of(rules)
    for part in _parts(records_to_review(link)):
        edges = edges_touching(part)
        weak = [edge for edge in edges if edge.linked and edge.probability < link]
        around = edges_touching({end for edge in weak for end in (edge.left, edge.right)})
        wanted = open_pairs(edges, rules, around)
        with act(lease) as moment:
            keep_reviews(part, wanted, moment)


def _parts(records: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(records)
    while part := list(islice(remaining, _RECORDS_AT_ONCE)):
        yield part


def _strongest(edges: Iterable[StoredEdge]) -> Mapping[int, float]:
    """Record -> the probability of its strongest pair inside its customer."""
    found: dict[int, float] = defaultdict(float)
    for edge in edges:
        if edge.linked:
            for end in (edge.left, edge.right):
                found[end] = max(found[end], edge.probability)
    return found


def _holds(edge: StoredEdge, strongest: Mapping[int, float]) -> bool:
    """Whether it is the strongest bond of one of its records."""
    return edge.probability in (strongest[edge.left], strongest[edge.right])


def _value(probability: float, left: int, right: int) -> float:
    """Variance of the answer, times the fewer of the records that it would move."""
    return round(probability * (1 - probability) * min(left, right), 6)
