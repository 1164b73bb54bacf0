"""Keys of few records, made record by record, are the keys that columns give."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tellonce.engine.block import keys as block
from tellonce.engine.block.categories import TELLING
from tellonce.engine.block.few import keys_of_few
from tellonce.engine.block.kinds import KINDS
from tellonce.engine.model.document import BlockModel
from tellonce.engine.model.hashing import FILE_HASH_KEY
from tellonce.engine.pipeline import SPELLING, canonical
from tellonce.engine.standardise import StandardiseParams, comparable, recognise, records
from tellonce.engine.synth.records import rows
from tests.engine.score.comparable_rows import ROWS, table

ALL = BlockModel(kinds=tuple(kind.name for kind in KINDS), categories=("colour", "job"))


def both_ways(of: pa.Table, model: BlockModel = ALL) -> pa.Table:
    """The keys, which are the same either way."""
    found = block.keys(of, model, SPELLING, FILE_HASH_KEY)
    assert keys_of_few(of.to_pylist(), model, SPELLING, FILE_HASH_KEY).to_pylist() == (
        found.to_pylist()
    )
    return found


@given(st.lists(ROWS, max_size=4), st.data(), st.booleans())
def test_few_records_have_the_keys_that_columns_give(
    found: list[dict[str, Any]], data: st.DataObject, bare: bool
) -> None:
    found = [row | dict.fromkeys(TELLING) for row in found] if bare else found
    keys = both_ways(table(found))["key"].to_pylist()
    if not keys:
        return
    chosen = st.lists(st.sampled_from(keys), max_size=8, unique=True)
    refined = replace(ALL, refined=tuple(sorted(data.draw(chosen))))
    keys = both_ways(table(found), refined)["key"].to_pylist()
    stopped = data.draw(st.lists(st.sampled_from(keys), max_size=8, unique=True))
    both_ways(
        table(found),
        replace(refined, stopped=tuple(sorted(stopped)), kinds=ALL.kinds[::2]),
    )


@pytest.fixture(scope="module")
def people() -> pa.Table:
    made = rows(300, seed=12).drop_columns(["source", "person"])
    found = recognise("crm", made)
    told = records("crm", made["record_id"], made, found, StandardiseParams()).table
    return comparable(canonical(told), StandardiseParams())


def test_people_have_the_keys_that_columns_give(people: pa.Table) -> None:
    both_ways(people)
    both_ways(people, block.train(people, SPELLING, FILE_HASH_KEY))
