"""tellonce ask, and what resolve makes of the answers."""

from __future__ import annotations

import csv as text_csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv, parquet

import tellonce
from tellonce.cli.main import execute
from tellonce.engine.evaluate import evaluate
from tellonce.engine.synth.records import rows

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of two made-up sources and the truth."""
    folder = tmp_path_factory.mktemp("company")
    table = rows(400, seed=7)
    for name in pc.unique(table["source"]).to_pylist()[:2]:
        part = table.filter(pc.equal(table["source"], name)).drop_columns(["source", "person"])
        csv.write_csv(part, folder / f"{name}.csv")
    csv.write_csv(table.select(["source", "record_id", "person"]), folder / "truth.csv")
    return folder


def files(company: Path) -> list[str]:
    return [str(path) for path in sorted(company.glob("*.csv")) if path.stem != "truth"]


def asked(company: Path, folder: Path, *options: str) -> Path:
    pairs = folder / "pairs.csv"
    assert execute(["ask", *files(company), "--out", str(pairs), *options]) == 0
    return pairs


def answered(company: Path, pairs: Path) -> list[dict[str, str]]:
    """Fill in the verdicts from the truth, in the file itself."""
    truth = csv.read_csv(company / "truth.csv").to_pylist()
    person = {(row["source"], str(row["record_id"])): row["person"] for row in truth}
    with pairs.open(encoding="utf-8-sig", newline="") as stream:
        found = list(text_csv.DictReader(stream))
    for row in found:
        left, right = (person[row[f"{s}_source"], row[f"{s}_id"]] for s in ("left", "right"))
        row["verdict"] = "same" if left == right else "different"
    with pairs.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = text_csv.DictWriter(stream, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return found


def test_a_pair_shows_what_both_records_say_and_waits_for_a_verdict(
    company: Path, tmp_path: Path
) -> None:
    pairs = asked(company, tmp_path, "--count", "8")
    with pairs.open(encoding="utf-8-sig", newline="") as stream:
        found = list(text_csv.DictReader(stream))
    assert len(found) == 8
    assert {row["verdict"] for row in found} == {""}
    assert all(row["left name"] and row["right name"] for row in found)


def test_the_same_pairs_are_asked_in_every_run(company: Path, tmp_path: Path) -> None:
    first = asked(company, tmp_path, "--count", "10").read_text(encoding="utf-8")
    assert asked(company, tmp_path, "--count", "10").read_text(encoding="utf-8") == first


def test_answers_hold_teach_the_model_and_are_not_asked_again(
    company: Path, tmp_path: Path, capsys: Output
) -> None:
    pairs = asked(company, tmp_path, "--count", "20")
    answers = answered(company, pairs)
    labels = ["--labels", str(pairs)]
    out, model = tmp_path / "out.parquet", tmp_path / "model.json"
    capsys.readouterr()
    call = ["resolve", *files(company), "--out", str(out), "--save-model", str(model), *labels]
    assert execute([*call, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["labels"]["same"] + summary["labels"]["different"] == 20
    assert summary["labels"]["overruled"] == 0
    assert summary["calibrated_on"] == 20
    customer = {
        (row["source"], row["record_id"]): row["customer_id"]
        for row in parquet.read_table(out).to_pylist()
    }
    for row in answers:
        left, right = (customer[row[f"{s}_source"], row[f"{s}_id"]] for s in ("left", "right"))
        assert (left == right) is (row["verdict"] == "same")
    score = json.loads(model.read_text())["score"]
    assert score["labels"] == 20
    assert 0.5 < score["link"] < 0.95
    again = tmp_path / "again"
    again.mkdir()
    more = asked(company, again, "--count", "20", *labels)
    with more.open(encoding="utf-8-sig", newline="") as stream:
        new = {(row["left_id"], row["right_id"]) for row in text_csv.DictReader(stream)}
    assert new.isdisjoint({(row["left_id"], row["right_id"]) for row in answers})


def test_a_model_taught_by_true_answers_finds_the_customers_no_worse(
    company: Path, tmp_path: Path
) -> None:
    pairs = asked(company, tmp_path, "--count", "30")
    answered(company, pairs)
    sources = {Path(path).stem: path for path in files(company)}
    taught = tellonce.resolve(sources, labels=pairs).model
    assert f1(company, tellonce.resolve(sources, model=taught)) >= f1(
        company, tellonce.resolve(sources)
    )


def f1(company: Path, result: tellonce.Resolution) -> float:
    truth = csv.read_csv(company / "truth.csv").to_pylist()
    person = {(row["source"], str(row["record_id"])): row["person"] for row in truth}
    rows_of = result.customers.select(["source", "record_id"]).to_pylist()
    people = [person[row["source"], row["record_id"]] for row in rows_of]
    return evaluate(result.customers["customer_id"], pa.array(people)).pairwise.f1


def test_the_summary_says_that_its_estimate_is_calibrated(
    company: Path, tmp_path: Path, capsys: Output
) -> None:
    pairs = asked(company, tmp_path, "--count", "4")
    answered(company, pairs)
    capsys.readouterr()
    call = ["resolve", *files(company), "--out", str(tmp_path / "out.parquet")]
    assert execute([*call, "--labels", str(pairs)]) == 0
    shown = capsys.readouterr()
    assert "estimated by the model, calibrated on 4 labels" in shown.out
    assert "labels: " in shown.err


def test_a_given_model_learns_nothing_from_labels_and_says_so(
    company: Path, tmp_path: Path, capsys: Output
) -> None:
    pairs = asked(company, tmp_path, "--count", "3")
    answered(company, pairs)
    model, out = tmp_path / "model.json", ["--out", str(tmp_path / "out.parquet")]
    assert execute(["resolve", *files(company), *out, "--save-model", str(model)]) == 0
    capsys.readouterr()
    pinned = ["--model", str(model), "--labels", str(pairs), "--json"]
    assert execute(["resolve", *files(company), *out, *pinned]) == 0
    shown = capsys.readouterr()
    assert "the given model stays as it is" in shown.err
    assert json.loads(shown.out)["labels"]["overruled"] == 0


def test_python_asks_and_takes_the_answers_as_a_frame() -> None:
    people = [
        {"id": n, "name": f"Ada{n} Test", "email": f"ada{n}@example.com", "born": f"198{n}-01-02"}
        for n in range(4)
    ]
    people += [{**person, "id": person["id"] + 10, "email": None} for person in people]
    sources = {"crm": csv_table(people)}
    found = tellonce.ask(sources, count=3)
    assert found.pairs.num_rows <= 3
    verdict = [{"left_id": "1", "right_id": "11", "verdict": "different"}]
    result = tellonce.resolve(sources, labels=csv_table(verdict))
    customer = dict(
        zip(*(result.customers[c].to_pylist() for c in ("record_id", "customer_id")), strict=True)
    )
    assert customer["1"] != customer["11"]


def csv_table(rows_of: list[dict[str, object]]) -> object:
    import pandas

    return pandas.DataFrame(rows_of)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--count", "0"], "0 pairs cannot be asked about"),
        (["--out", "pairs.xlsx"], "not named as CSV or Parquet"),
        (["--labels", "nowhere.csv"], "There is no file nowhere.csv"),
    ],
)
def test_a_call_that_cannot_work_gets_a_sentence(
    company: Path, tmp_path: Path, capsys: Output, options: list[str], sentence: str
) -> None:
    out = [] if "--out" in options else ["--out", str(tmp_path / "pairs.csv")]
    assert execute(["ask", *files(company), *out, *options]) == 2
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_pairs_are_never_written_over_what_is_read(company: Path, capsys: Output) -> None:
    assert execute(["ask", *files(company), "--out", files(company)[0]]) == 2
    assert "which is read" in capsys.readouterr().err
