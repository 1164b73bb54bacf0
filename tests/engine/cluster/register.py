"""Ids as whoever keeps them would: every holding, and where retired ids lead."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tellonce.engine.cluster.identity import Assignment, Holding, Members, assigned

State = dict[Members, int]


@dataclass
class Register:
    """Takes note of each act, numbered from 1; ids are numbered from 1 too."""

    holdings: list[Holding] = field(default_factory=list)
    leads: dict[int, int] = field(default_factory=dict)
    acts: int = 0
    ids: int = 0

    def move(self, customers: Sequence[Members], gone: frozenset[Any] = frozenset()) -> State:
        """Give ids to the customers that an act touched; all those of before, if it touched all.

        `gone` are records that the act took away.
        """
        self.acts += 1
        touched = gone.union(*customers)
        concerned = self._concerned(touched)
        found = assigned(customers, [h for h in self.holdings if h.id in concerned])
        after = {c: one or self._new() for c, one in zip(customers, found.ids, strict=True)}
        self._lead(found, [after[c] for c in customers])
        kept = {(one, members) for members, one in after.items()}
        now = {(h.id, h.members) for h in self.holdings if h.until is None}
        self.holdings = [
            replace(h, until=self.acts)
            if h.until is None and h.id in concerned and (h.id, h.members) not in kept
            else h
            for h in self.holdings
        ]
        self.holdings += [
            Holding(one, members, self.acts) for one, members in sorted(kept - now, key=str)
        ]
        return after

    def living(self) -> State:
        """The customers there are, and their ids."""
        return {h.members: h.id for h in self.holdings if h.until is None}

    def _concerned(self, touched: frozenset[Any]) -> set[int]:
        """The living ids that have a touched record, and the retired ones that ever had one."""
        living = {h.id: h.members for h in self.holdings if h.until is None}
        near = {one for one, members in living.items() if members & touched}
        assert all(living[one] <= touched for one in near), "a customer is touched in part"
        former = {h.id for h in self.holdings if h.members & touched}
        return near | (former - living.keys())

    def _new(self) -> int:
        self.ids += 1
        return self.ids

    def _lead(self, found: Assignment, ids: list[int]) -> None:
        for one in found.revived:
            self.leads.pop(one, None)
        for one, heir in found.retired.items():
            if heir is not None:
                self.leads[one] = ids[heir]

    def resolved(self, one: int) -> int | None:
        """The living id that an id stands for; None where its records are gone."""
        living = {h.id for h in self.holdings if h.until is None}
        seen = set()
        while one not in living:
            assert one not in seen, "redirects go round in a circle"
            seen.add(one)
            if one not in self.leads:
                return None
            one = self.leads[one]
        return one
