"""Working out freshness and findings by reading alone, ahead of the transaction that keeps them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among
from tellonce.hub.upkeep.ageing import Case, Fresh, cases, declared_trust, freshness
from tellonce.hub.upkeep.checking import (
    CustomerRule,
    Found,
    claimed_keys,
    disagreements,
    rules_of,
    stale,
)
from tellonce.hub.upkeep.declared import policy_in_force
from tellonce.hub.upkeep.types import Policy

_VERSIONS = "SELECT id, version, retired_at IS NULL FROM customers WHERE id"
_MEMBERS = (
    "SELECT m.customer_id, m.record_id, c.id FROM memberships m LEFT JOIN confirmations c "
    "ON c.record_id = m.record_id WHERE m.to_at IS NULL AND m.customer_id"
)


class State(NamedTuple):
    """By what a customer is seen to be another: its golden version, whether it is living, and its
    records with their confirmations.
    """

    version: int
    living: bool
    members: frozenset[tuple[int, int | None]]


@dataclass(frozen=True)
class Basis:
    """What is declared: the policy, the rules about customers, and how far sources are trusted."""

    policy: Policy
    rules: tuple[CustomerRule, ...]
    trust: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Looked:
    """What was worked out of some customers (row ids), each as it stood in `states`.

    Per customer: `rows` of freshness as they are stored, `found`, and `keys`: (keyed hash,
    customer, unit) of what it claims for itself. Retired customers are in `states` only.
    """

    basis: Basis
    states: Mapping[int, State]
    rows: Mapping[int, Sequence[tuple[Any, ...]]]
    found: Mapping[int, Sequence[Found]]
    keys: Mapping[int, Collection[tuple[int, int, str]]]

    def replaced(self, customers: Collection[int], newer: Looked) -> Looked:
        """The same with what was worked out of these customers later."""
        gone = set(customers)

        def of(mine: Mapping[int, Any], other: Mapping[int, Any]) -> dict[int, Any]:
            return {one: value for one, value in mine.items() if one not in gone} | dict(other)

        return Looked(
            newer.basis,
            of(self.states, newer.states),
            of(self.rows, newer.rows),
            of(self.found, newer.found),
            of(self.keys, newer.keys),
        )


def basis_in_force() -> Basis:
    """What is declared now."""
    policy = policy_in_force()
    return Basis(policy, rules_of(policy), declared_trust())


def states_of(customers: Collection[int]) -> dict[int, State]:
    """These customers (row ids) as they stand."""
    members: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
    for customer, record, confirmation in among(_MEMBERS, customers):
        members[customer].add((record, confirmation))
    return {
        customer: State(version, bool(living), frozenset(members[customer]))
        for customer, version, living in among(_VERSIONS, customers)
    }


def look_at(customers: Collection[int]) -> Looked:
    """Work these customers (row ids) out; nothing is written.

    Whatever is written meanwhile is seen later in the states, which are read first.
    """
    states, basis, now = states_of(customers), basis_in_force(), clock.now()
    rows, found = {}, {}
    keys: dict[int, set[tuple[int, int, str]]] = defaultdict(set)
    living = list(cases([one for one, state in states.items() if state.living]))
    for case in living:
        fresh = freshness(case, basis.policy, basis.trust)
        rows[case.customer] = _rows(case, fresh)
        found[case.customer] = [
            *disagreements(case, basis.rules),
            *stale(fresh, basis.rules, now),
        ]
    once = {(key, customer): unit for customer, unit, key in claimed_keys(living, basis.rules)}
    for (key, customer), unit in once.items():
        keys[customer].add((key, customer, unit))
    return Looked(basis, states, rows, found, keys)


def _rows(case: Case, fresh: Sequence[Fresh]) -> list[tuple[Any, ...]]:
    """As they are stored, in the order of `keeping`: one that is due first leads."""
    due: list[tuple[datetime, str]] = [(one.due_at, one.unit) for one in fresh if one.due_at]
    first = min(due)[1] if due else None
    return [
        (
            case.customer,
            one.unit[:60],
            case.version,
            one.stated_at,
            one.confirmed_at,
            one.support,
            one.stale_at,
            one.due_at,
            one.unit == first,
        )
        for one in fresh
    ]
