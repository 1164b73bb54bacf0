"""tellonce quality profile, of files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tellonce.cli.main import execute

Output = pytest.CaptureFixture[str]


def written(folder: Path, name: str, rows: int, code: str = "A-{:03d}") -> Path:
    file = folder / name
    lines = [f"{n},{code.format(n % 7)},{'web' if n % 3 else 'shop'}" for n in range(rows)]
    file.write_text("\n".join(["id,code,channel", *lines]) + "\n")
    return file


def test_a_file_is_told_field_by_field(tmp_path: Path, capsys: Output) -> None:
    assert execute(["quality", "profile", str(written(tmp_path, "crm.csv", 60))]) == 0
    told = capsys.readouterr().out
    assert told.startswith("crm: 60 rows, 3 fields.")
    assert "formats: A-999 100%" in told
    assert "most: web 67% · shop 33%" in told


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "crm.csv", 60)
    with file.open("a") as more:
        more.write("1,2,3,4,5\n")
    assert execute(["quality", "profile", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["rows"], document["rejected"]) == (60, 1)


def test_what_changed_since_an_earlier_file_or_its_profile_exits_1(
    tmp_path: Path, capsys: Output
) -> None:
    old, new = written(tmp_path, "may.csv", 300), written(tmp_path, "june.csv", 300, "{:05d}")
    assert execute(["quality", "profile", str(old), "--json"]) == 0
    saved = tmp_path / "may.json"
    saved.write_text(capsys.readouterr().out)
    for earlier in (old, saved):
        assert execute(["quality", "profile", str(new), "--against", str(earlier)]) == 1
        assert "code has a new format 99999 in 300 rows." in capsys.readouterr().out
    assert execute(["quality", "profile", str(old), "--against", str(saved), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


def test_the_page_and_no_values(tmp_path: Path, capsys: Output) -> None:
    file, page = written(tmp_path, "crm.csv", 60), tmp_path / "crm.html"
    call = ["quality", "profile", str(file), "--html", str(page), "--no-values"]
    assert execute(call) == 0
    assert "web" not in capsys.readouterr().out
    assert "web" not in page.read_text()
    assert "<svg" in page.read_text()


@pytest.mark.parametrize("earlier", ["{}", "[]", "not json", '{"form": 99}'])
def test_an_earlier_profile_that_is_none_is_refused(
    tmp_path: Path, earlier: str, capsys: Output
) -> None:
    file, saved = written(tmp_path, "crm.csv", 60), tmp_path / "old.json"
    saved.write_text(earlier)
    assert execute(["quality", "profile", str(file), "--against", str(saved)]) == 2
    assert "is not a profile" in capsys.readouterr().err


def test_a_file_that_is_read_is_not_written_over(tmp_path: Path, capsys: Output) -> None:
    file = written(tmp_path, "crm.csv", 60)
    assert execute(["quality", "profile", str(file), "--html", str(file)]) == 2
    assert "Name another file." in capsys.readouterr().err
