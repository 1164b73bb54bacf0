"""A file of hundreds of thousands of rows is resolved as well as a small one."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest

import tellonce
from tellonce.engine.evaluate import evaluate
from tellonce.engine.synth.records import rows


@pytest.mark.drill
def test_families_stay_apart_among_many_rows() -> None:
    made = rows(300_000, seed=1)
    shown = made.drop_columns(["person", "source"])
    names = sorted(pc.unique(made["source"]).to_pylist())
    found = tellonce.resolve({n: shown.filter(pc.equal(made["source"], n)) for n in names})
    joined = found.customers.join(made.select(["record_id", "person"]), "record_id")
    ours, truth = (joined[of].combine_chunks() for of in ("customer_id", "person"))
    pairs = evaluate(ours, truth).pairwise
    assert pairs.precision > 0.99
    assert pairs.recall > 0.98
