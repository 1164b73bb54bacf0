"""Upkeep of a large hub: working everybody out, and what is asked of it afterwards.

    python -m bench.upkeep [--customers N] [--worked-out N]

Customers are written straight into an empty SQLite hub, three in ten of them known by two sources;
then the sweep works them out and what went stale by time is found. What that wrote is copied until
there are as many customers as asked for, and pages and counts are asked of all of them. Figures are
CPU seconds or milliseconds of this process, and the load of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django

from bench.report import OUT

SLICE = 20_000
NOW = datetime.now(UTC)


def main() -> None:
    """Fill, measure, print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--worked-out", type=int, default=100_000)
    args = parser.parse_args()
    count = min(args.worked_out, args.customers)
    times = args.customers // count
    home = OUT / "upkeep"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    os.environ |= {"TELLONCE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tellonce.hub.settings"}
    os.environ.pop("TELLONCE_DATABASE_URL", None)
    django.setup()
    fill(count)
    print(json.dumps({"customers": count * times, **measured(count, times)}, indent=2))


def fill(count: int) -> None:
    """An initialised hub with so many customers."""
    from django.core.management import call_command
    from django.db import transaction

    from tellonce.hub.accounts.selectors import actor
    from tellonce.hub.accounts.services import make_first_administrator
    from tellonce.hub.sources.services import add_source
    from tellonce.hub.vault.services import install, new_key

    call_command("migrate", verbosity=0)
    install(make_key_file=True)
    make_first_administrator()
    sources = [add_source(name, "crm", {}, by=actor()).id for name in ("crm", "shop")]
    with transaction.atomic():
        key = new_key().id
    deliveries = [_delivery(source, key) for source in sources]
    draw = random.Random(7)
    for start in range(0, count, SLICE):
        with transaction.atomic():
            _write(range(start, min(start + SLICE, count)), sources, deliveries, key, draw)


def _delivery(source: int, key: int) -> int:
    from tellonce.hub.sources.models import Delivery

    row = Delivery(source_id=source, content="records", key_id=key, started_at=NOW)
    row.save(force_insert=True)
    return int(row.pk)


def _write(numbers: range, sources: Any, deliveries: Any, key: int, draw: random.Random) -> None:
    from django.db import connection

    from tellonce.hub.core.bulk import reserve_ids
    from tellonce.hub.core.ids import new_id
    from tellonce.hub.customers.models import Customer
    from tellonce.hub.sources.models import Record, RecordVersion

    people = list(_people(numbers, draw))
    customers = reserve_ids(Customer, len(people))
    records = list(reserve_ids(Record, sum(len(one) for one in people)))
    versions = list(reserve_ids(RecordVersion, len(records)))
    rows: dict[str, list[Any]] = {"c": [], "g": [], "m": [], "r": [], "v": []}
    at = 0
    for customer, said in zip(customers, people, strict=True):
        rows["c"].append((customer, new_id("cus"), NOW, 1, "", "", "", "", ""))
        for source, (seen, document) in enumerate(said):
            record, version = records[at], versions[at]
            at += 1
            name = str(customer)
            rows["r"].append((record, sources[source], name, name, "active", key))
            rows["v"].append(
                (version, record, deliveries[source], seen, b"0" * 16, json.dumps(document))
            )
            rows["m"].append((record, customer, 1.0, NOW))
        golden = json.dumps(list(_golden(str(customer), *said[0])))
        rows["g"].append((customer, 1, NOW, golden, b"0" * 16))
    _insert(rows)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE records SET current_id = %s WHERE id = %s", zip(versions, records, strict=True)
        )


def _insert(rows: dict[str, list[Any]]) -> None:
    from django.db import connection

    from tellonce.hub.core.bulk import insert_rows
    from tellonce.hub.customers.models import Customer, GoldenVersion, Membership
    from tellonce.hub.sources.models import Record

    named = ("family_name", "given_name", "birth_date", "city", "postal_code")
    insert_rows(Customer, ("id", "public_id", "created_at", "version", *named), rows["c"])
    insert_rows(
        Record, ("id", "source_id", "record_key", "customer_key", "state", "key_id"), rows["r"]
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO record_versions (id, record_id, delivery_id, observed_at, content_hash, "
            "standardised, source_version, deleted, standardiser) "
            "VALUES (%s, %s, %s, %s, %s, %s, '', false, '')",
            [(*row[:3], str(row[3].replace(tzinfo=None)), *row[4:]) for row in rows["v"]],
        )
    insert_rows(Membership, ("record_id", "customer_id", "confidence", "from_at"), rows["m"])
    insert_rows(
        GoldenVersion, ("customer_id", "number", "from_at", "document", "content_hash"), rows["g"]
    )


def _people(numbers: range, draw: random.Random) -> Iterator[list[tuple[datetime, Any]]]:
    """What the sources say of each, with when; the second source disagrees with one in ten."""
    for number in numbers:
        seen = NOW - timedelta(days=draw.uniform(0, 2_500))
        said = {
            "names": [{"given": f"given{number % 997}", "family": f"family{number}"}],
            "birth_date": f"{1930 + number % 80}-01-{1 + number % 28:02}",
            "emails": [f"person{number}@example.org"],
            "phones": [f"+48600{number:07}"],
            "addresses": [{"street": f"street{number % 5000}", "number": "5", "city": "Gdynia"}],
        }
        records = [(seen, said)]
        if draw.random() < 0.3:
            city = "Sopot" if draw.random() < 0.1 else "Gdynia"
            address = {**said["addresses"][0], "city": city}  # type: ignore[dict-item]
            older = seen - timedelta(days=draw.uniform(0, 900))
            records.append((older, {**said, "addresses": [address]}))
        yield records


def _golden(record: str, seen: datetime, said: Any) -> Iterator[list[Any]]:
    name, address = said["names"][0], said["addresses"][0]
    values = {
        "given_name": name["given"],
        "family_name": name["family"],
        "birth_date": said["birth_date"],
        "email": said["emails"][0],
        "phone": said["phones"][0],
        "street": address["street"],
        "house_number": address["number"],
        "city": address["city"],
    }
    for attribute, value in values.items():
        yield [attribute, 0, value, "crm", record, "only", None, seen.isoformat(), 1, 0.8]


def copied(count: int, times: int) -> None:
    """All that is kept of customers, so many times; ids grow by what there is."""
    from django.db import connection

    columns = "unit, version, stated_at, confirmed_at, support, stale_at, due_at, leads"
    finding = (
        "kind, unit, key, rule, rule_version, severity, dimension, owner, detail, since, state, "
        "opened_at, gone_at"
    )
    with connection.cursor() as cursor:
        for shift in range(count, count * times, count):
            cursor.execute(
                "INSERT INTO customers (id, public_id, created_at, version, family_name, "
                "given_name, birth_date, city, postal_code) SELECT id + %s, 'cus_' || "
                "printf('%%032x', id + %s), created_at, version, '', '', '', '', '' "
                "FROM customers WHERE id <= %s",
                [shift, shift, count],
            )
            cursor.execute(
                f"INSERT INTO freshness (customer_id, {columns}) SELECT customer_id + %s, "
                f"{columns} FROM freshness WHERE customer_id <= %s",
                [shift, count],
            )
            cursor.execute(
                f"INSERT INTO upkeep_findings (public_id, customer_id, {finding}) SELECT 'fnd_' || "
                f"printf('%%032x', id + %s), customer_id + %s, {finding} FROM upkeep_findings "
                "WHERE customer_id <= %s",
                [shift * 1_000, shift, count],
            )


def measured(count: int, times: int) -> dict[str, Any]:
    """The figures."""
    from tellonce.hub.upkeep import selectors
    from tellonce.hub.upkeep.following import sweep
    from tellonce.hub.upkeep.keeping import settle
    from tellonce.hub.upkeep.models import Finding, Freshness
    from tellonce.hub.upkeep.turning import open_what_went_stale

    found: dict[str, Any] = {"sweep s": _cpu(lambda: sum(sweep()))}
    found["customers a CPU second"] = round(count / found["sweep s"])
    found["turn s"] = _cpu(lambda: sum(open_what_went_stale()))
    copied(count, times)
    middle = _cursor(count * times // 10)
    asked: dict[str, Callable[[], object]] = {
        "first page ms": lambda: selectors.stale_customers(limit=50),
        "page in the middle ms": lambda: selectors.stale_customers(limit=50, cursor=middle),
        "page of one attribute ms": lambda: selectors.stale_customers(limit=50, unit="phone"),
        "one customer ms": lambda: settle([count // 2]),
        "findings page ms": lambda: selectors.open_findings(limit=50),
        "disagreements page ms": lambda: selectors.open_findings(kind="disagreement", limit=50),
        "stale counts ms": selectors.stale_counts,
        "timeliness ms": selectors.timeliness,
        "consistency ms": selectors.consistency,
    }
    for name, ask in asked.items():
        found[name] = round(min(_cpu(ask) for _ in range(3)) * 1_000, 2)
    found["rows of freshness"] = Freshness.objects.count()
    found["findings"] = Finding.objects.count()
    found["load"] = [round(one, 1) for one in os.getloadavg()]
    return found


def _cursor(skip: int) -> str:
    from tellonce.hub.customers.periods import act
    from tellonce.hub.upkeep.models import Freshness

    row = Freshness.objects.filter(leads=True, due_at__lte=NOW).order_by("due_at")[skip]
    return f"{act(row.due_at)}:{row.customer_id}"


def _cpu(ask: Callable[[], object]) -> float:
    begun = time.process_time()
    ask()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
