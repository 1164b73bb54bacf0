"""Resolved sets -> customers ready to be written: what stewards say stands over what the records
say, and what must be sealed is kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from tellonce.hub.bridge.stewards import StewardSays, entries_with
from tellonce.hub.customers.stewarding import steward_values_on
from tellonce.hub.customers.types import ResolvedCustomer, StewardValueView
from tellonce.hub.policy.classes import attribute_class, is_encrypted

Entries = Sequence[Sequence[Any]]


class Found(Protocol):
    """What a resolution or a placing found: sets of records, and golden entries of each."""

    @property
    def sets(self) -> Sequence[Mapping[int, float]]:
        """Record -> confidence, per customer."""

    @property
    def golden(self) -> Sequence[Entries]:
        """Entries of `customers.types.GOLDEN_FIELDS`, per customer."""

    @property
    def identifiers(self) -> frozenset[str]:
        """Attributes that are kinds of identifiers."""

    @property
    def names(self) -> Sequence[frozenset[tuple[str, str]]]:
        """(family name, given name) of all that the members state, per customer."""


def resolved_customers(found: Found) -> list[ResolvedCustomer]:
    """Each set with its golden record; encrypted attributes are in its hidden half.

    The golden record depends on the members, what they say, and the steward values that are
    anchored to them and count now, and on nothing else.
    """
    said = steward_values_on({record for members in found.sets for record in members})
    identifiers = {one.attribute for of in said.values() for one in of if one.is_identifier}
    sealed = partial(_is_sealed, identifiers=found.identifiers | identifiers, known={})
    return [
        ResolvedCustomer(members, *_halves(_with_stewards(members, entries, said), sealed), names)
        for members, entries, names in zip(found.sets, found.golden, found.names, strict=True)
    ]


def _with_stewards(
    members: Mapping[int, float], entries: Entries, said: Mapping[int, list[StewardValueView]]
) -> Entries:
    if said.keys().isdisjoint(members):
        return entries
    own = [one for record in members for one in said.get(record, ())]
    return entries_with(
        entries,
        [StewardSays(o.attribute, o.value, o.instead_of, o.from_at, o.correction) for o in own],
    )


def _halves(entries: Entries, sealed: Any) -> tuple[Entries, Entries]:
    halves: tuple[list[Sequence[Any]], list[Sequence[Any]]] = ([], [])
    for entry in entries:
        halves[sealed(entry[0])].append(entry)
    return halves


def _is_sealed(name: str, *, identifiers: frozenset[str], known: dict[str, bool]) -> bool:
    if name not in known:
        kind = f"identifier:{name}" if name in identifiers else name
        known[name] = is_encrypted(attribute_class(kind))
    return known[name]
