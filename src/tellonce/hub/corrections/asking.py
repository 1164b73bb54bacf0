"""What nobody is asked to confirm: values that a correction is open on."""

from __future__ import annotations

from collections.abc import Collection

from tellonce.hub.corrections.models import Correction
from tellonce.hub.corrections.types import OPEN
from tellonce.hub.customers.selectors import customers_exactly, records_of_customers


def open_attributes(customers: Collection[str]) -> dict[str, set[str]]:
    """Customer (public id) -> attributes that a correction is open on, of those who have any."""
    names = {one.id: one.public_id for one in customers_exactly(customers)}
    members = records_of_customers(list(names))
    holder = {record: names[i] for i, records in members.items() for record in records}
    rows = Correction.objects.filter(record_id__in=holder, state__in=OPEN)
    found: dict[str, set[str]] = {}
    for record, attribute in rows.values_list("record_id", "attribute"):
        found.setdefault(holder[record], set()).add(attribute)
    return found
