"""Rules suggested for a source of the hub: as for a file of its records."""

from __future__ import annotations

import json
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core.errors import Refused, WrongCall
from tellonce.hub.quality import profiles
from tellonce.hub.quality.suggesting import suggest_rules
from tellonce.rules.reading import read_rules
from tests.hub.delivering import Row, a_source, load, write_csv

pytestmark = pytest.mark.django_db
PEOPLE = 120


def person(n: int) -> Row:
    """One of many, the seventh with an e-mail address that is none."""
    return {
        "id": f"P-{n:04d}",
        "first name": ["Annamaria", "Ottokar", "Wilhelmina"][n % 3],
        "last name": f"Beispiel{'abcdefghij'[n % 10]}{'abcdefghij'[n // 10 % 10]}",
        "email": f"person{n}@example.org" if n != 7 else "nowhere",
        "tier": ["gold", "silver"][n % 2],
        "birth date": f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/19{50 + n % 40}",
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """What a source delivered."""
    rows = [person(n) for n in range(PEOPLE)]
    a_source(record_id="id")
    load(tmp_path / "people.csv", rows)
    return write_csv(tmp_path / "people.csv", rows)


def test_the_lines_are_those_of_a_file_of_its_records(file: Path, capsys: Any) -> None:
    def told(what: str) -> list[dict[str, Any]]:
        assert execute(["quality", "suggest", what, "--json"]) == 0
        return sorted(json.loads(capsys.readouterr().out)["suggestions"], key=itemgetter("rule"))

    of_file, of_source = told(str(file)), told("crm")
    assert of_source == of_file
    assert {"email: valid", "tier: one of [gold, silver]"} <= {one["rule"] for one in of_source}


def test_rules_are_written_that_can_be_set(file: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "rules.yaml"
    assert execute(["quality", "suggest", "crm", "--out", str(out)]) == 0
    assert f"suggested from {PEOPLE} rows, written to" in capsys.readouterr().out
    assert "# Suggested from crm." in out.read_text()
    assert len(read_rules(out.read_text()).rules) > 4
    assert execute(["quality", "set", str(out), "--source", "crm"]) == 0


def test_no_value_is_suggested_that_a_profile_does_not_tell(tmp_path: Path) -> None:
    rows = [
        person(n) | {"diagnosis": ["flu", "cold"][n % 2], "size": ["S", "M", "XL"][min(n % 9, 2)]}
        for n in range(PEOPLE)
    ]
    a_source(record_id="id")
    load(tmp_path / "people.csv", rows)
    found = {one.rule for one in suggest_rules("crm", by=actor()).rules}
    assert "tier: one of [gold, silver]" in found
    assert not any("flu" in one for one in found)
    assert not any("one of" in one for one in found if one.startswith("size"))  # S is of 14 only
    client = Actor("cli_x", "x", "x", frozenset({"client"}), frozenset({"product"}))
    told = {one.rule for one in suggest_rules("crm", by=client).rules}
    assert told < found
    assert not any("one of" in one for one in told)  # what is not recognised is personal
    assert "email: valid" in told


def test_of_many_records_some_are_looked_at(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "SAMPLED", 50)
    found = suggest_rules("crm", by=actor())
    assert (found.records, found.looked_at) == (PEOPLE, 30)
    assert "email: unique" in {one.rule for one in found.rules}


def test_who_and_what_is_refused(file: Path, tmp_path: Path, capsys: Any) -> None:
    add_user("looks@example.com", "representative", by=actor())
    with pytest.raises(Refused):
        suggest_rules("crm", by=actor("looks@example.com"))
    assert execute(["quality", "suggest", "crm", "--map", str(file)]) == 2
    assert "of a source --map cannot be said" in capsys.readouterr().err
    assert execute(["quality", "suggest", "crn"]) == 2
    assert "There is no file crn." in capsys.readouterr().err
    a_source("empty")
    with pytest.raises(WrongCall, match="no records to look at"):
        suggest_rules("empty", by=actor())
