"""Activity is kept under the source's customer key and found through the records of a customer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.activity.columns import recognised_layout
from tellonce.hub.activity.models import Activity, Product
from tellonce.hub.activity.selectors import activity_counts, activity_of, activity_totals
from tellonce.hub.activity.services import load_activity
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources import selectors
from tellonce.hub.sources.contents import ACTIVITY_FIELDS
from tellonce.hub.sources.types import Counts
from tellonce.io.errors import NoRecords
from tests.hub.delivering import ANNA, OTTO, Row, a_source, load, write_csv

pytestmark = pytest.mark.django_db

LAMP = {
    "InvoiceNo": "700",
    "StockCode": "L1",
    "Description": "Reading lamp",
    "Quantity": "2",
    "UnitPrice": "12.50",
    "InvoiceDate": "2024-05-01 10:30:00",
    "CustomerID": "1",
}
BULB = LAMP | {"StockCode": "B1", "Description": "Bulb", "Quantity": "4", "UnitPrice": "1.25"}
BACK = LAMP | {"InvoiceNo": "C701", "Quantity": "-1", "InvoiceDate": "2024-05-03"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the next delivery is written."""
    return tmp_path / "delivery.csv"


def load_as(kind: str, path: Path, rows: list[Row], source: str = "crm") -> Counts:
    """Write the rows to a file, load it as this kind, and count what became of them."""
    return load_activity(source, write_csv(path, rows), kind, by=actor()).delivery.counts


def records(*keys: str) -> list[int]:
    """Row ids of records of the CRM."""
    return list(selectors.record_ids([("crm", key) for key in keys]).values())


def test_order_lines_are_found_through_the_record_newest_first(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    assert load_as("transactions", file, [LAMP, BULB, BACK]).added == 3
    lines = activity_of(records("1"), ["transactions"])
    assert [(line.title, line.amount, line.status) for line in lines] == [
        ("Reading lamp", Decimal("-12.5"), "returned"),
        ("Bulb", Decimal("5"), ""),
        ("Reading lamp", Decimal("25"), ""),
    ]
    assert lines[2].occurred_at == datetime(2024, 5, 1, 10, 30, tzinfo=UTC)
    assert (lines[2].reference, lines[2].product_key, lines[2].source) == ("700", "L1", "crm")
    assert lines[2].details == {"UnitPrice": "12.50"}
    assert activity_of(records("2"), ["transactions"]) == []
    assert len(activity_of(records("1"), ["transactions"], limit=1)) == 1


def test_totals_count_lines_orders_and_money(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    load_as("transactions", file, [LAMP, BULB, BACK])
    (total,) = activity_totals(records("1"), ["transactions", "tickets"])
    assert (total.count, total.references, total.amounts) == (3, 2, {"": Decimal("17.50")})
    assert total.first_at == datetime(2024, 5, 1, 10, 30, tzinfo=UTC)
    assert total.last_at == datetime(2024, 5, 3, tzinfo=UTC)


def test_an_orphan_joins_its_customer_when_the_record_arrives(file: Path) -> None:
    a_source()
    load_as("transactions", file, [LAMP, BULB])
    assert activity_counts() == {"activities": 2, "orphans": 2}
    load(file, [ANNA, OTTO])
    assert activity_counts() == {"activities": 2, "orphans": 0}
    assert len(activity_of(records("1"), ["transactions"])) == 2


def test_a_line_that_names_nobody_is_kept_and_is_no_orphan(file: Path) -> None:
    a_source()
    load_as("transactions", file, [LAMP, BULB | {"CustomerID": ""}])
    assert activity_counts() == {"activities": 2, "orphans": 1}


def test_an_empty_row_shifts_no_other(file: Path) -> None:
    a_source()
    empty = dict.fromkeys(LAMP, "")
    load_as("transactions", file, [LAMP, empty, BULB])
    load_as("transactions", file, [BULB, LAMP])
    assert sorted(activity.title for activity in Activity.objects.exclude(title="")) == [
        "Bulb",
        "Reading lamp",
    ]


def test_the_same_file_again_adds_nothing_though_lines_are_twice_in_it(file: Path) -> None:
    a_source()
    assert load_as("transactions", file, [LAMP, LAMP, BULB]).added == 3
    again = load_as("transactions", file, [LAMP, LAMP, BULB])
    assert (again.added, again.repeated) == (0, 3)
    assert activity_counts()["activities"] == 3


def test_a_row_with_a_key_of_its_own_is_replaced_when_it_changes(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    ticket = {
        "TicketID": "T1",
        "CustomerID": "1",
        "TicketSubject": "Lamp flickers",
        "TicketStatus": "open",
        "TicketChannel": "phone",
        "Resolution": "",
        "OpenedAt": "2024-06-01",
    }
    other = ticket | {"TicketID": "T2"}
    load_as("tickets", file, [ticket, other])
    solved = ticket | {"TicketStatus": "solved", "Resolution": "sent a new one"}
    assert load_as("tickets", file, [solved]).changed == 1
    (line,) = [t for t in activity_of(records("1"), ["tickets"]) if t.activity_key == "T1"]
    assert (line.status, line.channel, line.title) == ("solved", "phone", "Lamp flickers")
    assert line.details == {"Resolution": "sent a new one"}


def test_a_catalogue_gives_titles_and_prices_whenever_it_arrives(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    order = {"OrderNumber": "S1", "CustomerKey": "1", "ProductKey": "P9", "OrderQuantity": "3"}
    load_as("transactions", file, [order | {"OrderDate": "2024-01-02"}])
    article = {"ProductKey": "P9", "ProductName": "Kettle", "ProductPrice": "$19.90"}
    assert load_as("products", file, [article, article | {"ProductKey": "P8"}]).added == 2
    (line,) = activity_of(records("1"), ["transactions"])
    assert (line.title, line.amount, line.currency) == ("Kettle", Decimal("59.70"), "USD")
    (total,) = activity_totals(records("1"), ["transactions"])
    assert list(total.amounts.values()) == [Decimal("59.70")]
    assert load_as("products", file, [article | {"ProductPrice": "$20"}]).changed == 1


def test_products_that_name_a_customer_are_his(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    held = {"CustomerID": "1", "ProductName": "Current account", "Since": "2020-01-01"}
    load_as("products", file, [held])
    (line,) = activity_of(records("1"), ["products"])
    assert line.title == "Current account"


def test_a_customer_key_as_spreadsheets_write_it_is_the_same_key(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    load_as("transactions", file, [LAMP | {"CustomerID": "1.0"}])
    assert len(activity_of(records("1"), ["transactions"])) == 1


def test_the_source_can_say_which_column_is_which(file: Path) -> None:
    layout = {"customer_key": "who", "occurred_at": "moment", "key": ""}
    a_source(interactions=layout, day_first=True)
    load(file, [ANNA])
    load_as("interactions", file, [{"who": "1", "moment": "03/04/2024", "id": "x"}])
    (line,) = activity_of(records("1"), ["interactions"])
    assert line.occurred_at == datetime(2024, 4, 3, tzinfo=UTC)
    assert line.details == {"id": "x"}


def test_what_is_declared_of_products_may_be_about_their_catalogue(file: Path) -> None:
    a_source(products={"product_key": "Nr", "category": "Regal", "price": "Kosten"})
    load_as("products", file, [{"Nr": "P9", "Regal": "Kitchen", "Kosten": "19.90"}])
    held = Product.objects.get()
    assert (held.product_key, held.category, str(held.price)) == ("P9", "Kitchen", "19.9000")


def test_a_layout_that_does_not_fit_is_refused(file: Path) -> None:
    a_source(notes={"customer_key": "nowhere"})
    with pytest.raises(WrongCall, match="no column 'nowhere'"):
        load_as("notes", file, [{"who": "1", "note": "likes tea"}])
    with pytest.raises(WrongCall, match="'colour' is no field of notes"):
        a_source("other", notes={"colour": "who"})


def test_a_file_that_names_no_customer_is_refused_with_its_columns(file: Path) -> None:
    a_source()
    with pytest.raises(WrongCall, match="names the customer") as refused:
        load_as("notes", file, [{"text": "likes tea"}])
    assert "text" in refused.value.hint
    write_csv(file, [{"customer": "1", "text": "x"}])
    file.write_text("customer,text\n")
    with pytest.raises(NoRecords):
        load_activity("crm", file, "notes", by=actor())


def test_what_a_field_cannot_hold_is_kept_among_the_details(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    long = "very " * 100 + "long"
    load_as("notes", file, [{"customer": "1", "note": long, "date": "soon"}])
    (line,) = activity_of(records("1"), ["notes"])
    assert line.occurred_at is None
    assert line.details == {"note": long, "date": "soon"}
    assert line.title == long[:255]


def test_only_the_row_whose_value_a_field_cannot_hold_keeps_it_among_the_details(
    file: Path,
) -> None:
    a_source()
    load(file, [ANNA])
    good = {"order": "1", "customer": "1", "when": "2024-05-01", "item": "Lamp", "cost": "7"}
    rows = [good, good | {"order": "2", "when": "soon"}, good | {"order": "3", "when": ""}]
    heard: list[str] = []
    load_activity("crm", write_csv(file, rows), "transactions", by=actor(), tell=heard.append)
    lines = activity_of(records("1"), ["transactions"])
    assert {line.reference: line.details for line in lines} == {
        "1": {"cost": "7"},
        "2": {"cost": "7", "when": "soon"},
        "3": {"cost": "7"},
    }
    assert heard[-1] == "Values that could not be read and are kept as they stand: 1 of when."


@pytest.mark.parametrize(("quantity", "amount"), [({"qty": "4"}, "10"), ({}, "2.5")])
def test_a_price_is_the_price_of_one(file: Path, quantity: Row, amount: str) -> None:
    a_source()
    load(file, [ANNA])
    load_as("transactions", file, [{"customer": "1", "item": "Lamp", "price": "2.50"} | quantity])
    (line,) = activity_of(records("1"), ["transactions"])
    assert line.amount == Decimal(amount)
    assert line.details == ({"price": "2.50"} if quantity else {})


def test_sensitive_columns_are_sealed_and_card_numbers_cut(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    account = {
        "CustomerID": "1",
        "PlanName": "Gold",
        "CreditLimit": "123456",
        "Remark": "card 4111111111111111",
    }
    counts = load_as("accounts", file, [account])
    assert counts.card_values == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM activities")
        stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in r] for r in cursor])
    assert "123456" not in stored
    assert "4111111111111111" not in stored
    (line,) = activity_of(records("1"), ["accounts"])
    assert line.details == {"CreditLimit": "123456", "Remark": "card [card ending 1111]"}


def test_activity_stays_with_its_record_when_customers_merge(file: Path) -> None:
    a_source()
    load(file, [ANNA, OTTO])
    load_as("transactions", file, [LAMP, BULB | {"CustomerID": "2"}])
    assert len(activity_of(records("1", "2"), ["transactions"])) == 2


def test_a_timeline_takes_few_queries(file: Path) -> None:
    a_source()
    load(file, [ANNA])
    load_as("transactions", file, [LAMP | {"InvoiceNo": str(n)} for n in range(50)])
    pks = records("1")
    with CaptureQueriesContext(connection) as queries:
        assert len(activity_of(pks, ["transactions"])) == 50
    assert len(queries) == 3
    with CaptureQueriesContext(connection) as queries:
        activity_totals(pks, ["transactions"])
    assert len(queries) == 3
    with CaptureQueriesContext(connection) as queries:
        activity_counts()
    assert len(queries) == 2


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "CustomerID"],
            {"reference": "InvoiceNo", "title": "Description", "customer_key": "CustomerID"},
        ),
        (
            ["order_id", "order_date", "client_id", "order_total", "order_status", "currency"],
            {"reference": "order_id", "amount": "order_total", "status": "order_status"},
        ),
        (
            ["Ticket ID", "Customer ID", "Ticket Subject", "Ticket Channel", "Created at"],
            {"title": "Ticket Subject", "channel": "Ticket Channel", "occurred_at": "Created at"},
        ),
        (
            ["kundennummer", "rechnungsnummer", "datum", "betrag", "waehrung"],
            {"customer_key": "kundennummer", "amount": "betrag", "occurred_at": "datum"},
        ),
        (
            ["ticket", "Kundennr", "opened", "closed", "subject"],
            {"reference": "ticket", "occurred_at": "opened", "title": "subject"},
        ),
    ],
)
def test_columns_are_recognised_by_their_headers(headers: list[str], expected: dict) -> None:
    assert expected.items() <= recognised_layout(headers, ACTIVITY_FIELDS, {}).columns.items()


def test_a_remark_beside_an_order_is_no_title() -> None:
    headers = ["order_id", "customer_id", "comment"]
    assert "title" not in recognised_layout(headers, ACTIVITY_FIELDS, {}).columns
    notes = recognised_layout(headers, ACTIVITY_FIELDS, {}, written=True)
    assert notes.columns["title"] == "comment"


def test_an_activity_is_stored_once_whatever_is_loaded_between(file: Path) -> None:
    a_source()
    for rows in ([LAMP], [BULB], [LAMP, BULB]):
        load_as("transactions", file, rows)
    assert Activity.objects.count() == 2
