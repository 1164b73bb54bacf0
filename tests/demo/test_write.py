"""The made-up company: its files are repeatable, refer to each other, and touch nobody real."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import pytest

from tellonce import demo

KEYS = {
    "crm": "Customer No",
    "shop": "customerId",
    "desk": "requester_id",
    "newsletter": "subscriber_id",
    "loyalty": "member_no",
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> demo.Manifest:
    return demo.write(tmp_path_factory.mktemp("company"), seed=7, people=1500)


def rows(file: demo.File) -> list[dict[str, Any]]:
    """A file of the demo, read by its kind."""
    name = file.path.name
    if name.endswith(".parquet"):
        return pa.parquet.read_table(file.path).to_pylist()
    data = file.path.read_bytes()
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in data.decode("utf-8").splitlines()]
    delimiter = ";" if name.endswith(".csv") else "\t" if name.endswith(".tsv") else ","
    text = gzip.decompress(data) if name.endswith(".gz") else data
    if delimiter == ";":
        text = text.decode("windows-1250").encode()
    options = pa.csv.ParseOptions(delimiter=delimiter)
    strings = pa.csv.ConvertOptions(strings_can_be_null=True)
    return pa.csv.read_csv(
        pa.BufferReader(text), parse_options=options, convert_options=strings
    ).to_pylist()


def of(company: demo.Manifest, source: str, content: str) -> list[dict[str, Any]]:
    found = [
        row
        for file in company.files
        if (file.source, file.content) == (source, content)
        for row in rows(file)
    ]
    assert found
    return found


def key(row: dict[str, Any], source: str) -> str:
    return row.get("customer_key") or row[KEYS[source]]


def test_the_same_seed_writes_the_same_bytes(company: demo.Manifest, tmp_path: Path) -> None:
    again = demo.write(tmp_path, seed=7, people=1500)
    for one, other in zip(company.files, again.files, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes(), one.path.name
    assert again.truth.read_bytes() == company.truth.read_bytes()
    other = demo.write(tmp_path / "other", seed=8, people=1500)
    assert other.files[0].path.read_bytes() != company.files[0].path.read_bytes()


def test_a_manifest_counts_what_the_files_hold(company: demo.Manifest) -> None:
    for file in company.files:
        assert len(rows(file)) == file.rows > 0, file.path.name
    assert len(demo.truth_of(company)) == company.records


def test_five_systems_in_as_many_formats_have_every_kind_of_activity(
    company: demo.Manifest,
) -> None:
    assert {file.source for file in company.files} == set(KEYS)
    assert len({"".join(file.path.suffixes) for file in company.files}) == 5
    assert {file.content for file in company.files} == {
        "records",
        "products",
        "transactions",
        "accounts",
        "opportunities",
        "interactions",
        "notes",
        "consents",
        "tickets",
        "surveys",
        "marketing",
        "social",
    }


def test_every_record_has_its_truth_and_updates_repeat_known_records(
    company: demo.Manifest,
) -> None:
    truth = demo.truth_of(company)
    told = {(s, key(row, s)) for s in KEYS for row in of(company, s, "records")}
    assert told == set(truth)
    (update,) = (f for f in company.files if f.path.name.startswith("crm-customers-updated"))
    assert {("crm", row["Customer No"]) for row in rows(update)} <= set(truth)


def test_activity_refers_to_its_own_systems_keys_with_a_few_orphans(
    company: demo.Manifest,
) -> None:
    truth = demo.truth_of(company)
    lost = total = 0
    for file in company.files:
        if file.content not in ("records", "products"):
            keys = [(file.source, key(row, file.source)) for row in rows(file)]
            total += len(keys)
            lost += sum(name not in truth for name in keys)
    assert 0 < lost < 0.02 * total


def test_returns_are_negative_and_name_an_order(company: demo.Manifest) -> None:
    lines = of(company, "shop", "transactions")
    returned = [line for line in lines if line["status"] == "returned"]
    sold = {line["orderId"]: line for line in lines if line["status"] != "returned"}
    assert returned
    for line in returned:
        assert line["amount"] == -sold[line["orderId"]]["amount"]
        assert line["orderedAt"] >= sold[line["orderId"]]["orderedAt"]


def test_closed_tickets_have_a_resolution_and_an_end(company: demo.Manifest) -> None:
    tickets = of(company, "desk", "tickets")
    assert {ticket["status"] for ticket in tickets} == {"open", "closed"}
    for ticket in tickets:
        closed = ticket["status"] == "closed"
        assert closed == bool(ticket["resolution"]) == bool(ticket["closed_at"])


def test_some_consents_were_withdrawn_after_they_were_given(company: demo.Manifest) -> None:
    consents = of(company, "newsletter", "consents")
    given = {row["customer_key"]: row["at"] for row in consents if row["state"] == "given"}
    withdrawn = [row for row in consents if row["state"] == "withdrawn"]
    assert withdrawn
    assert all(row["at"] >= given[row["customer_key"]] for row in withdrawn)


def test_no_consent_names_a_notice_from_after_it(company: demo.Manifest) -> None:
    consents = of(company, "newsletter", "consents")
    assert all(row["notice_version"] <= str(row["at"]) for row in consents)
    assert len({row["notice_version"] for row in consents}) == 3


def test_lives_change_on_known_days(company: demo.Manifest) -> None:
    changes = pa.parquet.read_table(company.life_changes)
    assert set(changes["change"].to_pylist()) == {"moved", "married", "income"}
    assert changes["changed_at"].null_count == 0


def test_stars_are_known_to_most_systems(company: demo.Manifest) -> None:
    truth = demo.truth_of(company)
    best = truth[company.stars[0]]
    assert len({source for (source, _), person in truth.items() if person == best}) >= 4


def test_links_are_of_one_person_and_lookalikes_of_two(company: demo.Manifest) -> None:
    truth = demo.truth_of(company)
    assert company.links
    assert company.lookalikes
    assert all(truth[left] == truth[right] for left, right in company.links)
    assert all(truth[left] != truth[right] for left, right in company.lookalikes)


def test_nobody_real_is_written_to(company: demo.Manifest) -> None:
    stopgaps = {"none@none.com", "test@test.com", "brak@brak.pl", "noemail@example.com"}
    emails = pa.array(
        [row.get("email") or row.get("E-mail") for s in KEYS for row in of(company, s, "records")]
    ).drop_null()
    kept = emails.filter(pc.invert(pc.is_in(pc.utf8_lower(emails), pa.array(sorted(stopgaps)))))
    domains = pc.replace_substring_regex(kept, "^.*@", "").value_counts().to_pylist()
    common = {row["values"] for row in domains if row["counts"] > 20}  # the rest are slips
    reserved = ("example", "test", "example.com", "example.org", "example.net")
    assert common
    assert all(name.endswith(reserved) for name in common)
