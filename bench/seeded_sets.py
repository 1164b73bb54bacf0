"""The sets that faults are put into, and a rules file for each as a user would write it.

The rules follow from what a field is (`STANDARD`), the same for all sets; from the set come only
its closed values and whether names are written in capitals.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tellonce.demo import write
from tellonce.io.read import read_file
from tellonce.rules.references import reference_of
from tellonce.rules.types import Reference

CITIES = [("PL", "00-950", "Warszawa"), ("PL", "30-001", "Kraków"), ("DE", "10115", "Berlin"),
          ("DE", "80331", "München"), ("AT", "1010", "Wien")]  # fmt: skip
PHONES = {"PL": "+48601", "DE": "+4915112", "AT": "+4366412"}
IBANS = ("DE89370400440532013000", "PL61109010140000071219812874", "AT611904300234573201")
NAME = ("required", "tidy", "in {case} case", "2 to 40 characters", "does not match .*[0-9].*")
# role of a field -> what a user asks of it
STANDARD: dict[str, tuple[str, ...]] = {
    "unique": ("required", "unique"),
    "required": ("required",),
    "email": ("valid email", "unique"),
    "given": NAME,
    "family": NAME,
    "birth": ("between 1900-01-01 and today",),
    "past": ("valid date", "not in the future"),
    "set": ("one of [{closed}]",),
    "number": ("between 0 and 1000000",),
    "phone": ("valid phone",),
    "country": ("known country",),
    "postal_code": ("valid postal_code",),
    "iban": ("valid iban",),
    "currency": ("valid currency",),
    "later": ("not before {earlier}",),
    "part": ("at most {total}",),
}
ISO, STAMP = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Set:
    """Rows, and what their fields are.

    roles    role -> header: those of STANDARD, and city, earlier, total
    formats  header of a date -> its format
    closed   the values of the field that is a closed set
    case     how names are written
    lists    reference tables a user has; with one the city must fit the postal code
    """

    name: str
    rows: Callable[[Path, Path], pa.Table]  # from the data folder and that of the demo company
    roles: Mapping[str, str]
    formats: Mapping[str, str] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    case: str = "title"
    lists: Mapping[str, Reference] = field(default_factory=dict)

    def rules(self) -> str:
        """The rules file of a user."""
        said = {"case": self.case, "closed": ", ".join(self.closed),
                **{role: self.roles.get(role, "") for role in ("earlier", "total")}}  # fmt: skip
        lines = [
            f"- {self.roles[role]}: {asked.format(**said)}"
            for role, all_asked in STANDARD.items()
            for asked in all_asked
            if role in self.roles
        ]
        if self.lists:
            lines.append(f"- {self.roles['city']}: fits {self.roles['postal_code']}")
        return "\n".join(dict.fromkeys(lines))


def make_company(folder: Path) -> None:
    """Write the files of the made-up company."""
    write(folder)


def _text(table: pa.Table) -> pa.Table:
    return pa.table({name: table[name].cast(pa.string()) for name in table.column_names})


def _parquet(name: str) -> Callable[[Path, Path], pa.Table]:
    return lambda data, company: _text(pq.read_table(data / name))


def _csv(name: str) -> Callable[[Path, Path], pa.Table]:
    return lambda data, company: read_file(data / name).table


def _company(name: str) -> Callable[[Path, Path], pa.Table]:
    return lambda data, company: _text(read_file(company / name).table)


def _agency(source: str) -> Callable[[Path, Path], pa.Table]:
    """The rows of one source of pseudopeople, with the columns it has, and no truth."""

    def rows(data: Path, company: Path) -> pa.Table:
        table = pq.read_table(data / "pseudopeople" / "seed0.parquet")
        own = table.filter(pc.equal(table["source"], source))
        own = own.drop_columns(["cluster", "true_household", "source"])
        return _text(own.select([n for n in own.column_names if own[n].null_count < len(own)]))

    return rows


def _completed(data: Path, company: Path) -> pa.Table:
    """AdventureWorks with what it lacks: contact, address, account, orders."""
    rng = random.Random(11)
    table = _parquet("c360_adventureworks/customers.parquet")(data, company)
    rows = []
    for one in table.to_pylist():
        country, code, city = rng.choice(CITIES)
        total, year = rng.randrange(100, 9000), rng.randrange(2015, 2023)
        rows.append({**one,
            "phone": f"{PHONES[country]}{rng.randrange(10**6):06d}",
            "country": country, "postal_code": code, "city": city, "iban": rng.choice(IBANS),
            "currency": rng.choice(("EUR", "PLN")), "first_order": f"{year}-03-17",
            "last_order": f"{year + 1}-{rng.randrange(1, 13):02d}-05",
            "total": str(total), "paid": str(total - rng.randrange(100))})  # fmt: skip
    return pa.Table.from_pylist(rows)


def sets() -> Iterator[Set]:
    """All sets, in the order they are reported."""
    yield from _published()
    yield from _orders()
    yield from _made_up()


def _published() -> Iterator[Set]:
    cities = reference_of(
        "postal_codes",
        ("country", "postal_code"),
        [(country, code) for country, code, _ in CITIES],
        [city for *_, city in CITIES],
    )
    yield Set("AdventureWorks", _completed, {
        "unique": "CustomerKey", "required": "EmailAddress", "email": "EmailAddress",
        "given": "FirstName", "family": "LastName", "birth": "BirthDate", "past": "BirthDate",
        "set": "Gender", "number": "AnnualIncome", "phone": "phone", "country": "country",
        "postal_code": "postal_code", "city": "city", "iban": "iban", "currency": "currency",
        "later": "last_order", "earlier": "first_order", "part": "paid", "total": "total",
    }, {"BirthDate": "%m/%d/%Y", "first_order": ISO, "last_order": ISO}, ("M", "F", "NA"), "upper",
        {"postal_codes": cities})  # fmt: skip
    yield Set("Chinook, customers", _csv("c360_chinook/customer.csv"), {
        "unique": "CustomerId", "required": "Email", "email": "Email", "given": "FirstName",
        "family": "LastName", "phone": "Phone", "country": "Country", "postal_code": "PostalCode",
        "city": "City",
    })  # fmt: skip
    yield Set("Northwind, customers", _csv("c360_northwind/customers.csv"), {
        "unique": "CustomerID", "required": "CompanyName", "given": "ContactName",
        "family": "ContactName", "phone": "Phone", "country": "Country",
        "postal_code": "PostalCode", "city": "City",
    })  # fmt: skip
    yield Set("Pseudopeople, census", _agency("census_2020"), {
        "unique": "unique_id", "required": "date_of_birth", "given": "first_name",
        "family": "last_name", "birth": "date_of_birth", "past": "date_of_birth", "set": "sex",
        "number": "age", "postal_code": "zipcode", "city": "city",
    }, {"date_of_birth": "%m/%d/%Y"}, ("Male", "Female"))  # fmt: skip
    yield Set("Pseudopeople, social security", _agency("ssa_to_2020"), {
        "unique": "unique_id", "required": "ssn", "given": "first_name", "family": "last_name",
        "birth": "date_of_birth", "past": "event_date", "set": "event_type",
        "later": "event_date", "earlier": "date_of_birth",
    }, {"date_of_birth": "%Y%m%d", "event_date": "%Y%m%d"}, ("creation", "death"))  # fmt: skip


def _orders() -> Iterator[Set]:
    yield Set("Chinook, invoices", _csv("c360_chinook/invoice.csv"), {
        "unique": "InvoiceId", "required": "CustomerId", "past": "InvoiceDate", "number": "Total",
        "country": "BillingCountry", "postal_code": "BillingPostalCode", "city": "BillingCity",
    }, {"InvoiceDate": "%Y-%m-%d 00:00:00"})  # fmt: skip
    yield Set("Northwind, order lines", _csv("c360_northwind/orders.csv"), {
        "required": "CustomerID", "past": "OrderDate", "number": "Quantity", "city": "ShipCity",
        "country": "ShipCountry", "postal_code": "ShipPostalCode", "later": "ShippedDate",
        "earlier": "OrderDate", "set": "ShipVia",
    }, {"OrderDate": ISO, "ShippedDate": ISO}, ("1", "2", "3"))  # fmt: skip
    yield Set("Support tickets", _parquet("c360_support_tickets/tickets.parquet"), {
        "unique": "TicketID", "required": "CustomerEmail", "email": "CustomerEmail",
        "given": "CustomerName", "family": "CustomerName", "past": "DateOfPurchase",
        "set": "TicketStatus", "number": "CustomerAge",
    }, {"DateOfPurchase": "%d-%m-%Y"},
        ("Open", "Closed", "Pending Customer Response"))  # fmt: skip


def _made_up() -> Iterator[Set]:
    yield Set("Company, CRM", _company("crm-customers.csv"), {
        "unique": "Customer No", "required": "Surname", "email": "E-mail", "given": "First name",
        "family": "Surname", "birth": "Date of birth", "past": "Date of birth",
        "set": "Marital status", "phone": "Phone", "country": "Country", "city": "City",
        "postal_code": "Postcode",
    }, {"Date of birth": "%d.%m.%Y"},
        ("single", "married", "divorced", "widowed"))  # fmt: skip
    yield Set("Company, shop", _company("shop-customers.jsonl"), {
        "unique": "customerId", "required": "email", "email": "email", "given": "firstName",
        "family": "lastName", "past": "updatedAt", "phone": "phone", "country": "countryCode",
        "postal_code": "zip", "city": "city",
    }, {"updatedAt": "%Y-%m-%dT00:00:00Z"})  # fmt: skip
    yield Set("Company, loyalty", _company("loyalty-customers.parquet"), {
        "unique": "member_no", "required": "family_name", "email": "email", "given": "given_name",
        "family": "family_name", "birth": "date_of_birth", "past": "date_of_birth", "set": "sex",
        "phone": "mobile", "country": "country", "postal_code": "postal_code", "city": "city",
    }, {"date_of_birth": "%Y%m%d"}, ("male", "female"))  # fmt: skip
    yield Set("Company, orders", _company("shop-orders.jsonl"), {
        "unique": "lineId", "required": "customerId", "past": "orderedAt", "set": "payment",
        "number": "amount", "currency": "currency",
    }, {"orderedAt": STAMP}, ("card", "invoice", "wallet", "transfer"))  # fmt: skip
    yield Set("Company, tickets", _company("desk-tickets.tsv"), {
        "unique": "ticket_id", "required": "requester_id", "past": "opened_at", "set": "priority",
        "later": "closed_at", "earlier": "opened_at",
    }, {"opened_at": STAMP, "closed_at": STAMP},
        ("low", "normal", "high"))  # fmt: skip
