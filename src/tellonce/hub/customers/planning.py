"""What a resolution changes, worked out before anything is written.

A plan is one group of sets and customers that touch each other, so it can be written (and, after a
crash, worked out again) independently of every other plan.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tellonce.hub.bridge.identities import Group, Holding, assigned, related
from tellonce.hub.bridge.names import other_forms, search_form
from tellonce.hub.customers.periods import History, history
from tellonce.hub.customers.types import ResolvedCustomer
from tellonce.hub.vault.services import content_hash

OtherNames = frozenset[tuple[str, str]]
_CUSTOMERS_AT_ONCE = 10_000
SEARCH_COLUMNS = ("family_name", "given_name", "birth_date", "city", "postal_code")


@dataclass(frozen=True)
class Document:
    """A golden document ready to be stored; `hidden` None where nothing must be sealed."""

    opened: str
    hidden: str | None
    content_hash: bytes
    search: Mapping[str, str]


@dataclass(frozen=True)
class PlannedSet:
    """One set of records and the customer it belongs to (None: a new one).

    `arriving` are the records that were with another customer, or with none; `surer` those that
    stay with another confidence; `document` is None where the golden record is as it was, and
    `names` where what it is found by beside its golden name is.
    """

    customer: int | None
    members: Mapping[int, float]
    arriving: tuple[int, ...]
    surer: tuple[int, ...]
    document: Document | None
    names: OtherNames | None

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.arriving or self.surer or self.document or self.names is not None)


@dataclass(frozen=True)
class Plan:
    """What changes in one group. `leaving`: records whose membership ends.

    `retired`: customer -> index in `sets` of where it leads, None: nowhere. `split`: customer that
    goes on -> index of each other set that took records from it -> how many.
    """

    sets: tuple[PlannedSet, ...]
    leaving: tuple[int, ...] = ()
    retired: Mapping[int, int | None] = field(default_factory=dict)
    revived: frozenset[int] = frozenset()
    split: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Rows it writes, roughly."""
        return sum(1 + len(s.arriving) for s in self.sets) + len(self.leaving)


def plans(
    resolved: Sequence[ResolvedCustomer], touched: Collection[int] | None = None
) -> Iterator[Plan]:
    """Every group in which something changes.

    `resolved` are the customers of all records, or of those `touched` that are still there: then
    nobody else's customer changes.
    """
    sets = [frozenset(one.members) for one in resolved]
    return plans_of_sets(sets, lambda indexes: [resolved[i] for i in indexes], touched)


def plans_of_sets(
    sets: Sequence[frozenset[int]],
    resolved: Callable[[Sequence[int]], Sequence[ResolvedCustomer]],
    touched: Collection[int] | None = None,
) -> Iterator[Plan]:
    """As `plans`, of sets of records whose customers are asked for, by index, group after group:
    with their golden records they would not all be held.
    """
    known = history(touched)
    groups = related(sets, known.holdings)
    while part := list(_some(groups)):
        indexes = [index for group, _ in part for index in group]
        found = dict(zip(indexes, resolved(indexes), strict=True))
        for group, holdings in part:
            plan = _plan([found[i] for i in group], holdings, known)
            if plan is not None:
                yield plan


def _some(groups: Iterator[Group]) -> Iterator[Group]:
    """The next groups, of some thousand customers together."""
    size = 0
    while size < _CUSTOMERS_AT_ONCE and (group := next(groups, None)) is not None:
        size += len(group[0]) + 1
        yield group


def _plan(
    resolved: Sequence[ResolvedCustomer], holdings: Sequence[Holding], known: History
) -> Plan | None:
    if not holdings:
        return Plan(tuple(_planned(one, None, {}, known) for one in resolved))
    sets = [frozenset(one.members) for one in resolved]
    living = {h.id: h.members for h in holdings if h.until is None}
    ids = assigned(sets, holdings)
    was = {record: i for i, members in living.items() for record in members}
    planned = [
        _planned(one, customer, was, known) for one, customer in zip(resolved, ids.ids, strict=True)
    ]
    leaving = was.keys() - set().union(*sets)
    leaving.update(r for one in planned for r in one.arriving if r in was)
    retired = {i: heir for i, heir in ids.retired.items() if i not in known.frozen}
    if not leaving and not retired and not any(one.changes for one in planned):
        return None
    return Plan(tuple(planned), tuple(sorted(leaving)), retired, ids.revived, _split(planned, was))


def _planned(
    one: ResolvedCustomer, customer: int | None, was: Mapping[int, int], known: History
) -> PlannedSet:
    document = _document(one)
    same = customer is not None and known.hashes.get(customer) == document.content_hash
    arriving = tuple(r for r in one.members if was.get(r) != customer or customer is None)
    moved = set(arriving)
    names = _other_names(one, document)
    held = frozenset() if customer is None else known.names.get(customer, frozenset())
    return PlannedSet(
        customer,
        one.members,
        arriving,
        tuple(r for r, c in one.members.items() if r not in moved and known.confidences[r] != c),
        None if same else document,
        None if names == held else names,
    )


def _split(planned: Sequence[PlannedSet], was: Mapping[int, int]) -> dict[int, Counter[int]]:
    stays = {one.customer for one in planned}
    taken: dict[int, Counter[int]] = {}
    for index, one in enumerate(planned):
        for record in one.arriving:
            if (source := was.get(record)) is not None and source in stays:
                taken.setdefault(source, Counter())[index] += 1
    return taken


def _document(one: ResolvedCustomer) -> Document:
    opened, hidden = _dump(one.opened), _dump(one.hidden) if one.hidden else None
    best = {row[0]: str(row[2] or "") for row in reversed(one.opened) if row[1] == 0}
    return Document(
        opened,
        hidden,
        content_hash(f"{opened}\0{hidden or ''}".encode())[:16],
        _searched(best),
    )


def _other_names(one: ResolvedCustomer, document: Document) -> OtherNames:
    family, given = (document.search[name] for name in SEARCH_COLUMNS[:2])
    return other_forms((family, given), one.names)


def _searched(best: Mapping[str, str]) -> dict[str, str]:
    """What the search columns hold; who has no name of a person is found by what he is called."""
    family, given = (search_form(best.get(name, "")) for name in SEARCH_COLUMNS[:2])
    if not family and not given:
        family = search_form(best.get("full_name") or best.get("organisation") or "")
    rest = {name: best.get(name, "").casefold()[:width] for name, width in _WIDTHS.items()}
    return {"family_name": family, "given_name": given, **rest}


_WIDTHS = {"birth_date": 10, "city": 100, "postal_code": 20}


_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
