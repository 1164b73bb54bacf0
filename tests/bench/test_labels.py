"""bench.labels: answers come from the truth, and labels are measured step by step."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from bench import labels
from bench.labels import Measuring
from bench.sets import labelled_sets
from tellonce.engine.synth.records import rows


@pytest.fixture(scope="module")
def measuring(tmp_path_factory: pytest.TempPathFactory) -> Measuring:
    """A made-up set of two sources; nobody knows who the first record is."""
    made = rows(120, seed=4)
    people = made["person"].combine_chunks().dictionary_encode().indices
    known = pc.if_else(pc.equal(made["record_id"], made["record_id"][0]), None, people)
    made = made.drop_columns(["person"]).rename_columns({"record_id": "unique_id"})
    folder = tmp_path_factory.mktemp("sets")
    pq.write_table(made.append_column("cluster", known), folder / "made_up.parquet")
    return Measuring(labelled_sets(folder)[0], tmp_path_factory.mktemp("blind"))


def test_an_answer_is_the_truth_or_none(measuring: Measuring) -> None:
    (one, other), *_ = (
        [name for name in measuring.person if measuring.person[name] == person]
        for person in measuring.person.values()
        if list(measuring.person.values()).count(person) == 2
    )
    stranger = next(n for n in measuring.person if measuring.person[n] != measuring.person[one])
    asked = [(one, other), (one, stranger), (one, ("crm", "nobody"))]
    pairs = pa.Table.from_pylist(
        [dict(zip(labels.NAMES, (*left, *right), strict=True)) for left, right in asked]
    )
    verdicts = [row["verdict"] for row in measuring.answers(pairs)]
    assert verdicts == ["same", "different", ""]


def test_every_step_is_measured_alone_and_held(
    measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "STEPS", (5, 10))
    for found in (list(measuring.active()), list(measuring.random(1))):
        assert len(found) == 2
        assert all(0 < f1 <= 1 for step in found for f1 in step)
