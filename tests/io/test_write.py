"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tellonce.io.errors import FileMissing, NotAFile
from tellonce.io.write import whole_file, write_json_lines, write_parquet


def test_what_was_written_can_be_read(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", pa.table({"id": [1]}))
    write_json_lines(tmp_path / "a.jsonl", [{"raw": "Łódź\n"}, {"raw": None}])
    assert parquet.read_table(tmp_path / "a.parquet").to_pylist() == [{"id": 1}]
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["raw"] for line in lines] == ["Łódź\n", None]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_interrupted(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def write_interrupted(path: Any) -> None:
    with whole_file(path) as temporary:
        temporary.write_text("half of the n")
        raise KeyboardInterrupt


def test_a_folder_that_is_not_there_is_found_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(FileMissing), whole_file(tmp_path / "nowhere" / "a.txt"):
        pytest.fail("the body must not run")
    with pytest.raises(NotAFile), whole_file(tmp_path):
        pytest.fail("the body must not run")


def test_a_full_disk_is_told_with_the_name_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError) as raised, whole_file(tmp_path / "a.txt"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert raised.value.filename == str(tmp_path / "a.txt")
