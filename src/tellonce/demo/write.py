"""The files of the made-up company, and the truth about its people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import yaml

from tellonce.demo import cast, marketing, purchases, service
from tellonce.demo.company import PEOPLE, SYSTEMS, File, Manifest, RecordName
from tellonce.demo.files import write_table
from tellonce.demo.layouts import LAYOUTS, Columns, Known, crm_updates
from tellonce.engine import synth

_ENDINGS = {
    "crm": "csv",
    "shop": "jsonl",
    "desk": "tsv",
    "newsletter": "csv.gz",
    "loyalty": "parquet",
}
_KEYS = ("customer_key", "Customer No", "customerId", "requester_id", "subscriber_id", "member_no")


def write(folder: Path, seed: int = 1624, people: int = PEOPLE) -> Manifest:
    """Write the company's exports and its truth into `folder`, which is made if need be.

    The same `seed` and number of `people` give the same bytes. Files that are there already under
    the same names are replaced, others stay. What a data engineer has to declare about a source is
    in `<source>.yaml`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    everyone = synth.people(people, seed)
    records = synth.records(everyone, [system.style for system in SYSTEMS], seed=seed)
    known = {
        system.name: Known.of(everyone, records.filter(pc.field("source") == system.name))
        for system in SYSTEMS
    }
    tables = list(_tables(known, seed))
    files = tuple(_written(folder, *told) for told in tables)
    for system in SYSTEMS:
        (folder / f"{system.name}.yaml").write_text(yaml.safe_dump(dict(system.config)))
    active: dict[str, set[str]] = {}
    for _, content, _, columns in tables[len(SYSTEMS) + 1 :]:
        active.setdefault(content, set()).update(_keys(columns))
    stars = cast.stars(everyone, records, active)
    return Manifest(
        folder=folder,
        seed=seed,
        people=people,
        records=records.num_rows,
        files=files,
        truth=_truth(folder, records),
        life_changes=_life_changes(folder, everyone),
        stars=cast.records_of(records, stars),
        links=cast.links(records, stars),
        lookalikes=cast.lookalikes(everyone, records),
    )


def _tables(known: Mapping[str, Known], seed: int) -> Iterator[tuple[str, str, str, Columns]]:
    """Source, content, name and columns of each file, in the order to load them."""
    for name, layout in LAYOUTS.items():
        yield name, "records", "customers", layout(known[name])
    yield "crm", "records", "customers-updated", crm_updates(known["crm"], seed)
    yield "shop", "products", "products", purchases.catalogue()
    shop, crm, desk = known["shop"], known["crm"], known["desk"]
    yield "shop", "transactions", "orders", purchases.orders(shop, seed)
    yield "loyalty", "products", "products", purchases.catalogue()
    loyalty, newsletter = known["loyalty"], known["newsletter"]
    yield "loyalty", "transactions", "receipts", purchases.store_purchases(loyalty, seed)
    yield "loyalty", "accounts", "accounts", marketing.accounts(loyalty, seed)
    yield "crm", "opportunities", "opportunities", service.opportunities(crm, seed)
    yield "crm", "interactions", "interactions", service.interactions(crm, seed)
    yield "crm", "notes", "notes", service.notes(crm, seed)
    yield "crm", "consents", "consents", marketing.crm_consents(crm, seed)
    yield "desk", "tickets", "tickets", service.tickets(desk, seed)
    yield "desk", "surveys", "surveys", service.surveys(desk, seed)
    yield "newsletter", "marketing", "touches", marketing.touches(newsletter, seed)
    yield "newsletter", "social", "profiles", marketing.social(newsletter, seed)
    yield "newsletter", "consents", "consents", marketing.newsletter_consents(newsletter, seed)


def _written(folder: Path, source: str, content: str, name: str, columns: Columns) -> File:
    table = pa.table(dict(columns))
    path = folder / f"{source}-{name}.{_ENDINGS[source]}"
    write_table(table, path)
    return File(source, content, path, table.num_rows)


def _keys(columns: Columns) -> set[str]:
    for name in _KEYS:
        if name in columns:
            return set(columns[name].to_pylist())
    return set()


def _truth(folder: Path, records: pa.Table) -> Path:
    path = folder / "truth.parquet"
    told = records.select(["source", "record_id", "person"])
    pa.parquet.write_table(told.rename_columns(["source", "record_id", "cluster"]), path)
    return path


def truth_of(manifest: Manifest) -> dict[RecordName, int]:
    """The person behind each record, by (source, record id)."""
    table = pa.parquet.read_table(manifest.truth)
    columns = (table[name].to_pylist() for name in ("source", "record_id", "cluster"))
    return {(source, record_id): person for source, record_id, person in zip(*columns, strict=True)}


def life_of(manifest: Manifest, name: RecordName) -> tuple[tuple[str, dt.date], ...]:
    """What changed in the life of the person behind a record, and when, in the order of time.

    Changes are "moved", "married" and "income".
    """
    table = pa.parquet.read_table(manifest.life_changes)
    own = table.filter(pc.equal(table["cluster"], truth_of(manifest)[name])).sort_by("changed_at")
    return tuple((row["change"], row["changed_at"]) for row in own.to_pylist())


def _life_changes(folder: Path, people: pa.Table) -> Path:
    path = folder / "life-changes.parquet"
    parts = []
    for change, day in (
        ("moved", "moved_at"),
        ("married", "name_changed_at"),
        ("income", "income_changed_at"),
    ):
        dated = people.filter(pc.is_valid(people[day]))
        what = pa.repeat(pa.scalar(change), dated.num_rows)
        parts.append(
            pa.table({"cluster": dated["person"], "change": what, "changed_at": dated[day]})
        )
    pa.parquet.write_table(pa.concat_tables(parts), path)
    return path
