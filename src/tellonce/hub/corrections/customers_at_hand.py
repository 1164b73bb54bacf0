"""The customers that corrections are about: their records, and what these and the golden record
say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tellonce.hub.bridge.stewards import identifiers_in, is_said, values_of
from tellonce.hub.core.errors import Conflict, Unknown, WrongCall
from tellonce.hub.corrections.types import Content, NewCorrection, RecordName
from tellonce.hub.customers.golden import golden_rows
from tellonce.hub.customers.selectors import (
    customer_by_public_id,
    customers_of_records,
    members_of,
)
from tellonce.hub.customers.types import CustomerView
from tellonce.hub.sources.selectors import (
    ACTIVE,
    current_versions,
    record_ids,
    record_names,
    record_texts,
)

_ATTRIBUTE, _VALUE = 0, 2  # in an entry of a golden record


@dataclass(frozen=True)
class AtHand:
    """A customer with its records (row ids) that take part in matching, in order; the version of
    each, what each says, and all golden values, the first before others. Attributes are named as in
    golden records.
    """

    customer: CustomerView
    versions: Mapping[int, int]
    said: Mapping[int, Mapping[str, Sequence[str]]]
    golden: Mapping[str, Sequence[str]]
    identifiers: frozenset[str]

    def records_saying(self, attribute: str, value: str) -> list[int]:
        """Records that state this value, whatever its case; those that write it so stand first."""
        found = [i for i, said in self.said.items() if is_said(value, said.get(attribute, ()))]
        return sorted(found, key=lambda i: (value not in self.said[i][attribute], i))


def customer_meant(new: NewCorrection) -> tuple[CustomerView, int | None]:
    """The customer, and the record (row id) that was named; raises `Unknown`, `WrongCall`."""
    if bool(new.customer) == (new.record is not None):
        raise WrongCall(
            "A correction is about one customer, or one record.", hint="Name exactly one of both."
        )
    if new.record is None:
        return _living(customer_by_public_id(new.customer)), None
    found = record_ids([new.record])
    if new.record not in found:
        raise Unknown(_no_record(new.record), hint="Name it as SOURCE:ID, its own id.")
    record = found[new.record]
    customers = customers_of_records([record])
    if not customers:
        raise Unknown(
            f"The record {':'.join(new.record)} belongs to no customer.", hint="Place it first."
        )
    return customers[0], record


def at_hand(customer: CustomerView) -> AtHand:
    """What is known of a customer; raises `Conflict` where no record of it takes part."""
    members = [member.record for member in members_of(customer.id)]
    states = current_versions(members)
    active = [record for record in members if states[record][1] == ACTIVE]
    if not active:
        raise Conflict(
            f"The customer {customer.public_id} has no record that takes part in matching.",
            hint="Its records are gone, or restricted.",
        )
    texts = record_texts(active)
    documents = {record: texts[record].document for record in active}
    return AtHand(
        customer,
        {record: texts[record].version for record in active},
        values_of(documents),
        golden_values([customer.id]).get(customer.id, {}),
        identifiers_in(documents.values()),
    )


def golden_values(customers: Collection[int]) -> dict[int, dict[str, list[str]]]:
    """Customer (row id) -> attribute -> its golden values now, the first before others."""
    found: dict[int, dict[str, list[str]]] = {}
    for customer, entries in golden_rows(customers).items():
        values: dict[str, list[str]] = {}
        for entry in entries:
            values.setdefault(entry[_ATTRIBUTE], []).append(entry[_VALUE])
        found[customer] = values
    return found


def named_records(records: Collection[int]) -> dict[int, str]:
    """Record (row id) -> SOURCE:ID."""
    return {record: ":".join(name) for record, name in record_names(records).items()}


def says_wrong(content: Content, said: Sequence[str]) -> bool:
    """Whether what a record says of the attribute holds the value that is wrong."""
    return content.old is not None and _states(content.old, content.value, said)


def says_right(content: Content, said: Sequence[str]) -> bool:
    """Whether it holds the value that is right, or none where there should be none."""
    if content.removes:
        return not says_wrong(content, said)
    return content.value is not None and _states(content.value, content.old, said)


def _states(value: str, other: str | None, said: Sequence[str]) -> bool:
    """Whether a value is among what is said; where the two differ in case only, exactly so."""
    if other is not None and is_said(value, [other]):
        return value in said
    return is_said(value, said)


def _living(customer: CustomerView) -> CustomerView:
    if customer.retired_at is not None:
        raise Unknown(
            f"The customer {customer.public_id} has no record any more.", hint="Look it up anew."
        )
    return customer


def _no_record(name: RecordName) -> str:
    return f"There is no record {':'.join(name)}."
