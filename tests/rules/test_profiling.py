"""The profile of a file says what its fields look like."""

from __future__ import annotations

import json
from dataclasses import asdict

import pyarrow as pa
import pytest

from tellonce.rules.profile_page import profile_page
from tellonce.rules.profile_types import Counted, FieldProfile, Profile
from tellonce.rules.profiling import profile, profile_stream

ROWS = 400


def table(rows: int = ROWS) -> pa.Table:
    """Made-up customers: what each field is for stands in the tests."""
    return pa.table({
        "id": [f"C{n:05d}" for n in range(rows)],
        "email": [f"person{n}@example.org" if n % 4 else None for n in range(rows)],
        "status": ["open" if n % 3 else "closed" for n in range(rows)],
        "amount": [f"{n % 97}.5" for n in range(rows)],
        "joined": [f"20{n % 20:02d}-03-{n % 27 + 1:02d}" for n in range(rows)],
        "zip": [f"{n % 50:05d}" for n in range(rows)],
        "city": [f"Town{n % 9} " if n % 100 == 0 else f"Town{n % 9}" for n in range(rows)],
        "note": [{0: "n/a", 1: "  "}.get(n % 50, f"said {n}") for n in range(rows)],
        "price": [f"1,{n % 900 + 100}.25" for n in range(rows)],
        "nothing": pa.nulls(rows, pa.string()),
    })  # fmt: skip


def of(name: str, rows: pa.Table | None = None) -> FieldProfile:
    found = profile(table() if rows is None else rows).of(name)
    assert found is not None
    return found


def test_filled_rows_are_those_with_more_than_blanks() -> None:
    assert of("email").filled == ROWS - ROWS // 4
    assert of("note").filled == ROWS - ROWS // 50
    assert (of("nothing").kind, of("nothing").filled) == ("empty", 0)


def test_different_values_are_told_and_whether_they_repeat() -> None:
    assert (of("id").distinct, of("id").distinct_exact, of("id").repeated) == (ROWS, True, 0.0)
    assert (of("status").distinct, of("status").repeated) == (2, 1.0)


def test_formats_values_and_placeholders_have_their_rows() -> None:
    assert of("id").formats == (Counted("A99999", ROWS),)
    assert of("status").top == (Counted("open", 266), Counted("closed", 134))
    assert of("note").placeholders == (Counted("n/a", 8),)
    assert of("city").padded == 4


def test_numbers_and_dates_have_a_range_and_codes_have_none() -> None:
    amount, joined = of("amount").range, of("joined").range
    assert amount is not None
    assert joined is not None
    assert (of("amount").kind, amount.low, amount.high, amount.rows) == (
        "number",
        "0.5",
        "96.5",
        ROWS,
    )
    assert sum(bar.rows for bar in amount.bars) == ROWS
    assert (of("joined").kind, joined.low, joined.high) == ("date", "2000-03-01", "2019-03-26")
    assert of("zip").kind == "text"
    price = of("price").range
    assert price is not None
    assert (price.low, price.high) == ("1100.25", "1499.25")


def test_a_few_rows_unlike_the_others_are_outliers() -> None:
    ages = [str(20 + n % 60) for n in range(500)]
    codes = ["AB-123"] * 500
    notes = ["a few words"] * 500
    ages[7], codes[7], notes[7] = "9999", "?", "word " * 90
    rows = pa.table({"points": ages, "code": codes, "note": notes})
    kinds = {name: [one.kind for one in of(name, rows).outliers] for name in rows.column_names}
    assert kinds == {"points": ["range"], "code": ["format"], "note": ["length", "format"]}
    assert all(one.rows == 1 for name in kinds for one in of(name, rows).outliers)


def test_the_order_of_rows_and_the_size_of_batches_change_nothing() -> None:
    rows = table()
    turned = rows.take(pa.array(range(ROWS - 1, -1, -1)))
    streamed = profile_stream(turned.to_batches(max_chunksize=57), "rows")
    assert streamed == profile(rows)


def test_a_field_may_appear_late_in_a_stream() -> None:
    first, later = pa.table({"a": ["x"] * 200_000}), pa.table({"a": ["y"], "b": ["z"]})
    found = profile_stream([*first.to_batches(), *later.to_batches()], "rows")
    field = found.of("b")
    assert field is not None
    assert (found.rows, field.rows, field.filled) == (200_001, 200_001, 1)


@pytest.mark.parametrize("rows", [table(0), table(1), pa.table({"a": ["\x00", "🙂", "", " "]})])
def test_next_to_nothing_has_a_profile_too(rows: pa.Table) -> None:
    found = profile(rows)
    assert found.rows == rows.num_rows
    assert Profile.from_document(json.loads(json.dumps(found.as_document()))) == found
    assert profile_page(found).startswith("<!doctype html>")


def test_a_profile_is_the_same_after_json_and_another_form_is_refused() -> None:
    found = profile(table())
    document = json.loads(json.dumps(found.as_document()))
    assert Profile.from_document(document) == found
    with pytest.raises(ValueError, match="form"):
        Profile.from_document({**document, "form": 0})


def test_without_values_no_value_of_a_record_is_left() -> None:
    bare = json.dumps([asdict(field.without_values(None)) for field in profile(table()).fields])
    for value in ("C00001", "person1@example.org", "Town3", "2019-03-26", "96.5"):
        assert value not in bare


def test_values_that_enough_rows_share_may_stay() -> None:
    field = of("status").without_values(150)
    assert field.top == (Counted("open", 266),)
    assert of("amount").without_values(150).range is None
    kept = of("amount").without_values(4).range
    assert kept is not None
    assert (kept.low, kept.high, kept.quantiles[6]) == ("", "", "46.5")


def test_the_page_stands_alone_and_what_it_quotes_stays_text() -> None:
    rows = pa.table({"<b>head</b>": ["<script>alert(1)</script>"] * 3 + ["b"] * 3})
    page = profile_page(profile(rows))
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page
