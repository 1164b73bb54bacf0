"""Which pairs must, or must not, be one customer, whatever their weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.cluster.components import Components, Pairs
from tellonce.engine.cluster.kernels import smallest_connected
from tellonce.engine.cluster.split import Constraints, inner_pairs
from tellonce.engine.lists import flat, owners

Longs = npt.NDArray[np.int64]
# A person has one number of each of these for life, and a check digit vouches for what is written.
FOR_LIFE = frozenset({"pesel", "cpr", "bsn", "hetu", "personnummer", "cnp", "egn", "rodne_cislo"})


def decided(decisions: pa.Table) -> Constraints:
    """The newest decision of each pair: later rows of DECISIONS win. A verdict that is neither
    "same" nor "different" withdraws the earlier ones.
    """
    left, right = (decisions[name].to_numpy().astype(np.int64) for name in ("left", "right"))
    low, high = np.minimum(left, right), np.maximum(left, right)
    verdict = np.array(decisions["verdict"].to_pylist(), dtype=object)
    newest = {(int(a), int(b)): v for a, b, v in zip(low, high, verdict, strict=True) if a != b}
    same = sorted(pair for pair, v in newest.items() if v == "same")
    different = sorted(pair for pair, v in newest.items() if v == "different")
    return Constraints(*_columns(same), *_columns(different))


def _columns(pairs: list[tuple[int, int]]) -> tuple[Longs, Longs]:
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def conflicts(records: pa.Table, found: Components, unique_sources: frozenset[str]) -> Constraints:
    """Pairs inside components that cannot be one customer: two records of a source without
    duplicates, or two different valid numbers of a kind that a person has one of for life.
    """
    component, left, right = inner_pairs(found, 2)
    a, b = found.members[found.off[component] + left], found.members[found.off[component] + right]
    none = np.zeros(0, np.int64)
    if not len(a):
        return Constraints(none, none, none, none)
    source = records["source"].combine_chunks().dictionary_encode()
    codes = source.indices.to_numpy()
    named = source.dictionary.to_pylist()
    unique = np.array([name in unique_sources for name in named], np.bool_)
    clash = (codes[a] == codes[b]) & unique[codes[a]] if len(named) else np.zeros(0, np.bool_)
    for numbers in _numbers_for_life(records):
        clash |= (numbers[a] >= 0) & (numbers[b] >= 0) & (numbers[a] != numbers[b])
    return Constraints(none, none, a[clash], b[clash])


def _numbers_for_life(records: pa.Table) -> list[Longs]:
    """Per kind: a code of each row's valid number, -1 where it has none or several."""
    offsets, entries = flat(records["identifiers"])
    table = pa.table(
        {
            "row": owners(offsets),
            "kind": pc.struct_field(entries, "kind"),
            "value": pc.struct_field(entries, "value"),
            "valid": pc.fill_null(pc.struct_field(entries, "valid"), False),
        }
    )
    table = table.filter(table["valid"])
    found = []
    for kind in sorted(FOR_LIFE & set(table["kind"].unique().to_pylist())):
        part = table.filter(pc.equal(table["kind"], kind))
        rows = part["row"].to_numpy()
        values = part["value"].combine_chunks().dictionary_encode().indices.to_numpy()
        codes = np.full(records.num_rows, -1, np.int64)
        codes[rows] = values
        several = np.bincount(rows, minlength=records.num_rows) > 1
        codes[several] = -1
        found.append(codes)
    return found


def together(*parts: Constraints) -> Constraints:
    """All constraints of the parts."""
    columns = ("same_left", "same_right", "different_left", "different_right")
    return Constraints(*(np.concatenate([getattr(p, c) for p in parts]) for c in columns))


def unless_decided(conflicts: Constraints, people: Constraints) -> Constraints:
    """The conflicts, but those between rows that people made one: no rule overrides people."""
    if not len(people.same_left) or not len(conflicts.different_left):
        return conflicts
    rows = 1 + max(int(conflicts.different_right.max()), int(people.same_right.max()))
    group = smallest_connected(rows, people.same_left, people.same_right)
    left, right = conflicts.different_left, conflicts.different_right
    apart = group[left] != group[right]
    return replace(conflicts, different_left=left[apart], different_right=right[apart])


def consistent(limits: Constraints, known: Pairs) -> Constraints:
    """The constraints without the `same` pairs that contradict a `different` one.

    `different` wins, and of a chain of `same` pairs the lightest is cut: they are taken from the
    heaviest on (odds of `known`, 0 where unknown; ties by row), without those that would bring
    together what must stay apart.
    """
    if not len(limits.same_left) or not len(limits.different_left):
        return limits
    odds = _odds(limits.same_left, limits.same_right, known)
    order = np.lexsort((limits.same_right, limits.same_left, -odds))
    groups = _Groups(limits)
    held = [
        place
        for place in order.tolist()
        if groups.joined(int(limits.same_left[place]), int(limits.same_right[place]))
    ]
    kept = np.sort(np.array(held, np.int64))
    return replace(limits, same_left=limits.same_left[kept], same_right=limits.same_right[kept])


def _odds(left: Longs, right: Longs, known: Pairs) -> npt.NDArray[np.float64]:
    """Odds of the pairs where `known` has them, else 0."""
    wanted = set(zip(left.tolist(), right.tolist(), strict=True))
    at = np.flatnonzero(np.isin(known.left, left) & np.isin(known.right, right)).tolist()
    found = {pair: float(known.odds[k]) for k in at if (pair := _pair(known, k)) in wanted}
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return np.array([found.get(pair, 0.0) for pair in pairs], np.float64)


def _pair(known: Pairs, at: int) -> tuple[int, int]:
    return int(known.left[at]), int(known.right[at])


class _Groups:
    """Rows joined one `same` pair at a time, as long as no two that are `different` meet."""

    def __init__(self, limits: Constraints) -> None:
        rows = np.concatenate([limits.same_left, limits.same_right])
        self.group = {int(row): {int(row)} for row in np.unique(rows)}
        self.apart: dict[int, set[int]] = {}
        for a, b in zip(
            limits.different_left.tolist(), limits.different_right.tolist(), strict=True
        ):
            self.apart.setdefault(a, set()).add(b)
            self.apart.setdefault(b, set()).add(a)

    def joined(self, a: int, b: int) -> bool:
        """Join the groups of two rows; False, and nothing done, where they must stay apart."""
        one, other = self.group[a], self.group[b]
        if one is other:
            return True
        small, large = sorted((one, other), key=len)
        if any(not large.isdisjoint(self.apart.get(row, ())) for row in small):
            return False
        large |= small
        for row in small:
            self.group[row] = large
        return True
