"""What cannot be true together: records that people call the same around a chain, and different."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping

from tellonce.hub.core.errors import Contradiction
from tellonce.hub.matching.acts import DIFFERENT, SAME
from tellonce.hub.matching.selectors import decisions_touching
from tellonce.hub.matching.types import Pair, Verdicts, pair_of
from tellonce.hub.sources.selectors import deleted_records, record_names


def check_no_contradiction(said: Verdicts) -> None:
    """Raises `Contradiction`, naming the chain, where these verdicts would bring one about.

    One that was there before, as after an undo, does not stand in the way of others.
    """
    before = _around({end for pair in said for end in pair}, said)
    after = before | said
    found = _torn(after)
    new = sorted(found.keys() - _torn(before).keys())
    if new:
        raise _contradiction(found[new[0]], said)


def _around(seeds: set[int], said: Verdicts) -> dict[Pair, str]:
    """What people say by now of all records that are the same as these, or would be."""
    joined = _neighbours(said)
    told: dict[Pair, str] = {}
    met: set[int] = set()
    front = seeds - deleted_records(seeds)
    while front:
        met |= front
        near = {(d.left, d.right): d.verdict for d in decisions_touching(front)}
        told |= near
        ends = {end for pair, verdict in near.items() if verdict == SAME for end in pair}
        ends |= {other for one in front for other in joined.get(one, ())}
        front = ends - met
        front -= deleted_records(front)
    return {pair: verdict for pair, verdict in told.items() if met.issuperset(pair)}


def _neighbours(verdicts: Verdicts) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for (left, right), verdict in sorted(verdicts.items()):
        if verdict == SAME:
            found[left].append(right)
            found[right].append(left)
    return found


def _torn(verdicts: Verdicts) -> dict[Pair, list[int]]:
    """Pairs that are different, and the same around a chain: the shortest chain of each."""
    joined = _neighbours(verdicts)
    root = _components(joined)
    return {
        pair: _chain(*pair, joined)
        for pair, verdict in verdicts.items()
        if verdict == DIFFERENT and root.get(pair[0], -1) == root.get(pair[1], -2)
    }


def _components(joined: Mapping[int, list[int]]) -> dict[int, int]:
    root: dict[int, int] = {}
    for start in joined:
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if one not in root:
                root[one] = start
                waiting += joined[one]
    return root


def _chain(start: int, end: int, joined: Mapping[int, list[int]]) -> list[int]:
    came: dict[int, int] = {start: start}
    waiting = deque([start])
    while end not in came:
        one = waiting.popleft()
        for other in joined[one]:
            if came.setdefault(other, one) == one and other != start:
                waiting.append(other)
    chain = [end]
    while chain[-1] != start:
        chain.append(came[chain[-1]])
    return chain[::-1]


def _contradiction(chain: list[int], said: Verdicts) -> Contradiction:
    names = record_names(chain)
    chained = " = ".join(":".join(names[one]) for one in chain)
    ends = " and ".join(":".join(names[one]) for one in (chain[0], chain[-1]))
    if said.get(pair_of(chain[0], chain[-1])) == DIFFERENT:
        sentence = f"{chained} are the same by what people decided: {ends} cannot be different."
    else:
        sentence = f"{chained} would be the same, and by what people decided {ends} are different."
    return Contradiction(
        sentence,
        hint="Undo the act that is wrong (`tellonce acts list`), or decide on all of them.",
    )
