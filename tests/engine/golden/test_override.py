"""What stewards say, over what the records say."""

from __future__ import annotations

from typing import Any

from tellonce.engine.golden import Override
from tests.engine.golden.test_golden import at, best, name, one_customer, record


def test_a_steward_override_wins_keeps_the_loser_in_lineage_and_rebuilds_the_full_name() -> None:
    override = Override(0, "family_name", "Wzorcowa", decided_at=at(2025))
    merged = one_customer(
        record("1", names=[name(given="Ala", family="Testowa")]), overrides=[override]
    )
    family = merged["family_name"][0]
    assert (family["value"], family["rule"], family["runner_up"]) == (
        "Wzorcowa",
        "steward",
        "Testowa",
    )
    assert (family["source"], family["observed_at"]) == (None, at(2025))
    assert best(merged, "full_name") == "Ala Wzorcowa"
    assert best(merged, "given_name") == "Ala"


def test_an_override_expires() -> None:
    override = Override(0, "gender", "other", decided_at=at(2020), until=at(2021))
    row = record("1", gender="female")
    during = one_customer(row, overrides=[override], as_of=at(2020))
    after = one_customer(row, overrides=[override], as_of=at(2021))
    assert best(during, "gender") == "other"
    assert best(after, "gender") == "female"


def test_the_later_override_wins_and_none_removes_all_values() -> None:
    said = [
        Override(0, "email", None, decided_at=at(2024)),
        Override(0, "email", "x@example.com", decided_at=at(2023)),
    ]
    row = record("1", emails=["a@example.com", "b@example.com"])
    assert "email" not in one_customer(row, overrides=said)


def emails_over(row: Any, *overrides: Override) -> list[tuple[Any, ...]]:
    said = one_customer(row, overrides=list(overrides)).get("email", [])
    return [(one["rank"], one["value"], one["rule"]) for one in said]


def test_an_override_takes_the_place_of_the_value_it_names_and_leaves_the_others() -> None:
    row = record("1", emails=["a@example.com", "b@example.com"])
    order = [value for _, value, _ in emails_over(row)]
    second = Override(0, "email", "c@example.com", at(2024), instead_of=order[1], source="steward")
    assert [value for _, value, _ in emails_over(row, second)] == [order[0], "c@example.com"]
    gone = Override(0, "email", None, at(2024), instead_of=order[0])
    assert [(rank, value) for rank, value, _ in emails_over(row, gone)] == [(0, order[1])]
    both = emails_over(row, second, gone)
    assert [(rank, value, rule) for rank, value, rule in both] == [(0, "c@example.com", "steward")]


def test_where_the_records_agree_with_an_override_their_own_lineage_stands() -> None:
    said = Override(0, "email", "b@example.com", at(2024), instead_of="a@example.com")
    agrees = emails_over(record("1", emails=["b@example.com"]), said)
    assert [(value, rule) for _, value, rule in agrees] == [("b@example.com", "only")]
    stale = emails_over(record("1", emails=["a@example.com"]), said)
    assert [(value, rule) for _, value, rule in stale] == [("b@example.com", "steward")]
    family = Override(0, "family_name", "Testowa", decided_at=at(2025))
    merged = one_customer(
        record("1", names=[name(given="Ala", family="Testowa")]), overrides=[family]
    )
    assert merged["full_name"][0]["rule"] == "only"


def test_an_overridden_email_stands_before_the_others() -> None:
    override = Override(0, "email", "b@example.com", decided_at=at(2024))
    merged = one_customer(
        record("1", emails=["a@example.com", "b@example.com"]), overrides=[override]
    )
    assert [(row["value"], row["rank"]) for row in merged["email"]] == [
        ("b@example.com", 0),
        ("a@example.com", 1),
    ]
