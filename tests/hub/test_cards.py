"""Card data is refused on every way in. The numbers are the schemes' published test numbers."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tellonce.hub.sources.cards import (
    CardFindings,
    card_rows,
    is_card_number,
    number_columns,
    truncate_cards,
    truncate_cards_of_line,
    without_card_data,
)

CARDS = ["4111111111111111", "5555555555554444", "378282246310005", "6011111111111117"]
CARDS += ["30569309025904", "3530111333300000", "2223003122003222"]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_cut_to_its_last_four_digits(card: str) -> None:
    assert is_card_number(card)
    text = truncate_cards(f"Please charge {card}, thank you.")
    assert text == f"Please charge [card ending {card[-4:]}], thank you."


@pytest.mark.parametrize(
    "written",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\u20131111\u20131111\u20131111",
        "4111  1111  1111  1111",
    ],
)
def test_groups_of_digits_are_seen_through(written: str) -> None:
    assert truncate_cards(written) == "[card ending 1111]"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("card no.4111111111111111", "card no.[card ending 1111]"),
        ("Visa4111111111111111", "Visa[card ending 1111]"),
        ("Anna,4111111111111111", "Anna,[card ending 1111]"),
        ("4111111111111111.0", "[card ending 1111].0"),
        ("4111 1111 1111 1111 12/27 737", "[card ending 1111] 12/27 737"),
        ("2026-01-02 4111111111111111", "2026-01-02 [card ending 1111]"),
        (f"{CARDS[0]} {CARDS[1]}", "[card ending 1111] [card ending 4444]"),
    ],
)
def test_a_card_number_is_found_among_other_signs_and_digits(text: str, cut: str) -> None:
    assert truncate_cards(text) == cut


def test_each_cell_of_a_line_is_looked_at_by_itself() -> None:
    line = "12,4111111111111111,7;5555555555554444\t0.50"
    assert truncate_cards_of_line(line) == "12,[card ending 1111],7;[card ending 4444]\t0.50"


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # fails the Luhn check
        "+48 601 602 603",
        "+4917612345678",
        "DE89 3704 0044 0532 0130 00",
        "PL61109010140000071219812874",
        "2024-02-01 12:30:45",
        "order 1234567890",
        "550e8400-e29b-41d4-a716-446655440000",
        "1111111111111117",  # no scheme begins like this
        "0.4111111111111111",  # decimals
        "PL41 1111 1111 1111 1111 1111 1111",
        "41 4111 1111 1111 1111 1111 1111",  # an account number without its country
        "+375 29 1234567",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert truncate_cards(text) == text


def test_free_text_of_a_table_is_cut_and_counted() -> None:
    table = pa.table({"note": ["paid with 4111111111111111", "called", None], "n": ["1", "2", "3"]})
    findings = CardFindings()
    clean = without_card_data(table, findings)
    assert clean["note"].to_pylist() == ["paid with [card ending 1111]", "called", None]
    assert findings.columns == {"note": 1}
    assert clean["n"].to_pylist() == ["1", "2", "3"]


def test_security_codes_are_dropped_whatever_they_are() -> None:
    findings = CardFindings()
    clean = without_card_data(pa.table({"CVV": ["123", None]}), findings)
    assert clean["CVV"].null_count == 2
    assert findings.total == 1


def test_a_column_of_other_long_numbers_is_known_by_how_few_satisfy_the_check() -> None:
    members = [f"4{n:015d}" for n in range(7_000, 7_100)]
    table = pa.table({"member": members, "card": [CARDS[0]] * 100})
    assert number_columns(table) == ["member"]


def test_a_key_that_is_a_card_number_is_found() -> None:
    table = pa.table({"id": ["17", CARDS[1], None]})
    assert card_rows(table, ["id"]) == {1: "id"}


@pytest.mark.parametrize("text", ["4 " * 20_000, "1/" * 20_000 + "a", "4111 " * 8_000 + "x"])
def test_long_runs_of_digits_are_looked_through_once(text: str) -> None:
    assert len(truncate_cards(text)) <= len(text) + 40 * text.count("4111")


def test_a_card_number_within_a_record_id_is_one() -> None:
    table = pa.table({"id": ["Anna 4111111111111111", "17"]})
    assert dict(card_rows(table, ["id"])) == {0: "id"}
