"""What a matcher is shown of a labelled set, and what is kept for those who judge it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import matchers
from bench.matchers import BENCH, customers
from bench.measure import CommandFailed
from bench.sets import ANSWERS, LabelledSet, blind, labelled_sets, truth

PEOPLE = {
    "unique_id": ["1", "2", "3", "4"],
    "source": ["shop", "crm", "shop", "crm"],
    "given_name": ["Ada", "ada", "Bo", "Cy"],
    "surname": ["Example", "Example", "Sample", "Sample"],
    "dob": ["1990-01-01", "1990-01-01", "1980-02-02", "1980-02-02"],
    "cluster": [7, 7, 8, None],
}


def people(folder: Path) -> LabelledSet:
    """A set of four records of two sources, one of them of unknown truth."""
    (folder / "people").mkdir()
    pq.write_table(pa.table(PEOPLE), folder / "people" / "records.parquet")
    return labelled_sets(folder)[0]


def pairs(folder: Path) -> LabelledSet:
    """A set of two labelled pairs of names."""
    table = {"name1": ["Ada", "Bo"], "name2": ["ada", "Cy"], "is_match": ["true", "false"]}
    pq.write_table(pa.table(table), folder / "names.parquet")
    return labelled_sets(folder)[0]


def test_a_blinded_file_holds_no_answer_and_is_one_source(tmp_path: Path) -> None:
    labelled = people(tmp_path)
    named = dict(file.split("=", 1) for file in blind(labelled, tmp_path))
    assert list(named) == ["crm", "shop"]
    for path in named.values():
        assert not {*ANSWERS, "source"} & set(pq.read_schema(path).names)


def test_the_truth_is_in_the_order_of_the_blinded_files(tmp_path: Path) -> None:
    labelled = people(tmp_path)
    shown = [
        record
        for file in blind(labelled, tmp_path)
        for record in pq.read_table(file.split("=", 1)[1])["unique_id"].to_pylist()
    ]
    assert truth(labelled)["record_id"].to_pylist() == shown == ["2", "4", "1", "3"]
    assert truth(labelled)["truth"].to_pylist() == [0, None, 0, 1]


def test_a_file_of_labelled_pairs_becomes_a_left_and_a_right_file(tmp_path: Path) -> None:
    labelled = pairs(tmp_path)
    (tmp_path / "blind").mkdir()
    left, right = (pq.read_table(f.split("=", 1)[1]) for f in blind(labelled, tmp_path / "blind"))
    assert left.column_names == ["unique_id", "name"]
    assert (left["name"].to_pylist(), right["name"].to_pylist()) == (["Ada", "Bo"], ["ada", "Cy"])
    assert truth(labelled)["match"].to_pylist() == [True, False]
    assert truth(labelled)["right"].to_pylist() == [2, 3]


def test_a_folder_without_answers_is_no_labelled_set(tmp_path: Path) -> None:
    pq.write_table(pa.table({"unique_id": ["1"], "name": ["Ada"]}), tmp_path / "plain.parquet")
    assert labelled_sets(tmp_path) == []


def test_a_record_that_was_left_out_is_a_customer_of_its_own(tmp_path: Path) -> None:
    labelled = people(tmp_path)
    result = {"source": ["crm", "shop"], "record_id": ["2", "1"], "customer_id": ["x", "x"]}
    found = customers(pa.table(result), labelled).tolist()
    assert found[0] == found[2]
    assert len(set(found)) == 3


def test_exact_rules_link_what_is_equal_in_the_obvious_attributes(tmp_path: Path) -> None:
    labelled, out = people(tmp_path), tmp_path / "out.parquet"
    files = blind(labelled, tmp_path)
    command = [sys.executable, str(BENCH / "peers.py"), "rules", str(out), *files]
    subprocess.run(command, check=True)
    found = customers(pq.read_table(out), labelled)
    assert found[0] == found[2]
    assert len(set(found.tolist())) == 3


def test_a_peer_s_result_is_kept_until_the_data_or_its_version_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled = people(tmp_path)
    first = matchers.place("rules", labelled, tmp_path)
    assert matchers.place("rules", labelled, tmp_path) == first
    monkeypatch.setattr(matchers, "versions", lambda peer: "another")
    assert matchers.place("rules", labelled, tmp_path) != first
    monkeypatch.undo()
    pq.write_table(pa.table({**PEOPLE, "cluster": [1, 2, 3, 4]}), labelled.path)
    assert matchers.place("rules", labelled, tmp_path) != first


def test_a_peer_that_failed_is_not_tried_again(tmp_path: Path) -> None:
    labelled = people(tmp_path)
    folder = matchers.fresh(matchers.place("goldenmatch", labelled, tmp_path))
    matchers.keep(folder, {"failed": "It gave up."})
    assert matchers.is_kept("goldenmatch", labelled, tmp_path)
    with pytest.raises(CommandFailed, match="gave up"):
        matchers.kept("goldenmatch", labelled, tmp_path)


def test_every_named_family_of_splink_s_settings_is_a_file() -> None:
    for name in ("febrl1", "pseudopeople/seed0", "name_pairs/anything", "a folder nobody knows"):
        labelled = LabelledSet(name, Path("nowhere"), 0)
        assert all(path.is_file() for path in matchers.splink_settings(labelled)), name
