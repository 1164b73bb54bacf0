"""The golden stage: which value survives, why, and that order never matters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from tellonce.engine.errors import InputError, ModelError, SchemaMismatch, UnknownRecord
from tellonce.engine.golden import GoldenRules, Override, SourceTrust, Survivorship, golden, merge
from tellonce.engine.tables import CLUSTERS, GOLDEN, RECORDS

NAME_PARTS = ("given", "middle", "family", "full", "title", "suffix")
ADDRESS_PARTS = ("street", "number", "unit", "city", "region", "postal_code", "country", "full")


def name(**parts: str) -> dict[str, str | None]:
    return {**dict.fromkeys(NAME_PARTS), "kind": "", **parts}


def address(**parts: str) -> dict[str, str | None]:
    return {**dict.fromkeys(ADDRESS_PARTS), "kind": "", **parts}


def record(record_id: str, source: str = "crm", **said: Any) -> dict[str, Any]:
    """A record with defaults for what `said` leaves out; `year` stands for its observed-at."""
    year = said.pop("year", None)
    observed = datetime(year, 6, 1, tzinfo=UTC) if year else None
    lists = ("names", "organisations", "emails", "phones", "addresses", "identifiers", "others")
    return {
        "source": source,
        "record_id": record_id,
        "observed_at": observed,
        "entity": "person",
        "birth_date": None,
        "birth_date_ambiguous": False,
        "gender": None,
        **{list_name: [] for list_name in lists},
        **said,
    }


def table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    ordered = sorted(rows, key=lambda row: (row["source"], row["record_id"]))
    return pa.Table.from_pylist(ordered, schema=RECORDS)


def clusters(of: Sequence[int], confidence: float = 1.0) -> pa.Table:
    rows = [
        {"row": row, "cluster": cluster, "confidence": confidence} for row, cluster in enumerate(of)
    ]
    return pa.Table.from_pylist(rows, schema=CLUSTERS)


Merged = dict[str, list[dict[str, Any]]]


def one_customer(*rows: dict[str, Any], **options: Any) -> Merged:
    """GOLDEN of records that are one customer, as {attribute: rows by rank}."""
    made = golden(table(rows), clusters([0] * len(rows)), **options)
    by_attribute: Merged = {}
    for row in made.to_pylist():
        by_attribute.setdefault(row["attribute"], []).append(row)
    return by_attribute


def best(merged: Merged, attribute: str) -> Any:
    return merged[attribute][0]["value"]


def at(year: int) -> datetime:
    return datetime(year, 6, 1, tzinfo=UTC)


WARSAW = address(street="Leśna", number="7", city="Warszawa", postal_code="00-001", country="PL")
GDANSK = address(street="Morska", number="1", city="Gdańsk", country="PL")


def test_the_newest_name_survives_a_marriage() -> None:
    merged = one_customer(
        record("1", year=2015, names=[name(given="Ala", family="Testowa")]),
        record("2", year=2015, names=[name(given="Ala", family="Testowa")]),
        record("3", year=2024, names=[name(given="Ala", family="Przykładowa")]),
    )
    family = merged["family_name"][0]
    assert family["value"] == "Przykładowa"
    assert family["rule"] == "recency"
    assert family["runner_up"] == "Testowa"
    assert family["record_id"] == "3"
    assert family["observed_at"] == at(2024)
    assert merged["given_name"][0]["runner_up"] is None  # the runner-up says the same
    assert best(merged, "full_name") == "Ala Przykładowa"


def test_an_address_is_never_a_patchwork() -> None:
    merged = one_customer(
        record("1", year=2015, addresses=[WARSAW]), record("2", year=2024, addresses=[GDANSK])
    )
    assert best(merged, "city") == "Gdańsk"
    assert best(merged, "house_number") == "1"
    assert "postal_code" not in merged  # the older record's code belongs to another place


def test_a_name_with_both_parts_stands_before_a_newer_half() -> None:
    merged = one_customer(
        record("1", year=2015, names=[name(given="Ala", family="Testowa", title="dr")]),
        record("2", year=2024, names=[name(given="Ala")]),
    )
    assert best(merged, "family_name") == "Testowa"
    assert best(merged, "title") == "dr"
    assert merged["family_name"][0]["rule"] == "completeness"


def test_a_former_name_never_stands_before_a_main_one() -> None:
    maiden = name(given="Ala", family="Testowa", kind="former")
    married = name(given="Ala", family="Przykładowa")
    merged = one_customer(
        record("1", year=2024, names=[maiden]), record("2", year=2015, names=[married])
    )
    assert best(merged, "family_name") == "Przykładowa"
    assert merged["family_name"][0]["rule"] == "kind"


def test_a_birth_date_follows_the_majority_and_says_how_many_agree() -> None:
    merged = one_customer(
        record("1", year=2010, birth_date="1980-02-03"),
        record("2", year=2011, birth_date="1980-02-03"),
        record("3", year=2024, birth_date="1980-03-02"),
    )
    birth = merged["birth_date"][0]
    assert (birth["value"], birth["rule"], birth["agreeing"]) == ("1980-02-03", "frequency", 2)


def test_a_whole_unambiguous_birth_date_stands_before_a_partial_or_doubtful_one() -> None:
    merged = one_customer(
        record("1", birth_date="1980"),
        record("2", birth_date="1980"),
        record("3", birth_date="1980-02-03"),
        record("4", birth_date="1980-03-02", birth_date_ambiguous=True, year=2024),
    )
    assert best(merged, "birth_date") == "1980-02-03"


def test_a_record_without_observed_at_is_the_oldest() -> None:
    merged = one_customer(
        record("1", emails=["ala@example.com"]), record("2", year=1990, emails=["ala@example.org"])
    )
    assert [row["value"] for row in merged["email"]] == ["ala@example.org", "ala@example.com"]
    assert merged["email"][0]["rule"] == "recency"
    assert merged["email"][1]["rule"] == "only"


def test_letter_case_does_not_make_another_value() -> None:
    merged = one_customer(
        record("1", emails=["ALA@example.com", "ala@example.com"]),
        record("2", emails=["ala@example.com"]),
    )
    assert [row["agreeing"] for row in merged["email"]] == [2]


def test_a_checked_identifier_stands_before_a_failed_one() -> None:
    wrong = {"kind": "pesel", "value": "123", "country": "PL", "valid": False}
    right = {"kind": "pesel", "value": "02070803628", "country": "PL", "valid": True}
    card = {"kind": "loyalty_card", "value": "9", "country": None, "valid": None}
    merged = one_customer(
        record("1", year=2024, identifiers=[wrong, card]), record("2", identifiers=[right])
    )
    assert [row["value"] for row in merged["pesel"]] == ["02070803628", "123"]
    assert merged["pesel"][0]["rule"] == "validity"
    assert best(merged, "loyalty_card") == "9"


def test_other_attributes_keep_their_name_unless_it_is_taken() -> None:
    said = [
        {"name": "income_band", "value": "B", "kind": "category"},
        {"name": "city", "value": "Sopot", "kind": "text"},
    ]
    merged = one_customer(record("1", addresses=[GDANSK], others=said))
    assert best(merged, "income_band") == "B"
    assert best(merged, "city") == "Gdańsk"
    assert best(merged, "other:city") == "Sopot"


def test_what_the_person_confirmed_stands_first() -> None:
    rules = GoldenRules(verified_sources=("portal",), trust=(SourceTrust("crm", 0.95),))
    merged = one_customer(
        record("1", year=2024, phones=["+48500000001"]),
        record("9", source="portal", year=2020, phones=["+48500000002"]),
        rules=rules,
    )
    assert best(merged, "phone") == "+48500000002"
    assert merged["phone"][0]["rule"] == "verified"


def test_trust_can_be_given_for_one_attribute_only() -> None:
    rules = GoldenRules(trust=(SourceTrust("crm", 0.9, "gender"),))
    rows = (
        record("1", gender="female", emails=["old@example.com"], year=2000),
        record("2", source="shop", gender="male", emails=["new@example.com"], year=2024),
    )
    merged = one_customer(*rows, rules=rules)
    assert (best(merged, "gender"), merged["gender"][0]["rule"]) == ("female", "trust")
    assert best(merged, "email") == "new@example.com"


def test_one_other_attribute_may_have_a_rule_of_its_own() -> None:
    rules = GoldenRules(survivorship=(Survivorship("hobby", ("frequency",), keep=None),))

    def said(hobby: str, band: str) -> list[dict[str, str]]:
        return [
            {"name": "hobby", "value": hobby, "kind": "text"},
            {"name": "income_band", "value": band, "kind": "category"},
        ]

    merged = one_customer(
        record("1", others=said("chess", "A")),
        record("2", others=said("chess", "A")),
        record("3", others=said("rowing", "B"), year=2024),
        rules=rules,
    )
    assert [row["value"] for row in merged["hobby"]] == ["chess", "rowing"]
    assert [row["value"] for row in merged["income_band"]] == ["B"]


@pytest.mark.parametrize(
    ("says", "expected"),
    [(["a"], 0.8), (["a", "a"], 0.96), (["a", "a", "b"], 24 / 29), (["a", "b"], 4 / 9)],
)
def test_confidence_follows_the_documented_formula(says: list[str], expected: float) -> None:
    rows = [record(str(i), gender=said) for i, said in enumerate(says)]
    assert one_customer(*rows)["gender"][0]["confidence"] == pytest.approx(expected)


def test_what_was_true_before_a_move_does_not_speak_against_the_new_address() -> None:
    before = [record(str(i), year=2015 + i, addresses=[GDANSK]) for i in range(3)]
    moved = [record("7", year=2020, addresses=[WARSAW]), record("9", year=2024, addresses=[WARSAW])]
    stale = record("8", year=2022, addresses=[GDANSK])
    assert one_customer(*before, *moved)["city"][0]["confidence"] == pytest.approx(0.96)
    late = one_customer(*before, *moved, stale)["city"][0]
    assert late["confidence"] == pytest.approx(24 / 29)
    assert late["runner_up"] == "Gdańsk"


def test_an_older_gender_does_speak_against_a_newer_one() -> None:
    rows = [record("1", year=2015, gender="female"), record("2", year=2024, gender="male")]
    assert one_customer(*rows)["gender"][0]["confidence"] == pytest.approx(4 / 9)


def test_values_that_can_all_be_true_do_not_compete() -> None:
    merged = one_customer(record("1", emails=["a@example.com", "b@example.com"]))
    assert [row["confidence"] for row in merged["email"]] == pytest.approx([0.8, 0.8])


def test_a_doubtful_membership_lowers_confidence() -> None:
    made = golden(table([record("1", gender="female")]), clusters([0], confidence=0.5))
    assert made["confidence"].to_pylist() == pytest.approx([0.4])


def test_ties_go_to_the_smaller_record_identity() -> None:
    merged = one_customer(record("2", gender="male"), record("1", gender="female"))
    assert (best(merged, "gender"), merged["gender"][0]["rule"]) == ("female", "order")


def many(seed: int, size: int = 60) -> tuple[pa.Table, list[int]]:
    choose = random.Random(seed)
    rows = [
        record(
            f"{i:03}",
            source=choose.choice(["crm", "shop"]),
            year=choose.choice([None, 2020, 2024]),
            names=[name(given=choose.choice("AB"), family=choose.choice("CD"))],
            emails=choose.sample(["a@example.com", "b@example.com", "c@example.com"], 2),
            addresses=[choose.choice([WARSAW, GDANSK])],
            others=[{"name": choose.choice("pq"), "value": choose.choice("12"), "kind": "text"}],
        )
        for i in range(size)
    ]
    return table(rows), [choose.randrange(size // 4) for _ in range(size)]


def test_neither_the_order_of_clusters_nor_chunks_nor_slices_change_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records, of = many(seed=1)
    told = clusters(of)
    expected = golden(records, told)
    shuffled = told.take(pa.array(random.Random(2).sample(range(len(of)), len(of))))
    chunked = pa.concat_tables([records.slice(0, 7), records.slice(7, 40), records.slice(47)])
    assert golden(chunked, shuffled).equals(expected)
    monkeypatch.setattr(merge, "SLICE", 5)
    assert golden(records, told).equals(expected)


def test_a_cluster_merges_the_same_alone_and_among_others() -> None:
    records, of = many(seed=3)
    whole = golden(records, clusters(of)).to_pylist()
    for cluster in sorted(set(of)):
        members = [row for row, its in enumerate(of) if its == cluster]
        alone = golden(records.take(pa.array(members)), clusters([cluster] * len(members)))
        assert alone.to_pylist() == [row for row in whole if row["cluster"] == cluster]


def test_what_an_attribute_is_called_does_not_depend_on_other_customers() -> None:
    told = record("1", others=[{"name": "passport", "value": "seen", "kind": "text"}])
    number = {"kind": "passport", "value": "X1"}
    both = table([told, record("2", identifiers=[number])])
    apart = golden(both, clusters([0, 1]))
    assert apart["attribute"].to_pylist() == ["passport", "passport"]
    assert golden(both, clusters([0, 0]))["attribute"].to_pylist() == ["passport", "other:passport"]


def test_rows_stand_by_cluster_and_leave_the_input_alone() -> None:
    records, of = many(seed=4)
    before = records.to_pylist()
    made = golden(records, clusters(of))
    assert made["cluster"].to_pylist() == sorted(made["cluster"].to_pylist())
    assert records.to_pylist() == before
    assert made.schema == GOLDEN


def test_no_records_give_no_rows_and_empty_records_neither() -> None:
    assert golden(RECORDS.empty_table(), CLUSTERS.empty_table()).num_rows == 0
    nothing = pa.Table.from_pylist(
        [{"source": "crm", "record_id": "1"}, {"source": "crm", "record_id": "2"}], schema=RECORDS
    )
    made = golden(nothing, clusters([0, 1]))
    assert (made.num_rows, made.schema) == (0, GOLDEN)


def test_an_address_that_could_not_be_parsed_survives_as_its_text() -> None:
    merged = one_customer(record("1", addresses=[address(full="Somewhere by the mill")]))
    assert best(merged, "street") == "Somewhere by the mill"


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(SchemaMismatch, match="CLUSTERS"):
        golden(RECORDS.empty_table(), pa.table({"row": pa.array([], pa.int32())}))
    with pytest.raises(InputError, match="2 rows for 1 records"):
        golden(table([record("1")]), clusters([0, 0]))
    with pytest.raises(UnknownRecord, match="row 5"):
        one_customer(record("1"), overrides=[Override(5, "email", "x", decided_at=at(2024))])


def test_rules_go_to_json_and_back_and_refuse_what_they_do_not_know() -> None:
    rules = GoldenRules(trust=(SourceTrust("crm", 0.9, "email"),), verified_sources=("portal",))
    assert GoldenRules.from_json(rules.to_json()) == rules
    with pytest.raises(ModelError, match="astrology"):
        Survivorship("name", ("astrology",))
    with pytest.raises(ModelError, match="cannot be read"):
        GoldenRules.from_json({"trust": []})
