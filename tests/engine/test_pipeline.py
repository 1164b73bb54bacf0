"""The path as a whole: the same customers whatever the order, the chunks and the threads."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tellonce.engine import pipeline
from tellonce.engine.errors import ModelError, SchemaMismatch
from tellonce.engine.evaluate import evaluate
from tellonce.engine.explaining import explain
from tellonce.engine.model.document import MatchModel
from tellonce.engine.pipeline import Settings, resolve
from tellonce.engine.standardise import StandardiseParams, recognise, records
from tellonce.engine.synth import rows
from tellonce.engine.tables import DECISIONS, RECORDS

QUIET = Settings(golden=False)


@pytest.fixture(scope="module")
def generated() -> pa.Table:
    """RECORDS of 1,500 generated rows of three sources, with the true person of each row."""
    made = rows(1500, seed=5)
    parts = []
    for source in sorted(set(made["source"].to_pylist())):
        part = made.filter(pa.compute.equal(made["source"], source))
        raw = part.drop_columns(["source", "record_id", "person"])
        found = records(
            source,
            part["record_id"].combine_chunks(),
            raw,
            recognise(source, raw),
            StandardiseParams(),
        )
        parts.append(found.table.append_column("person", part["person"]))
    return pa.concat_tables(parts)


@pytest.fixture(scope="module")
def told(generated: pa.Table) -> pa.Table:
    return generated.drop_columns(["person"])


@pytest.fixture(scope="module")
def result(told: pa.Table) -> pipeline.Resolved:
    return resolve(told)


def test_most_people_are_found_without_any_setting(
    generated: pa.Table, result: pipeline.Resolved
) -> None:
    by_id = dict(
        zip(generated["record_id"].to_pylist(), generated["person"].to_pylist(), strict=True)
    )
    truth = [by_id[record_id] for record_id in result.records["record_id"].to_pylist()]
    found = evaluate(result.clusters["cluster"], pa.array(truth))
    assert found.pairwise.f1 > 0.9


def test_the_order_of_rows_changes_nothing(told: pa.Table, result: pipeline.Resolved) -> None:
    order = np.random.default_rng(3).permutation(told.num_rows)
    turned = resolve(told.take(pa.array(order)))
    assert turned.edges.equals(result.edges)
    assert turned.clusters.equals(result.clusters)
    assert turned.golden.equals(result.golden)
    assert turned.model.fingerprint == result.model.fingerprint


def test_the_chunks_change_nothing(told: pa.Table, result: pipeline.Resolved) -> None:
    chunked = pa.concat_tables([told.slice(start, 7) for start in range(0, told.num_rows, 7)])
    assert resolve(chunked, settings=QUIET).clusters.equals(result.clusters)


def test_the_threads_change_nothing(told: pa.Table, result: pipeline.Resolved) -> None:
    threaded = resolve(told, settings=replace(QUIET, threads=4))
    assert threaded.edges.equals(result.edges)
    assert threaded.clusters.equals(result.clusters)


def test_the_input_is_left_alone(told: pa.Table) -> None:
    before = told.to_pylist()
    resolve(told, settings=QUIET)
    assert told.to_pylist() == before


def test_a_model_read_back_gives_the_same_customers(
    told: pa.Table, result: pipeline.Resolved
) -> None:
    model = MatchModel.from_json(result.model.to_json())
    assert model.fingerprint == result.model.fingerprint
    again = resolve(told, model=model, settings=QUIET)
    assert again.edges.equals(result.edges)
    assert again.clusters.equals(result.clusters)


def test_a_model_to_share_holds_no_hashed_values(result: pipeline.Resolved) -> None:
    shared = result.model.shareable()
    assert shared.block.refined == shared.block.stopped == shared.score.shared == ()


def test_a_damaged_model_is_refused_with_a_hint() -> None:
    with pytest.raises(ModelError, match="cannot be read") as raised:
        MatchModel.from_json('{"version": 1}')
    assert raised.value.hint


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_records_are_no_trouble(told: pa.Table, count: int) -> None:
    few = resolve(told.slice(0, count))
    assert few.clusters["cluster"].to_pylist() == list(range(count))


def test_records_that_say_nothing_stay_alone() -> None:
    silent = pa.Table.from_pylist(
        [{"source": "s", "record_id": str(i)} for i in range(5)], schema=RECORDS
    )
    assert resolve(silent).clusters["cluster"].to_pylist() == [0, 1, 2, 3, 4]


def test_a_table_that_is_not_records_is_refused() -> None:
    with pytest.raises(SchemaMismatch, match="record_id"):
        resolve(pa.table({"source": ["s"]}))


def _decision(left: int, right: int, verdict: str) -> pa.Table:
    return pa.Table.from_pylist(
        [{"left": left, "right": right, "verdict": verdict}], schema=DECISIONS
    )


def test_a_decision_that_two_are_different_keeps_them_apart(
    told: pa.Table, result: pipeline.Resolved
) -> None:
    clusters = result.clusters["cluster"].to_numpy()
    right = int(np.flatnonzero(clusters != np.arange(len(clusters)))[0])
    left = int(clusters[right])
    apart = resolve(told, model=result.model, decisions=_decision(left, right, "different"))
    found = apart.clusters["cluster"].to_pylist()
    assert found[left] != found[right]


def test_a_decision_that_two_are_the_same_joins_them(
    told: pa.Table, result: pipeline.Resolved
) -> None:
    clusters = result.clusters["cluster"].to_numpy()
    left, right = (int(row) for row in np.unique(clusters)[:2])
    joined = resolve(told, model=result.model, decisions=_decision(left, right, "same"))
    found = joined.clusters["cluster"].to_pylist()
    assert found[left] == found[right]


def test_a_source_without_duplicates_never_gives_two_records_to_one_customer(
    told: pa.Table,
) -> None:
    unique = replace(QUIET, unique_sources=frozenset(told["source"].to_pylist()))
    found = resolve(told, settings=unique)
    seen = list(
        zip(found.records["source"].to_pylist(), found.clusters["cluster"].to_pylist(), strict=True)
    )
    assert len(set(seen)) == len(seen)


def test_two_valid_numbers_for_life_are_two_people() -> None:
    def record(record_id: str, pesel: str) -> dict[str, object]:
        return {
            "source": "s",
            "record_id": record_id,
            "names": [{"given": "Testa", "family": "Przykładna"}],
            "birth_date": "1980-01-13",
            "emails": ["testa@example.com"],
            "identifiers": [{"kind": "pesel", "value": pesel, "valid": True}],
        }

    same = pa.Table.from_pylist([record("1", "80011312346"), record("2", "80011312346")], RECORDS)
    other = pa.Table.from_pylist([record("1", "80011312346"), record("2", "80011312353")], RECORDS)
    assert len(set(resolve(same).clusters["cluster"].to_pylist())) == 1
    assert len(set(resolve(other).clusters["cluster"].to_pylist())) == 2


def test_an_explanation_adds_up(told: pa.Table, result: pipeline.Resolved) -> None:
    edge = result.edges.slice(0, 1).to_pylist()[0]
    pair = result.records.take(pa.array([edge["left"], edge["right"]]))
    found = explain(pair, result.model)
    total = sum(s.bits + s.rarity_bits for s in found.steps) + found.relatives_bits
    assert abs(total - edge["match_weight"]) < 0.01
    assert abs(found.probability - edge["probability"]) < 1e-9
    assert found.sentences()


def test_a_shared_model_counts_its_hashed_values_anew_and_gives_the_same_customers(
    told: pa.Table, result: pipeline.Resolved
) -> None:
    again = resolve(told, model=result.model.shareable(), settings=QUIET)
    assert again.model.block == result.model.block
    assert again.model.score.shared == result.model.score.shared
    assert again.clusters.equals(result.clusters)
