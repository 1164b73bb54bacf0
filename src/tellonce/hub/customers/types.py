"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

GOLDEN_FIELDS = (
    "attribute",
    "rank",
    "value",
    "source",
    "record_id",
    "rule",
    "runner_up",
    "observed_at",
    "agreeing",
    "confidence",
)
"""What one entry of a stored golden document holds, in this order."""


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """A surviving value with its lineage.

    `rank` 0 is the golden value, 1 and up further values of a multi-valued attribute. `record_id`
    is the source's own; `rule` is the survivorship that picked it; `runner_up` the best other
    value, None where all agree; `observed_at` None where the record has no time; `agreeing` counts
    the records that say the same, the winner included.
    """

    attribute: str
    rank: int
    value: str
    source: str
    record_id: str
    rule: str
    runner_up: str | None
    observed_at: datetime | None
    agreeing: int
    confidence: float


@dataclass(frozen=True)
class GoldenDocument:
    """The golden record of a customer as it stood from `from_at` on."""

    version: int
    from_at: datetime
    values: tuple[GoldenValue, ...]

    def value(self, attribute: str) -> GoldenValue | None:
        """The golden value of an attribute, None where no record states one."""
        return next((v for v in self.values if v.attribute == attribute and v.rank == 0), None)


@dataclass(frozen=True)
class CustomerView:
    """A customer. `asked_as` is the id it was asked for by, where that was merged into this one."""

    id: int
    public_id: str
    version: int
    created_at: datetime
    retired_at: datetime | None = None
    asked_as: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A record (row id) of a customer, and how sure its membership is."""

    record: int
    confidence: float
    from_at: datetime


@dataclass(frozen=True, slots=True)
class ResolvedCustomer:
    """One set of records as the engine resolved it.

    `members`: record (row id) -> confidence of its membership. `opened` and `hidden` are entries
    of the golden document (GOLDEN_FIELDS), the latter of attributes that must be sealed. `names`:
    (family name, given name) of all that its records state, the golden one among them.
    """

    members: Mapping[int, float]
    opened: Sequence[Sequence[Any]]
    hidden: Sequence[Sequence[Any]] = ()
    names: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class NewStewardValue:
    """What a steward sets, anchored to a record (row id). `value` None: there is no such value.

    `instead_of` is the value that is wrong, None where none is known. `expires_at` None: never.
    """

    record: int
    attribute: str
    value: str | None
    instead_of: str | None
    actor: str
    correction: str
    reason: str = ""
    is_identifier: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StewardValueView:
    """A steward value that counts; see `NewStewardValue`."""

    id: str
    record: int
    attribute: str
    value: str | None
    instead_of: str | None
    is_identifier: bool
    correction: str
    from_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class Applied:
    """What writing a resolution changed. Ids are public ids.

    `changed`: id -> attributes that differ. `merged`: id -> the id it leads to now. `split`: id
    that goes on -> each id that took records from it -> how many. `removed` have no record left.
    """

    created: Sequence[str] = ()
    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    restored: Sequence[str] = ()
    removed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """One membership: a record (row id) from one moment to another, None: until now."""

    record: int
    confidence: float
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class GoldenChange:
    """That a golden version came to be, and which attributes it changed."""

    version: int
    from_at: datetime
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that happened to a customer.

    `kind`: created; joined, merged, received (records came: from nowhere, with the whole customer
    `others` names, from one that goes on); gave (records went to `others`), lost (records went);
    changed (`attributes`, making `version`); led (merged: its id leads to that of `others`);
    restored (its id is in use again); retired.
    """

    at: datetime
    kind: str
    records: tuple[int, ...] = ()
    others: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Housemate:
    """A customer (public id) of a household, and since when."""

    customer: str
    from_at: datetime


@dataclass(frozen=True)
class HouseholdView:
    """Customers who share a family name and an address, a phone or an e-mail. `retired_at` None:
    they still do.
    """

    id: str
    created_at: datetime
    retired_at: datetime | None
    members: tuple[Housemate, ...]
