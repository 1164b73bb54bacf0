"""tellonce quality suggest, of files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tellonce.cli.main import execute
from tellonce.rules.reading import read_rules

Output = pytest.CaptureFixture[str]


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    file = tmp_path / "tickets.csv"
    lines = [f"T-{n:04d},{['open', 'closed'][n % 2]},p{n}@firm.org" for n in range(300)]
    lines[7] = "T-0007,closed,nowhere"
    file.write_text("\n".join(["ticket_id,status,email", *lines]) + "\n")
    return file


def test_rules_are_told_with_their_reasons(tickets: Path, capsys: Output) -> None:
    assert execute(["quality", "suggest", str(tickets)]) == 0
    told = capsys.readouterr().out
    assert "- status: one of [closed, open]\n    2 values over and over\n" in told
    assert "; 1 of 300 rows fail now" in told
    assert told.rstrip().endswith("suggested from 300 rows.")


def test_a_file_of_rules_is_written_that_can_be_read(
    tickets: Path, tmp_path: Path, capsys: Output
) -> None:
    out = tmp_path / "rules.yaml"
    assert execute(["quality", "suggest", str(tickets), "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    rules = read_rules(out.read_text()).rules
    assert len(rules) == len(document["suggestions"]) > 4
    (email,) = (one for one in document["suggestions"] if one["rule"] == "email: valid")
    assert (email["rows"], email["failing"]) == (300, 1)


def test_the_file_that_is_read_is_not_written_over(tickets: Path, capsys: Output) -> None:
    assert execute(["quality", "suggest", str(tickets), "--out", str(tickets)]) == 2
    assert "Name another file." in capsys.readouterr().err
