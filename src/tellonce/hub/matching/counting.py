"""Which of all that people said about pairs counts, as acts count or are undone.

A merge says that all records of its sides are the same. Where some belonged to their side only by
what people had said before, what it says of these counts while that holds them to their side: the
undo of what was said before is as if that had never been, and says nothing of the merge itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tellonce.hub.core.bulk import among_either
from tellonce.hub.matching.models import Decision, MatchAct
from tellonce.hub.matching.types import Pair

_ROWS = """
    SELECT d.id, d.left_id, d.right_id, d.verdict, a.id, a.kind, a.undone_by_id
    FROM decisions d LEFT JOIN match_acts a ON a.id = d.act_id WHERE
"""
_ENDS = ("d.left_id", "d.right_id")
_Row = tuple[int, int, int, str, int | None, str | None, int | None]

Group = Collection[int]


@dataclass(frozen=True)
class Said:
    """What people ever said around some records.

    `rows`: every decision, the oldest first; `merges`: groups and bound parts (see `bound_parts`)
    of each merge (row id) that has such parts.
    """

    rows: Sequence[_Row]
    merges: Mapping[int, tuple[Sequence[Group], Sequence[Group]]]

    def newest(self) -> dict[Pair, str]:
        """The newest row of each pair, whose act may be undone."""
        return {(left, right): verdict for _, left, right, verdict, *_ in self.rows}

    def counting(self, undone: Mapping[int, int | None]) -> dict[Pair, str]:
        """What holds of each pair of which anything does. `undone`: what undoes an act, None: it
        counts; of others, what is stored.
        """
        said: dict[Pair, str] = {}
        held: dict[int, frozenset[int]] = {}
        for _, left, right, verdict, act, kind, undone_by in self.rows:
            if act is not None:
                if kind == MatchAct.UNDO or undone.get(act, undone_by) is not None:
                    continue
                if act in self.merges:
                    if act not in held:
                        held[act] = _held(*self.merges[act], _same(said))
                    if not held[act].issuperset((left, right)):
                        continue
            said[left, right] = verdict
        return said


def said_around(records: Collection[int]) -> Said:
    """What people ever said of records (row ids), and of those with which they were merged."""
    rows: set[_Row] = set()
    merges: dict[int, tuple[Sequence[Group], Sequence[Group]]] = {}
    met: set[int] = set()
    front = set(records)
    while front:
        met |= front
        near = set(among_either(_ROWS, _ENDS, front)) - rows
        rows |= near
        ids = {row[4] for row in near if row[5] == MatchAct.MERGE} - merges.keys()
        found = MatchAct.objects.filter(pk__in=ids).values_list("id", "groups", "bound")
        new = {pk: (groups, bound) for pk, groups, bound in found if bound}
        merges |= new
        front = {one for groups, _ in new.values() for group in groups for one in group} - met
    return Said(sorted(rows), merges)


def bound_parts(
    group: Group, parts: Iterable[Group], same: Iterable[Pair]
) -> tuple[tuple[int, ...], ...]:
    """The parts of a group that what people said holds to its main part, the largest one.

    `parts`: what of the group would be one customer had nobody said that records are the `same`.
    """
    mine = [set(part).intersection(group) for part in parts]
    _, *others = sorted(filter(None, mine), key=lambda part: (-len(part), min(part))) or [set()]
    main = set(group).difference(*others)
    held = _reached(main, others, same)
    return tuple(tuple(sorted(part)) for part in others if held.issuperset(part))


def _held(
    groups: Sequence[Group], bound: Sequence[Group], same: Collection[Pair]
) -> frozenset[int]:
    """The records of groups without the parts that nothing holds to theirs any more."""
    found: set[int] = set()
    for group in groups:
        parts = [set(part) for part in bound if not set(part).isdisjoint(group)]
        found |= _reached(set(group).difference(*parts), parts, same)
    return frozenset(found)


def _reached(main: set[int], parts: Iterable[set[int]], same: Iterable[Pair]) -> set[int]:
    """The main part with those that are the same as a record of it, or of one that is."""
    part_of = {record: part for part in parts for record in part}
    near: dict[int, list[int]] = defaultdict(list)
    for one, other in same:
        near[one].append(other)
        near[other].append(one)
    met, front = set(main), list(main)
    while front:
        for other in near[front.pop()]:
            if other in part_of and other not in met:
                met |= part_of[other]
                front += part_of[other]
    return met


def _same(said: Mapping[Pair, str]) -> list[Pair]:
    return [pair for pair, verdict in said.items() if verdict == Decision.SAME]
