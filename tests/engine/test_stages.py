"""The battery every stage between COMPARABLE and CLUSTERS goes through: chunks, slices, none, one,
records that say nothing, the same twice, input untouched. Row order: for keys here, for the rest in
`test_pipeline.py`, which hands them rows in canonical order.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.block.kinds import KINDS
from tellonce.engine.cluster.kernels import pool_components
from tellonce.engine.model.document import BlockModel
from tellonce.engine.model.hashing import FILE_HASH_KEY
from tellonce.engine.model.kernels import siphash_all
from tellonce.engine.pipeline import SPELLING, Settings, canonical, rehearse, resolve
from tellonce.engine.score.encode import encode
from tellonce.engine.score.kernels import candidates, score_pairs, shared_kinds
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.scoring import score
from tellonce.engine.score.train import train
from tellonce.engine.synth.records import rows
from tellonce.engine.tables import COMPARABLE, EDGES, KEYS

PARAMS = standardise.StandardiseParams()
ALL_KINDS = BlockModel(kinds=tuple(kind.name for kind in KINDS))
SILENT = pa.Table.from_pylist(
    [{"source": "s", "record_id": str(n)} for n in range(4)], schema=COMPARABLE
)


def keys(table: pa.Table) -> pa.Table:
    return block.keys(table, ALL_KINDS, SPELLING, FILE_HASH_KEY)


def kinds(table: pa.Table) -> BlockModel:
    return block.train(table, SPELLING, FILE_HASH_KEY)


def edges(table: pa.Table) -> pa.Table:
    model = shipped(max(table.num_rows, 2))
    encoded, _values = encode(table, model, SPELLING, FILE_HASH_KEY)
    return score(encoded, keys(table), model, 0.1)[0]


def weights(table: pa.Table) -> Any:
    blocks_on = [kind.blocks_on for kind in KINDS]
    return train(table, keys(table), blocks_on, spelling=SPELLING, hash_key=FILE_HASH_KEY, seed=1)


STAGES = pytest.mark.parametrize("stage", [keys, kinds, edges, weights])
Stage = Callable[[pa.Table], Any]


@pytest.fixture(scope="module")
def people() -> pa.Table:
    made = rows(300, seed=11).drop_columns(["source", "person"])
    found = standardise.recognise("crm", made)
    records = standardise.records("crm", made["record_id"], made, found, PARAMS).table
    return standardise.comparable(canonical(records), PARAMS)


@STAGES
def test_chunks_and_slices_change_nothing(people: pa.Table, stage: Stage) -> None:
    part = people.slice(20, 200)
    chunked = pa.concat_tables([part.slice(start, 7) for start in range(0, part.num_rows, 7)])
    copied = pa.Table.from_pylist(part.to_pylist(), schema=COMPARABLE)
    assert stage(chunked) == stage(part) == stage(copied)


@STAGES
def test_the_same_twice_gives_the_same_and_leaves_its_input(people: pa.Table, stage: Stage) -> None:
    before = people.to_pylist()
    assert stage(people) == stage(people)
    assert people.to_pylist() == before


@STAGES
@pytest.mark.parametrize("count", [0, 1])
def test_none_and_one_are_no_trouble(people: pa.Table, stage: Stage, count: int) -> None:
    found = stage(people.slice(0, count))
    assert not isinstance(found, BlockModel) or found.kinds == ()
    assert stage is not edges or found.num_rows == 0


@STAGES
def test_records_that_say_nothing_meet_nobody(stage: Stage) -> None:
    found = stage(SILENT)
    if isinstance(found, pa.Table):
        assert found.num_rows == 0
        assert found.schema in (KEYS, EDGES)
    else:
        assert stage(SILENT) == found


def test_keys_follow_their_rows(people: pa.Table) -> None:
    order = np.random.default_rng(3).permutation(people.num_rows)
    turned = keys(people.take(pa.array(order))).to_pylist()
    moved = {(int(order[key["row"]]), key["kind"], key["key"]) for key in turned}
    assert moved == {(key["row"], key["kind"], key["key"]) for key in keys(people).to_pylist()}
    assert kinds(people.take(pa.array(order))) == kinds(people)


def test_an_edge_depends_on_its_two_records_alone(people: pa.Table) -> None:
    model = shipped(1000)
    encoded, _values = encode(people, model, SPELLING, FILE_HASH_KEY)
    every = score(encoded, keys(people), model, 0.1)[0].to_pylist()
    assert every
    for edge in every[:20]:
        pair = people.take(pa.array([edge["left"], edge["right"]]))
        encoded, _values = encode(pair, model, SPELLING, FILE_HASH_KEY)
        (alone,) = score(encoded, keys(pair), model, 0.1)[0].to_pylist()
        same = ("kind", "pattern", "match_weight", "probability")
        assert [alone[name] for name in same] == [edge[name] for name in same]


def test_a_kernel_is_compiled_for_one_shape_of_arguments(people: pa.Table) -> None:
    for part in (people, people.slice(5, 1), people.slice(0, 0), SILENT):
        weights(part), edges(part)
    for kernel in (candidates, score_pairs, shared_kinds):
        assert len(kernel.signatures) <= 1


def test_a_rehearsal_compiles_all_kernels_that_a_run_needs() -> None:
    made = rows(300, seed=11).drop_columns(["source", "person"])
    ids = made["record_id"].combine_chunks()
    people = standardise.records("crm", ids, made, standardise.recognise("crm", made), PARAMS).table
    kernels = (score_pairs, candidates, shared_kinds, pool_components, siphash_all)
    rehearse()
    compiled = [kernel.signatures for kernel in kernels]
    assert all(len(signatures) == 1 for signatures in compiled)
    resolve(people, settings=Settings(golden=False))
    assert [kernel.signatures for kernel in kernels] == compiled
