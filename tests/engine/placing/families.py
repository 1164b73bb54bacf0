"""Records that are hard to tell apart, what may happen to them, and a world that keeps count.

The pools are small, so that records collide all the time: twins, a parent of the same name, a
swapped name, a mailbox and a phone of the whole family, a shop's own number, two numbers for life.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from tellonce.engine.model.document import MatchModel
from tellonce.engine.pipeline import Settings, place, resolve
from tellonce.engine.placing import Changes, Decision, Edge, Identity, Memory, Placed
from tellonce.engine.tables import DECISIONS, RECORDS, canonical

SOURCES = ("crm", "shop", "web")
IDENTITIES: list[Identity] = [(s, str(n)) for s, n in product(SOURCES, range(5))]
PLACES = (
    {"street": "Lesna", "number": "7", "city": "Warszawa", "postal_code": "00-001"},
    {"street": "Lesna", "number": "7", "unit": "2", "city": "Warszawa", "postal_code": "00-001"},
    {"street": "Morska", "number": "1", "city": "Gdansk", "postal_code": "80-001"},
)
PESELS = ("80011312346", "80011312353")
SHOP = "+48221234567"
Content = dict[str, Any]
PEOPLE: tuple[Content, ...] = (  # twins, their mother, one of the same name, and one who married
    {"given": "Testa", "family": "Przykladna", "birth_date": "1980-01-13", "gender": "female"},
    {"given": "Tessa", "family": "Przykladna", "birth_date": "1980-01-13", "gender": "female"},
    {"given": "Testa", "family": "Przykladna", "birth_date": "1955-03-01", "gender": "female"},
    {"given": "Mock", "family": "Mockowy", "birth_date": "1971-12-24", "gender": "male"},
    {"given": "Testa", "family": "Mockowa", "birth_date": "1980-01-13", "gender": "female"},
)
SAID: dict[str, tuple[Any, ...]] = {
    "given": ("T", "Przykladna", None),
    "family": ("Przykladny", "Testa", None),
    "birth_date": ("1980-01-31", "1980-03-01", "1980", None),
    "gender": (None,),
}


def content(choose: Any) -> Content:
    """What a record says of one of PEOPLE, mostly; `choose` picks one of a sequence."""
    number = choose((0, 0, 0, *range(1, len(PEOPLE))))
    said = {part: choose((own, own, own, own, *SAID[part])) for part, own in PEOPLE[number].items()}
    name = {"given": said.pop("given"), "family": said.pop("family"), "kind": ""}
    email = choose((f"p{number}@example.com", f"p{number}@example.com", "family@example.com", None))
    phone = choose((f"+4860010020{number}", f"+4860010021{number}", SHOP, None))
    kind = choose(("", "", "", "", "pesel", "passport"))
    number_for_life = choose((PESELS[0], PESELS[number % 2]))
    identifier = {"kind": kind, "value": number_for_life, "valid": kind == "pesel"}
    other = {"name": "passport", "value": choose("ab"), "kind": "text"}
    return {
        **said,
        "names": [{**name, "suffix": choose((None, None, None, "jr"))}],
        "emails": [email] if email else [],
        "phones": [phone] if phone else [],
        "addresses": [dict(choose(PLACES))] if choose((True, True, False)) else [],
        "identifiers": [identifier] if kind else [],
        "others": [other] if choose((False, False, True)) else [],
    }


def contents() -> st.SearchStrategy[Content]:
    """Contents that Hypothesis can make simpler."""
    return st.composite(lambda draw: content(lambda pool: draw(st.sampled_from(pool))))()


def family(size: int, seed: int) -> pa.Table:
    """RECORDS of so many records out of the same pools."""
    random = Random(seed)
    rows = [
        {"source": random.choice(SOURCES), "record_id": f"t{n}", **content(random.choice)}
        for n in range(size)
    ]
    return canonical(pa.Table.from_pylist(rows, schema=RECORDS))


@dataclass(frozen=True)
class Put:
    """A record is new, comes again, or says something else now."""

    identity: Identity
    content: Content


@dataclass(frozen=True)
class Delete:
    """A record goes, if it is there."""

    identity: Identity


Act = Put | Delete | Decision


def acts(identities: Sequence[Identity] = tuple(IDENTITIES)) -> st.SearchStrategy[Act]:
    """One thing that happens."""
    one = st.sampled_from(identities)
    verdicts = st.sampled_from(["same", "same", "different", "different", "unsure"])
    return st.one_of(
        st.builds(Put, one, contents()),
        st.builds(Put, one, contents()),
        st.builds(Put, one, contents()),
        st.builds(Delete, one),
        st.builds(Decision, one, one, verdicts),
    )


def histories(most: int = 24) -> st.SearchStrategy[list[list[Act]]]:
    """Chunks of acts, in the order in which they happen."""
    return st.lists(st.lists(acts(), min_size=1, max_size=8), min_size=1, max_size=most // 4)


def changes(chunk: Sequence[Act]) -> Changes:
    """A chunk as one batch of changes: of several acts on a record the last counts."""
    last = {act.identity: act for act in chunk if isinstance(act, Put | Delete)}
    rows = [
        {"source": a.identity[0], "record_id": a.identity[1], **a.content}
        for a in last.values()
        if isinstance(a, Put)
    ]
    return Changes(
        pa.Table.from_pylist(rows, schema=RECORDS),
        tuple(a.identity for a in last.values() if isinstance(a, Delete)),
        tuple(act for act in chunk if isinstance(act, Decision)),
    )


@dataclass
class Outcome:
    """Who is one customer, by the smallest record of each: comparable in every figure."""

    cluster: dict[Identity, tuple[Identity, float]] = field(default_factory=dict)
    golden: dict[Identity, list[dict[str, Any]]] = field(default_factory=dict)
    edges: set[Edge] = field(default_factory=set)


@dataclass
class World:
    """A lookup, and the outcome that whoever takes over each `Placed` comes to."""

    model: MatchModel
    settings: Settings
    lookup: Memory = field(init=False)
    records: dict[Identity, Content] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.lookup = Memory(self.model, self.settings)

    def happen(self, chunk: Sequence[Act]) -> Placed:
        """Place a chunk and take over what it changes."""
        for act in chunk:
            if isinstance(act, Put):
                self.records[act.identity] = act.content
            elif isinstance(act, Delete):
                self.records.pop(act.identity, None)
            else:
                self.decisions.append(act)
        placed = place(changes(chunk), self.lookup, self.model, self.settings)
        self.lookup.apply(placed)
        self._take_over(placed)
        return placed

    def _take_over(self, placed: Placed) -> None:
        found = told(placed.records, placed.clusters, placed.golden)
        for identity in [*placed.deleted, *found.cluster]:
            if identity in self.outcome.cluster:
                self.outcome.golden.pop(self.outcome.cluster.pop(identity)[0], None)
        self.outcome.cluster |= found.cluster
        self.outcome.golden |= found.golden
        assert self.outcome.edges >= set(placed.removed)
        assert self.outcome.edges.isdisjoint(placed.added)
        self.outcome.edges -= set(placed.removed)
        self.outcome.edges |= set(placed.added)

    def batch(self) -> Outcome:
        """What one batch makes of the records and decisions that are there now."""
        rows = [{"source": s, "record_id": r, **said} for (s, r), said in self.records.items()]
        records = pa.Table.from_pylist(rows, schema=RECORDS)
        rank = {identity: row for row, identity in enumerate(sorted(self.records))}
        made = [
            {"left": rank[d.left], "right": rank[d.right], "verdict": d.verdict}
            for d in self.decisions
            if d.left in rank and d.right in rank
        ]
        decisions = pa.Table.from_pylist(made, schema=DECISIONS)
        found = resolve(records, model=self.model, settings=self.settings, decisions=decisions)
        outcome = told(found.records, found.clusters, found.golden)
        named = sorted(self.records)
        for edge in found.edges.to_pylist():
            left, right = named[edge.pop("left")], named[edge.pop("right")]
            outcome.edges.add(Edge(left, right, **edge))
        return outcome


def told(records: pa.Table, clusters: pa.Table, golden: pa.Table) -> Outcome:
    """Tables whose rows are ranks, by identity."""
    named = [(row["source"], row["record_id"]) for row in records.to_pylist()]
    outcome = Outcome()
    for row in clusters.to_pylist():
        outcome.cluster[named[row["row"]]] = named[row["cluster"]], row["confidence"]
    for identity, (_first, _confidence) in outcome.cluster.items():
        outcome.golden.setdefault(outcome.cluster[identity][0], [])
    for row in golden.to_pylist():
        outcome.golden[named[row.pop("cluster")]].append(row)
    return outcome
