"""Resolved sets -> customers ready to be written, with what must be sealed kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from tellonce.hub.customers.types import ResolvedCustomer
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


def resolved_customers(found: Found) -> list[ResolvedCustomer]:
    """Each set with its golden record; encrypted attributes are in its hidden half."""
    sealed = partial(_is_sealed, identifiers=found.identifiers, known={})
    return [
        ResolvedCustomer(members, *_halves(entries, sealed))
        for members, entries in zip(found.sets, found.golden, strict=True)
    ]


def _halves(entries: Entries, sealed: Any) -> Iterator[Entries]:
    yield [entry for entry in entries if not sealed(entry[0])]
    yield [entry for entry in entries if sealed(entry[0])]


def _is_sealed(name: str, *, identifiers: frozenset[str], known: dict[str, bool]) -> bool:
    if name not in known:
        kind = f"identifier:{name}" if name in identifiers else name
        known[name] = is_encrypted(attribute_class(kind))
    return known[name]
