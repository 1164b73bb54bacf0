"""tellonce model: a model in words, and what another one would change."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.compute as pc
import pytest
from pyarrow import csv, parquet

from tellonce.cli.main import execute
from tellonce.engine.model.document import MatchModel
from tellonce.engine.model.hashing import key_fingerprint
from tellonce.engine.pipeline import shipped_model
from tellonce.engine.synth.records import rows

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two made-up sources, the model trained on both, and the shipped one."""
    folder = tmp_path_factory.mktemp("company")
    table = rows(500, seed=3)
    for name in pc.unique(table["source"]).to_pylist()[:2]:
        part = table.filter(pc.equal(table["source"], name)).drop_columns(["source", "person"])
        csv.write_csv(part, folder / f"{name}.csv")
    out = ["--out", str(folder / "out.parquet")]
    assert execute(["resolve", *files(folder), *out, f"--save-model={folder}/trained.json"]) == 0
    (folder / "shipped.json").write_text(shipped_model().to_json(), encoding="utf-8")
    return folder


def files(company: Path) -> list[str]:
    return [str(path) for path in sorted(company.glob("*.csv"))]


def comparison(company: Path, capsys: Output, *options: str) -> dict[str, object]:
    capsys.readouterr()
    assert execute(["model", "compare", *files(company), *options, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_model_is_shown_in_words(company: Path, capsys: Output) -> None:
    assert execute(["model", "show", f"{company}/trained.json"]) == 0
    said = capsys.readouterr().out
    for words in ("fingerprint", "no labels", "link cut", "same birth date +", "not personal data"):
        assert words in said
    assert execute(["model", "show", f"{company}/trained.json", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    model = MatchModel.from_json((company / "trained.json").read_text())
    assert told["fingerprint"] == model.fingerprint
    assert told["score"]["link"] == model.score.link


def test_the_same_model_changes_nothing(company: Path, capsys: Output) -> None:
    same = [f"--model={company}/trained.json", f"--with={company}/trained.json"]
    found = comparison(company, capsys, *same)
    assert found["unchanged"] == found["before"] == found["after"]
    assert (found["merged"], found["split"], found["moved"], found["pairs"]) == (0, 0, 0, [])


def test_another_model_shows_what_it_would_change_and_why(company: Path, capsys: Output) -> None:
    before = sorted(path.name for path in company.iterdir())
    found = comparison(company, capsys, f"--model={company}/shipped.json")
    assert sorted(path.name for path in company.iterdir()) == before
    assert found["before"] == found["unchanged"] + changed(found)
    assert found["moved"] > 0  # type: ignore[operator]
    pair = found["pairs"][0]  # type: ignore[index]
    assert pair["old"]["one_customer"] is not pair["new"]["one_customer"]
    assert pair["reasons"]
    assert execute(["model", "compare", *files(company), f"--model={company}/shipped.json"]) == 0
    said = capsys.readouterr().out
    for words in ("unchanged", "merged", "split", "moved", "probability 0."):
        assert words in said


def changed(found: dict[str, object]) -> int:
    """Customers that are not unchanged; a few are both merged and split."""
    return found["before"] - found["unchanged"]  # type: ignore[operator,no-any-return]


def test_the_other_model_is_written_only_where_it_is_asked_for(
    company: Path, tmp_path: Path, capsys: Output
) -> None:
    model = tmp_path / "new.json"
    found = comparison(company, capsys, f"--model={company}/shipped.json", f"--save-model={model}")
    assert MatchModel.from_json(model.read_text()).trained_on > 0
    again = comparison(company, capsys, f"--model={company}/shipped.json", f"--with={model}")
    counts = ("before", "after", "unchanged", "merged", "split", "moved")
    assert [found[name] for name in counts] == [again[name] for name in counts]


def test_a_model_applies_to_files_with_other_columns(
    company: Path, tmp_path: Path, capsys: Output
) -> None:
    text = "nr;full name;birthday;city;colour\n1;Ada Testova;1980-01-02;Warszawa;red\n"
    text += "2;ADA TESTOVA;1980-01-02;Warszawa;blue\n3;Bruno Sample;1955-07-30;Kraków;red\n"
    (tmp_path / "club.csv").write_text(text, encoding="utf-8")
    out = tmp_path / "out.parquet"
    model = [f"--model={company}/trained.json"]
    assert execute(["resolve", str(tmp_path / "club.csv"), "--out", str(out), *model]) == 0
    ids = parquet.read_table(out)["customer_id"].to_pylist()
    assert ids[0] == ids[1] != ids[2]


def test_hashed_values_of_another_key_are_said_aloud(
    company: Path, tmp_path: Path, capsys: Output
) -> None:
    foreign = MatchModel.from_json((company / "trained.json").read_text())
    document = json.loads(foreign.to_json()) | {"hash_key": key_fingerprint(bytes(16))}
    (tmp_path / "foreign.json").write_text(json.dumps(document), encoding="utf-8")
    out = ["--out", str(tmp_path / "out.parquet")]
    for name, words in (
        (company / "trained.json", "holds no hashed values"),
        (tmp_path / "foreign.json", "were made under another key: they are dropped"),
    ):
        assert execute(["resolve", *files(company), *out, f"--model={name}"]) == 0
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ({"version": 99}, "The model has version 99"),
        ({"block": {"kinds": ["shoe size"]}}, "speaks of key kinds shoe size"),
        ({"score": {}}, "speaks of comparisons and levels"),
    ],
)
def test_a_model_that_does_not_fit_gets_a_sentence(
    company: Path, tmp_path: Path, capsys: Output, edit: dict[str, object], sentence: str
) -> None:
    document = json.loads((company / "trained.json").read_text()) | edit
    (tmp_path / "m.json").write_text(json.dumps(document), encoding="utf-8")
    call = ["model", "compare", *files(company), f"--model={tmp_path}/m.json"]
    assert execute(call) == 2
    assert sentence in capsys.readouterr().err


def test_no_model_is_written_over_what_is_read(company: Path, capsys: Output) -> None:
    model = f"{company}/trained.json"
    call = ["model", "compare", *files(company), f"--model={model}", f"--save-model={model}"]
    assert execute(call) == 2
    assert "which is read" in capsys.readouterr().err
