"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tellonce.hub.activity.amounts import currency, number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"),
        ("-1", "-1"),
        ("2.55", "2.55"),
        ("2,55", "2.55"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234", "1234"),
        ("1,234,567", "1234567"),
        ("$90,000", "90000"),
        ("1 234,50 zł", "1234.50"),
        ("(12.00)", "-12"),
        ("EUR 7", "7"),
        ("0.0001", "0.0001"),
    ],
)
def test_a_number_is_read(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "n/a", "ten", "12/2024", "9" * 20])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "code"), [("$5", "USD"), ("5 €", "EUR"), ("5 zł", "PLN"), ("5 CHF", "CHF"), ("5", "")]
)
def test_the_currency_that_stands_with_an_amount_is_read(text: str, code: str) -> None:
    assert currency(text) == code
