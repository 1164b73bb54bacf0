"""What changed between two profiles is told, and chance is not."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tellonce.rules.chances import apart, moved, sprang_up, wilson
from tellonce.rules.drift import Drift, drift
from tellonce.rules.profiling import profile


def customers(rows: int, seed: int) -> dict[str, list[str | None]]:
    """Rows drawn from one made-up population, whatever the seed."""
    draw = random.Random(seed)
    return {
        "id": [f"C{draw.randrange(10**9):09d}" for _ in range(rows)],
        "email": [f"p{draw.randrange(10**6)}@example.org" if draw.random() < 0.8 else None
                  for _ in range(rows)],
        "channel": [draw.choice(["shop", "web", "web", "phone"]) for _ in range(rows)],
        "postal code": [
            f"{draw.randint(10, 99)}-{draw.randint(100, 999)}" for _ in range(rows)],
        "points": [str(int(draw.gauss(500, 100))) for _ in range(rows)],
        "birth date": [
            f"{draw.randint(1940, 2004)}-{draw.randint(10, 12)}-11" for _ in range(rows)],
    }  # fmt: skip


def changes(
    before: dict[str, list[str | None]], after: dict[str, list[str | None]]
) -> tuple[Drift, ...]:
    return drift(profile(pa.table(before)), profile(pa.table(after)))


def kinds(before: dict[str, list[str | None]], after: dict[str, list[str | None]]) -> list[str]:
    return [one.kind for one in changes(before, after)]


@pytest.mark.parametrize(("old", "new"), [(40, 40), (60, 110), (1_000, 800), (5_000, 3_000)])
def test_rows_of_one_population_have_not_changed(old: int, new: int) -> None:
    said = [
        one for seed in range(8) for one in changes(customers(old, seed), customers(new, 99 + seed))
    ]
    assert said == []


def test_a_field_that_is_filled_less_is_told_with_both_shares() -> None:
    before, after = customers(2_000, 1), customers(2_000, 2)
    after["email"] = [value if n % 2 else None for n, value in enumerate(after["email"])]
    (found,) = changes(before, after)
    assert (found.kind, found.field) == ("fill", "email")
    assert found.before == pytest.approx(0.8, abs=0.03)
    assert found.after == pytest.approx(0.4, abs=0.03)
    assert found.sentence.startswith("email is filled in ")


def test_the_same_in_a_handful_of_rows_is_no_news() -> None:
    before, after = customers(40, 1), customers(40, 2)
    after["email"] = [value if n % 6 else None for n, value in enumerate(after["email"])]
    assert kinds(before, after) == []


def test_new_and_vanished_formats_are_told() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    after["postal code"] = [str(value).replace("-", "") for value in after["postal code"]]
    assert {"format_new", "format_gone"} <= set(kinds(before, after))
    after = customers(1_000, 2)
    after["postal code"][:15] = ["PL 00358"] * 15
    assert kinds(before, after) == ["format_new"]


def test_a_value_outside_a_closed_set_is_told_without_the_value_in_the_sentence() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    after["channel"][:30] = ["fax"] * 30
    found = [one for one in changes(before, after) if one.kind == "value_new"]
    assert [one.details for one in found] == [("fax",)]
    assert "fax" not in found[0].sentence


def test_rare_values_among_others_that_were_as_rare_are_no_news() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    for n in range(12):
        before["channel"][n], after["channel"][n] = f"typo {n}", f"other {n}"
    assert kinds(before, after) == []


def test_one_value_that_floods_a_field_is_told() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    after["birth date"][:400] = ["1970-01-01"] * 400
    assert "value_surge" in kinds(before, after)


def test_placeholders_that_spread_are_told() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    after["email"][:100] = ["unknown"] * 100
    assert "placeholders" in kinds(before, after)


def test_keys_that_begin_to_repeat_are_told() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    after["id"][:100] = after["id"][100:200]
    assert kinds(before, after) == ["repeats"]


def test_a_shifted_range_is_told_of_numbers_and_birth_dates() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    after["points"] = [str(int(str(value)) + 90) for value in after["points"]]
    assert kinds(before, after) == ["range"]
    after = customers(1_000, 2)
    after["birth date"] = [f"{int(str(day)[:4]) + 20}{str(day)[4:]}" for day in after["birth date"]]
    assert kinds(before, after) == ["range"]


def test_numbers_that_become_words_are_told() -> None:
    before, after = customers(1_000, 1), customers(1_000, 2)
    after["points"] = ["many"] * 1_000
    assert "kind" in kinds(before, after)


def test_volume_and_fields_that_come_and_go_are_told() -> None:
    before, after = customers(1_000, 1), customers(400, 2)
    after["loyalty tier"] = ["gold"] * 400
    del after["channel"]
    found = changes(before, after)
    assert [(one.kind, one.field) for one in found] == [
        ("volume", None), ("field_gone", "channel"), ("field_new", "loyalty tier"),
    ]  # fmt: skip
    assert found[0].sentence == "400 rows are 60 % fewer than the 1,000 before."


def test_the_interval_of_a_share_holds_it() -> None:
    low, high = wilson(30, 100)
    assert low < 0.3 < high
    assert wilson(0, 50)[0] == pytest.approx(0.0)
    assert wilson(50, 50)[1] == pytest.approx(1.0)


def test_what_is_certain_and_tiny_has_not_moved() -> None:
    assert not moved((500_000, 1_000_000), (505_000, 1_000_000), 0.01)
    assert moved((500_000, 1_000_000), (515_000, 1_000_000), 0.01)
    assert moved((515_000, 1_000_000), (500_000, 1_000_000), 0.01)
    assert not moved((5, 10), (9, 10), 0.01)
    assert not moved((0, 0), (9, 10), 0.01)


def test_what_springs_up_must_be_more_than_the_rows_would_bring() -> None:
    assert sprang_up(10, 1_000, 1_000)
    assert not sprang_up(9, 1_000, 1_000)
    assert not sprang_up(100, 10, 100_000)
    assert sprang_up(40, 1_000, 1_000, already=10)
    assert not sprang_up(20, 1_000, 1_000, already=10)


def test_distributions_are_apart_by_more_than_chance_and_a_tenth() -> None:
    assert not apart(0.2, 50, 50)
    assert apart(0.2, 5_000, 5_000)
    assert not apart(0.09, 10**6, 10**6)
