"""The same people in five layouts: what each system's export of its customers looks like."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.synth import TODAY, Told, rng_of

_CHANGES = ("moved_at", "name_changed_at", "income_changed_at")
_EPOCH = dt.date(1970, 1, 1)
_SALUTATIONS = {"pl": ("Pani", "Pan"), "de": ("Frau", "Herr"), "en": ("Ms", "Mr")}


@dataclasses.dataclass(frozen=True)
class Known:
    """The records of one system (`synth.records`), and the people behind them as they were."""

    records: pa.Table
    told: Told

    @classmethod
    def of(cls, people: pa.Table, records: pa.Table) -> Known:
        """`records` with their `people` (`synth.people`)."""
        days = records["observed_at"].cast(pa.int32()).to_numpy().astype(np.int64)
        return cls(records, Told(people.take(records["person"]), days))

    def __getitem__(self, name: str) -> pa.Array:
        return self.records.column(name).combine_chunks()


Columns = Mapping[str, pa.Array]


def _text(days: pa.Array, style: str = "%Y-%m-%d") -> pa.Array:
    return pc.strftime(days, style)


def _put(*parts: pa.Array, between: str = " ") -> pa.Array:
    """The parts that are there, put together; null where none is."""
    whole = pc.binary_join_element_wise(*parts, between, null_handling="skip")
    return pc.if_else(pc.equal(whole, ""), None, whole)


def _house(known: Known) -> pa.Array:
    return _put(known["house_number"], known["unit"], between="/")


def _salutation(told: Told) -> pa.Array:
    female = pc.equal(told.column("gender"), "female")
    chosen = pc.if_else(female, *_SALUTATIONS["en"])
    for language in ("pl", "de"):
        here = pc.equal(told.column("language"), language)
        chosen = pc.if_else(here, pc.if_else(female, *_SALUTATIONS[language]), chosen)
    return chosen


def _marital_status(told: Told) -> pa.Array:
    before = pc.fill_null(pc.less(told.seen, told.column("name_changed_at")), False)
    return pc.if_else(before, "single", told.column("marital_status"))


def crm(known: Known) -> Columns:
    """A CSV export of the kind a sales team keeps, one line a customer."""
    return {
        "Customer No": known["record_id"],
        "Salutation": _salutation(known.told),
        "First name": known["given_name"],
        "Surname": known["family_name"],
        "Date of birth": known["birth_date"],
        "E-mail": known["email"],
        "Phone": known["phone"],
        "Street": _put(known["street"], _house(known)),
        "Postcode": known["postal_code"],
        "City": known["city"],
        "Country": known["country"],
        "Company": known["organisation"],
        "Marital status": _marital_status(known.told),
        "Income band": known.told.then("income_band", "former_income_band", "income_changed_at"),
        "Updated": _text(known["observed_at"]),
    }


def shop(known: Known) -> Columns:
    """The web shop's accounts."""
    return {
        "customerId": known["record_id"],
        "email": known["email"],
        "firstName": known["given_name"],
        "lastName": known["family_name"],
        "phone": known["phone"],
        "addressLine1": _put(known["street"], _house(known)),
        "zip": known["postal_code"],
        "city": known["city"],
        "countryCode": known["country"],
        "birthday": known["birth_date"],
        "updatedAt": _text(known["observed_at"], "%Y-%m-%dT00:00:00Z"),
    }


def desk(known: Known) -> Columns:
    """The service desk: a name in one field, an address in another, mostly in capitals."""
    place = _put(known["postal_code"], known["city"])
    address = _put(_put(known["street"], _house(known)), place, between=", ")
    return {
        "requester_id": known["record_id"],
        "requester": _put(known["family_name"], known["given_name"], between=", "),
        "email": known["email"],
        "phone": known["phone"],
        "address": pc.if_else(pc.is_null(known["street"]), None, address),
        "country": known["country"],
        "last_contact": _text(known["observed_at"]),
    }


def newsletter(known: Known) -> Columns:
    """Who gets the newsletter: hardly more than an e-mail address and a name."""
    return {
        "subscriber_id": known["record_id"],
        "email": known["email"],
        "name": _put(known["given_name"], known["family_name"]),
        "language": known.told.column("language"),
        "country": known["country"],
        "subscribed_at": _text(known["observed_at"]),
    }


def loyalty(known: Known) -> Columns:
    """Members of the loyalty programme, from the form at the till."""
    return {
        "member_no": known["record_id"],
        "given_name": known["given_name"],
        "middle_name": known["middle_name"],
        "family_name": known["family_name"],
        "sex": known["gender"],
        "date_of_birth": known["birth_date"],
        "mobile": known["phone"],
        "email": known["email"],
        "street": known["street"],
        "house_number": known["house_number"],
        "flat": known["unit"],
        "postal_code": known["postal_code"],
        "city": known["city"],
        "country": known["country"],
        "joined": _text(known["observed_at"]),
    }


LAYOUTS: Mapping[str, Callable[[Known], Columns]] = {
    "crm": crm,
    "shop": shop,
    "desk": desk,
    "newsletter": newsletter,
    "loyalty": loyalty,
}


def crm_updates(known: Known, seed: int) -> Columns:
    """What the sales team learnt later: about half of the changes in lives since the export.

    The same customer numbers with what is true today, so each is a newer version of a record.
    """
    told = known.told
    changed = [pc.fill_null(pc.greater(told.column(day), told.seen), False) for day in _CHANGES]
    any_change = pc.or_(pc.or_(changed[0], changed[1]), changed[2])
    heard = rng_of(seed, "crm updates").random(known.records.num_rows) < 0.5
    rows = pa.array(np.flatnonzero(any_change.to_numpy(zero_copy_only=False) & heard))
    latest = pc.max_element_wise(*(told.column(day) for day in _CHANGES)).take(rows)
    end = pa.scalar((TODAY - _EPOCH).days, pa.int32())
    days = pc.min_element_wise(
        pc.add(latest.cast(pa.int32()), pa.scalar(14, pa.int32())), end
    ).cast(pa.date32())
    people = told.table.take(rows)
    old = known.records.take(rows)
    fresh = {
        "family_name": people["family_name"],
        "street": people["street"],
        "house_number": people["number"],
        "unit": people["unit"],
        "city": people["city"],
        "postal_code": people["postal_code"],
        "country": people["country"],
        "observed_at": days,
    }
    columns = {name: fresh.get(name, old[name]) for name in old.column_names}
    later = Known(pa.table(columns), Told(people, days.cast(pa.int32()).to_numpy()))
    return crm(later)
