"""tellonce.resolve(): the same customers from files and frames of every kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv

import tellonce
from tellonce.engine.errors import ModelError, UnknownRecord
from tellonce.engine.evaluate import evaluate
from tellonce.engine.synth.records import rows
from tellonce.io.errors import BadSetting
from tellonce.io.outputs import customer_id


@pytest.fixture(scope="module")
def made() -> Any:
    """Two sources of made-up people, and who is who."""
    table = rows(600, seed=5)
    names = pc.unique(table["source"]).to_pylist()[:2]
    parts = {name: table.filter(pc.equal(table["source"], name)) for name in names}
    return {name: part.drop_columns(["source", "person"]) for name, part in parts.items()}, table


@pytest.fixture(scope="module")
def sources(made: Any) -> Any:
    return made[0]


@pytest.fixture(scope="module")
def result(sources: Any) -> Any:
    return tellonce.resolve(sources)


def test_records_of_one_person_get_one_customer(made: Any, result: Any) -> None:
    truth = made[1].select(["source", "record_id", "person"])
    joined = result.customers.join(truth, ["source", "record_id"], join_type="inner")
    assert joined.num_rows == result.customers.num_rows
    assert evaluate(joined["customer_id"], joined["person"]).pairwise.f1 > 0.8


def test_every_record_has_a_row_with_a_confidence(sources: Any, result: Any) -> None:
    assert result.customers.column_names == ["source", "record_id", "customer_id", "confidence"]
    assert result.customers.num_rows == sum(table.num_rows for table in sources.values())
    assert pc.min_max(result.customers["confidence"]).as_py()["max"] <= 1
    assert pc.all(pc.match_substring_regex(result.customers["customer_id"], "^cus_[0-9a-f]{26}$"))


def test_a_customer_is_named_by_its_smallest_record(result: Any) -> None:
    members: dict[str, list[tuple[str, str]]] = {}
    for row in result.customers.to_pylist():
        members.setdefault(row["customer_id"], []).append((row["source"], row["record_id"]))
    assert all(customer_id(*min(names)) == customer for customer, names in members.items())


def test_edges_name_their_records_and_say_whether_they_link(result: Any) -> None:
    customer = {
        (r["source"], r["record_id"]): r["customer_id"] for r in result.customers.to_pylist()
    }
    edges = result.edges.to_pylist()
    assert edges
    for edge in edges:
        left = customer[edge["left_source"], edge["left_id"]]
        right = customer[edge["right_source"], edge["right_id"]]
        assert edge["linked"] == (left == right)
        assert edge["probability"] >= 0.5


def test_golden_has_a_row_per_customer_and_says_where_values_come_from(result: Any) -> None:
    customers = set(result.customers["customer_id"].to_pylist())
    assert set(result.golden["customer_id"].to_pylist()) == customers
    assert result.golden.num_rows == len(customers)
    for row in result.golden.to_pylist()[:50]:
        assert (row["family_name"] is None) == (row["family_name_source"] is None)


@pytest.mark.parametrize(
    "convert",
    [
        pa.Table.to_pandas,
        pl.from_arrow,
        duckdb.from_arrow,
        lambda table: pa.RecordBatchReader.from_batches(table.schema, table.to_batches(97)),
    ],
    ids=["pandas", "polars", "duckdb", "arrow stream"],
)
def test_frames_of_every_kind_give_the_same(convert: Any, sources: Any, result: Any) -> None:
    converted = {name: convert(table) for name, table in sources.items()}
    again = tellonce.resolve(converted, model=result.model)
    assert again.customers.equals(result.customers)
    assert again.golden.equals(result.golden)


def test_files_give_what_frames_give(sources: Any, result: Any, tmp_path: Path) -> None:
    paths = {}
    for name, table in sources.items():
        paths[name] = tmp_path / f"{name}.csv"
        csv.write_csv(table, paths[name])
    again = tellonce.resolve(paths, model=result.model)
    assert again.customers.equals(result.customers)


def test_the_order_of_rows_and_sources_does_not_matter(sources: Any, result: Any) -> None:
    turned = {
        name: table.take(pa.array(range(table.num_rows)[::-1])) for name, table in sources.items()
    }
    again = tellonce.resolve(dict(reversed(turned.items())))
    assert again.customers.equals(result.customers)


def test_a_saved_model_is_taken_by_its_path(sources: Any, result: Any, tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(result.model.to_json())
    again = tellonce.resolve(sources, model=tmp_path / "model.json")
    assert again.customers.equals(result.customers)
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(ModelError):
        tellonce.resolve(sources, model=tmp_path / "model.json")


def test_the_summary_counts_and_measures(sources: Any, result: Any) -> None:
    summary = result.summary
    assert summary["rows"] == result.customers.num_rows
    assert summary["customers"] == result.golden.num_rows
    assert summary["rejected"] == 0
    assert {"read", "standardise", "score", "total"} <= set(summary["seconds"])
    assert summary["peak_mb"] > 10
    assert 0 <= summary["estimated"]["precision"]["value"] <= 1
    recognised = summary["sources"]["crm"]["recognised"]
    assert recognised["family_name"] == "family_name"


def test_what_was_recognised_is_said_before_anything_runs(sources: Any, result: Any) -> None:
    heard: list[str] = []
    tellonce.resolve(
        sources,
        model=result.model,
        say=heard.append,
        progress=lambda stage, _done, _of: heard.append(f"stage {stage}"),
    )
    told = next(n for n, line in enumerate(heard) if "recognised" in line)
    assert told < heard.index("stage standardise")


def test_a_pair_is_explained_by_name(result: Any) -> None:
    edge = result.edges.to_pylist()[0]
    left = edge["left_source"], edge["left_id"]
    right = edge["right_source"], edge["right_id"]
    explanation = result.explain(left, right)
    assert explanation.match_weight == pytest.approx(edge["match_weight"], abs=0.01)
    with pytest.raises(UnknownRecord, match="crm:nobody"):
        result.explain(("crm", "nobody"), right)
    with pytest.raises(UnknownRecord, match="same record"):
        result.explain(left, left)


def test_sources_without_duplicates_of_their_own_keep_their_records_apart(
    sources: Any, result: Any
) -> None:
    again = tellonce.resolve(sources, model=result.model, unique=["crm"])
    crm = again.customers.filter(pc.equal(again.customers["source"], "crm"))
    assert pc.count_distinct(crm["customer_id"]).as_py() == crm.num_rows


def test_an_ignored_column_is_not_looked_at(sources: Any, result: Any) -> None:
    again = tellonce.resolve(sources, model=result.model, ignore=["email"])
    assert "email" not in again.summary["sources"]["crm"]["recognised"]
    assert "email" not in again.golden.column_names


def test_a_mapping_overrides_recognition() -> None:
    table = pa.table({"a": ["Ada Test", "Bo Test"], "b": ["x1", "x2"]})
    result = tellonce.resolve(
        {"crm": table}, mapping={"crm": {"columns": {"a": "full_name"}, "id": "b"}}
    )
    assert result.customers["record_id"].to_pylist() == ["x1", "x2"]
    assert result.summary["sources"]["crm"]["recognised"]["a"] == "full_name"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"threshold": 0.4}, "do not fit together"),
        ({"threshold": 1.5}, "do not fit together"),
        ({"seed": -1}, "seed -1 is negative"),
        ({"unique": ["nowhere"]}, "no source 'nowhere'"),
        ({"ignore": ["nothing"]}, "No source has a column 'nothing'"),
        ({"mapping": {"nowhere": {}}}, "a source 'nowhere', which is not given"),
    ],
)
def test_arguments_that_cannot_be_used_get_a_sentence(
    sources: Any, arguments: Any, sentence: Any
) -> None:
    with pytest.raises(BadSetting, match=sentence):
        tellonce.resolve(sources, **arguments)


def test_no_source_and_no_frame_get_a_sentence() -> None:
    with pytest.raises(BadSetting, match="No source"):
        tellonce.resolve({})
    with pytest.raises(tellonce.engine.errors.InputError, match="is a list"):
        tellonce.resolve({"crm": [1, 2]})


def test_pandas_gaps_are_missing_values() -> None:
    frame = pd.DataFrame({"id": [1, 2], "zip": [1234.0, None], "name": ["Ada Test", None]})
    result = tellonce.resolve({"crm": frame})
    assert result.customers["record_id"].to_pylist() == ["1", "2"]
