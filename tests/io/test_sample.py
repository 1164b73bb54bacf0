"""The beginning of a file by which its dialect is known may end inside a letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellonce.io.read import read_file


@pytest.mark.parametrize("padding", [0, 1])
def test_a_long_file_whose_sample_ends_inside_a_letter_is_read_whole(
    tmp_path: Path, padding: int
) -> None:
    path = tmp_path / "people.csv"
    rows = 60_000
    text = "name,city\n" + "a" * padding + "Łódź,Łęża\n" + "Łódź,Łęża\n" * (rows - 1)
    path.write_text(text, encoding="utf-8")
    contents = read_file(path)
    assert contents.table.num_rows == rows
    assert not contents.rejects
