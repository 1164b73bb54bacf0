"""Seeded faults: what is said to be wrong is wrong, and nothing else is."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bench.seeded import Found
from bench.seeded_faults import ANOTHERS, Ground, kinds_of, rounds_of, seeded

ROLES = {
    "unique": "no", "required": "no", "email": "mail", "given": "name", "family": "name",
    "past": "day", "set": "status", "number": "total", "later": "until", "earlier": "day",
    "part": "paid", "total": "total", "iban": "iban", "city": "city",
}  # fmt: skip


def ground(rows: int, before: frozenset[tuple[int, str]] = frozenset()) -> Ground:
    """Clean rows of a made-up file."""
    columns = {
        "no": [str(n) for n in range(rows)],
        "mail": [f"p{n}@mail.example" for n in range(rows)],
        "name": [f"Anna{'abcdefg'[n % 7]}" for n in range(rows)],
        "day": [f"2020-{n % 12 + 1:02d}-17" for n in range(rows)],
        "until": [f"2021-{n % 12 + 1:02d}-17" for n in range(rows)],
        "status": [("open", "closed")[n % 2] for n in range(rows)],
        "total": [str(100 + n) for n in range(rows)],
        "paid": [str(50 + n) for n in range(rows)],
        "iban": ["DE89370400440532013000"] * rows,
        "city": [("Berlin", "Wien", "Bonn")[n % 3] for n in range(rows)],
    }
    formats = {"day": "%Y-%m-%d", "until": "%Y-%m-%d"}
    return Ground(columns, ROLES, formats, ("open", "closed"), before)


@pytest.mark.parametrize("rows", [80, 2_000])
def test_the_truth_tells_every_changed_cell_and_no_other(rows: int) -> None:
    clean = ground(rows)
    made = seeded(clean, random.Random(3))
    changed = {
        (row, name)
        for name, values in made.columns.items()
        for row, value in enumerate(values)
        if value != clean.columns[name][row]
    }
    twins = set(made.truth) - changed
    assert changed <= set(made.truth)
    assert {made.truth[cell] for cell in twins} == {"duplicate"}
    each, rounds = rounds_of(clean)
    assert each * rounds >= min(200, 20 * each)
    counted = Counter(made.truth[cell] for cell in changed)
    assert counted == dict.fromkeys(kinds_of(ROLES), each)
    assert len({row for row, _ in made.truth}) == len(made.truth)
    for row, name in twins:
        assert made.columns[name].count(clean.columns[name][row]) == 2


def test_cells_that_a_rule_names_already_are_left_alone() -> None:
    before = frozenset((row, "mail") for row in range(1_000))
    made = seeded(ground(2_000, before), random.Random(3))
    assert made.truth
    assert not before & set(made.truth)


def test_what_is_named_beside_the_truth_counts_against_precision() -> None:
    found = Found(1, Counter())
    truth = {(1, "a"): "missing", (2, "a"): "missing", (3, "a"): ANOTHERS}
    found.add({(1, "a"), (1, "b"), (9, "a")}, truth)
    assert found.recall("missing") == "0.500"
    assert found.recall(ANOTHERS) == "0.000"
    assert found.precision("missing") == "0.500"
    assert found.precision("missing", ANOTHERS, untouched=True) == "0.333"
    assert found.precision(ANOTHERS) == "-"
