"""What training believes to be matches."""

from __future__ import annotations

import pyarrow as pa

from tellonce import resolution
from tellonce.engine.synth.records import rows

LETTERS = "abcdefghijklmnopqrst"


def counted_up(count: int) -> pa.Table:
    """People who were made by counting up: all alike, none of them twice."""
    steps = [(LETTERS[n % 20], LETTERS[n // 20 % 20]) for n in range(count)]
    return pa.table(
        {
            "first name": [f"N{one}{two}a" for one, two in steps],
            "last name": [f"F{one}{two}b" for one, two in steps],
            "mail": [f"u{n}@example.org" for n in range(count)],
            "birth date": [f"{1950 + n % 50}-0{n % 9 + 1}-{n % 18 + 10}" for n in range(count)],
            "ward": [f"W{n % 2}" for n in range(count)],
        }
    )


def test_look_alikes_that_share_no_value_are_not_taken_for_customers() -> None:
    found = resolution.resolve({"made": counted_up(400)})
    assert found.summary["customers"] == 400
    assert "nothing was linked" in found.summary["estimated"]["doubts"]
    assert "no pairs were found" in " ".join(found.summary["estimated"]["doubts"])


def test_records_of_customers_teach() -> None:
    made = rows(400, seed=3).drop_columns(["person", "source"])
    found = resolution.resolve({"made": made})
    assert found.summary["customers"] < 400
    assert "no pairs were found" not in " ".join(found.summary["estimated"]["doubts"])
