"""Record ids: a column that is filled and unique, else the row number in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tellonce.io.errors import DuplicateIds
from tellonce.io.identity import record_ids
from tellonce.io.read import read_file, read_frame


def ids(column: Any = None, **columns: Any) -> Any:
    return record_ids(read_frame(pa.table(columns), "crm"), "crm", column).to_pylist()


def test_the_first_known_id_column_is_taken() -> None:
    assert ids(id=["x", "y"], record_id=["1", "2"], name=["Ada", "Bo"]) == ["1", "2"]
    assert ids(id=["x", "y"], unique_id=[7, 8]) == ["7", "8"]


def test_capital_letters_do_not_hide_it() -> None:
    assert ids(Record_ID=["1", "2"]) == ["1", "2"]


@pytest.mark.parametrize("broken", [["1", "1"], ["1", None], ["1", ""]])
def test_an_id_column_that_repeats_or_is_not_filled_is_passed_over(broken: Any) -> None:
    assert ids(unique_id=broken, id=["x", "y"]) == ["x", "y"]
    assert ids(unique_id=broken) == ["0", "1"]


def test_row_numbers_count_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "crm.csv"
    path.write_text("name,city\nAda,Rome\nBo\nCy,Oslo\n")
    assert record_ids(read_file(path), "crm").to_pylist() == ["0", "2"]


def test_a_given_column_wins() -> None:
    assert ids("number", id=["x", "y"], number=["7", "8"]) == ["7", "8"]


def test_a_duplicate_under_a_given_column_is_named() -> None:
    with pytest.raises(DuplicateIds, match="'7' comes 2 times in 'number' of crm"):
        ids("number", number=["6", "7", "8", "7"])


def test_a_given_column_must_be_filled_and_be_there() -> None:
    with pytest.raises(DuplicateIds, match="Row 1 of crm has no value"):
        ids("number", number=["6", None])
    with pytest.raises(DuplicateIds, match="no column 'number'"):
        ids("number", id=["6", "7"])
