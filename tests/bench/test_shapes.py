"""Files of the shapes that strangers bring, made up, are resolved with no setting."""

from __future__ import annotations

import pytest

from bench.shapes.__main__ import resolved
from bench.shapes.catalogue import SHAPES
from bench.shapes.drawing import Shape
from tellonce.engine.evaluate import evaluate

LEAST = {
    "noisy": 0.78,
    "german_names": 0.80,
    "german_addresses": 0.92,
    "voters_by_age": 0.93,
    "voters_by_year": 0.97,
    "patients": 0.96,
    "inventors": 0.97,
    "restaurants": 0.97,
    "guides": 0.95,
    "ledgers": 0.86,
    "register": 0.93,
    "party_rolls": 0.88,
    "mentions": 0.95,
    "clinic": 0.85,
}
"""Pairwise F1 at least: colleagues, households and look-alikes are not taken for one customer."""


def test_every_shape_has_its_least() -> None:
    assert {shape.name for shape in SHAPES} == set(LEAST)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_shape_is_resolved_well_with_no_setting(shape: Shape) -> None:
    _, joined = resolved(shape.make(3))
    customer, truth = (joined[name].combine_chunks() for name in ("customer_id", "cluster"))
    assert evaluate(customer, truth).pairwise.f1 >= LEAST[shape.name]


def test_a_shape_is_the_same_for_the_same_seed() -> None:
    shape = SHAPES[0]
    assert shape.make(2).equals(shape.make(2))
    assert not shape.make(2).equals(shape.make(3))
