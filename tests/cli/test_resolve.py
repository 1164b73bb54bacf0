"""tellonce resolve, explain and evaluate on files, from the call to the exit code."""

from __future__ import annotations

import errno
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from pyarrow import csv, parquet

from tellonce import resolution
from tellonce.cli.main import execute
from tellonce.engine.synth.records import rows
from tellonce.io import write

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of two made-up sources, one in Windows-1250, and the truth."""
    folder = tmp_path_factory.mktemp("company")
    table = rows(500, seed=11)
    for name in pc.unique(table["source"]).to_pylist()[:2]:
        part = table.filter(pc.equal(table["source"], name)).drop_columns(["source", "person"])
        csv.write_csv(part, folder / f"{name}.csv")
    csv.write_csv(table.select(["source", "record_id", "person"]), folder / "truth.csv")
    return folder


@pytest.fixture(scope="module")
def resolved(company: Path) -> Path:
    """The same folder after `tellonce resolve` has written everything it can."""
    options = [f"--{name}={company}/{name}.parquet" for name in ("out", "edges", "golden")]
    model = f"--save-model={company}/model.json"
    assert execute(["resolve", *files(company), *options, model]) == 0
    return company


def test_results_named_csv_are_written_as_csv_and_say_the_same(
    resolved: Path, tmp_path: Path
) -> None:
    names = ("out", "edges", "golden")
    options = [f"--{name}={tmp_path}/{name}.csv" for name in names]
    assert execute(["resolve", *files(resolved), *options]) == 0
    for name in names:
        written = csv.read_csv(tmp_path / f"{name}.csv")
        expected = parquet.read_table(resolved / f"{name}.parquet")
        assert (written.column_names, written.num_rows) == (
            expected.column_names,
            expected.num_rows,
        )
    ids = csv.read_csv(tmp_path / "out.csv")["customer_id"].to_pylist()
    assert ids == parquet.read_table(resolved / "out.parquet")["customer_id"].to_pylist()


def files(company: Path) -> list[str]:
    return [str(path) for path in sorted(company.glob("*.csv")) if path.stem != "truth"]


def out(folder: Path) -> list[str]:
    return ["--out", str(folder / "out.parquet")]


def test_all_results_are_written(resolved: Path) -> None:
    customers = parquet.read_table(resolved / "out.parquet")
    assert customers.column_names == ["source", "record_id", "customer_id", "confidence"]
    golden = parquet.read_table(resolved / "golden.parquet")
    assert golden.num_rows == pc.count_distinct(customers["customer_id"]).as_py()
    edges = parquet.read_table(resolved / "edges.parquet")
    assert edges.column_names[:4] == ["left_source", "left_id", "right_source", "right_id"]
    assert json.loads((resolved / "model.json").read_text())["trained_on"] == customers.num_rows


def test_json_is_all_there_is_on_stdout(resolved: Path, tmp_path: Path, capsys: Output) -> None:
    model = ["--model", str(resolved / "model.json")]
    assert execute(["resolve", *files(resolved), *out(tmp_path), *model, "--json"]) == 0
    shown = capsys.readouterr()
    summary = json.loads(shown.out)
    assert summary["rows"] == parquet.read_metadata(tmp_path / "out.parquet").num_rows
    assert summary["files"] == {"out": str(tmp_path / "out.parquet")}
    assert {"customers", "seconds", "peak_mb", "sources", "estimated"} <= set(summary)


def test_recognition_and_stages_are_shown_on_stderr(
    resolved: Path, tmp_path: Path, capsys: Output
) -> None:
    model = ["--model", str(resolved / "model.json")]
    assert execute(["resolve", *files(resolved), *out(tmp_path), *model]) == 0
    shown = capsys.readouterr()
    assert "header in the first row" in shown.err
    assert shown.err.index("recognised:") < shown.err.index("scoring ...")
    assert "customers  " in shown.out


def test_names_encodings_and_gzip_make_no_difference(
    resolved: Path, tmp_path: Path, capsys: Output
) -> None:
    calls = []
    for path in map(Path, files(resolved)):
        text = path.read_text(encoding="utf-8").encode("utf-16")
        (tmp_path / f"x{path.stem}.csv.gz").write_bytes(gzip.compress(text, mtime=0))
        calls.append(f"{path.stem}={tmp_path}/x{path.stem}.csv.gz")
    model = ["--model", str(resolved / "model.json")]
    assert execute(["resolve", *calls, *out(tmp_path), *model]) == 0
    plain = tmp_path / "plain"
    plain.mkdir()
    assert execute(["resolve", *files(resolved), *out(plain), *model]) == 0
    results = [parquet.read_table(folder / "out.parquet") for folder in (tmp_path, plain)]
    assert results[0].equals(results[1])


def test_evaluate_joins_source_to_source_and_prints_both_scores(
    resolved: Path, capsys: Output
) -> None:
    call = ["evaluate", f"{resolved}/out.parquet", "--truth", f"{resolved}/truth.csv"]
    call += ["--on", "record_id", "--column", "person"]
    assert execute(call) == 0
    shown = capsys.readouterr().out
    assert "pairwise  precision" in shown
    assert "B-cubed" in shown
    assert execute([*call, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["records"] == parquet.read_metadata(resolved / "out.parquet").num_rows
    assert scores["pairwise"]["f1"] > 0.8


def test_explain_shows_the_way_to_the_probability(resolved: Path, capsys: Output) -> None:
    edge = parquet.read_table(resolved / "edges.parquet").to_pylist()[0]
    pair = ["--left", f"{edge['left_source']}:{edge['left_id']}"]
    pair += ["--right", f"{edge['right_source']}:{edge['right_id']}"]
    call = ["explain", *files(resolved), *pair, "--model", str(resolved / "model.json")]
    assert execute(call) == 0
    assert "before anything is compared" in capsys.readouterr().out
    assert execute([*call, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["probability"] == pytest.approx(edge["probability"], abs=0.01)
    assert found["steps"]


def test_bad_rows_go_to_the_rejects_file_and_the_rest_goes_on(
    resolved: Path, tmp_path: Path, capsys: Output
) -> None:
    source = Path(files(resolved)[0])
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    broken = tmp_path / source.name
    broken.write_text("".join([*lines[:10], "torn,row\n", *lines[10:]]), encoding="utf-8")
    model = ["--model", str(resolved / "model.json")]
    call = ["resolve", str(broken), *out(tmp_path), *model]
    assert execute([*call, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rejected"] == 1
    rejects = tmp_path / "out.rejects.jsonl"
    (reject,) = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert (reject["source"], reject["line"], reject["raw"]) == (source.stem, 11, "torn,row")
    broken.write_text("".join(lines), encoding="utf-8")
    assert execute(call) == 0
    assert not rejects.exists()


ADA = "id,name,born,email\n1,Ada Test,1980-01-02,ada@example.com\n"


@pytest.mark.parametrize(
    ("name", "data", "options", "sentence"),
    [
        ("no.csv", None, [], "There is no file"),
        ("no.csv", "", [], "is empty"),
        ("no.csv", "id,name\n", [], "no row below it"),
        ("no.csv", b"\0\1\2\3", [], "is not text"),
        ("no.csv", "id,id\n1,2\n", [], "two columns called 'id'"),
        ("no.csv", "id,name\n1\n", [], "No row of no.csv could be read"),
        ("no.parquet", "PAR1", [], "not a sound Parquet file"),
        ("no.xlsx", "PK", [], "not a sound Excel workbook"),
        ("no.csv.gz", gzip.compress(ADA.encode(), mtime=0)[:-9], [], "ends too early"),
        ("no.doc", "x", [], "cannot be read"),
        ("no.csv", "qq,ww\n1,2\n3,4\n", [], "could be recognised"),
        ("no.csv", ADA + ADA.splitlines()[1] + "\n", ["--id", "id"], "'1' comes 2 times"),
        ("no.csv", ADA, ["--id", "nothing"], "no column 'nothing'"),
        ("no.csv", ADA, ["--ignore", "nothing"], "No source has a column 'nothing'"),
        ("no.csv", ADA, ["--unique", "shop"], "no source 'shop'"),
        ("no.csv", ADA, ["--threshold", "0.2"], "do not fit together"),
        ("no.csv", ADA, ["--threshold", "high"], "Invalid value"),
        ("no.csv", ADA, ["--labels", "l.parquet"], "There is no file l.parquet"),
        ("no.csv", ADA, ["--engine", "spark"], "--engine spark is not built yet"),
        ("no.csv", ADA, ["--engine", "abacus"], "no engine 'abacus'"),
        ("no.csv", ADA, ["--model", "nowhere.json"], "There is no file nowhere.json"),
        ("no.csv", ADA, ["--map", "nowhere.yaml"], "There is no file nowhere.yaml"),
        ("no.csv", ADA, ["--edges", "/nowhere/e.parquet"], "There is no folder /nowhere"),
        ("no.csv", ADA, ["--golden", "golden.xls"], "named neither .parquet nor .csv"),
    ],
)
def test_a_call_that_cannot_work_ends_with_2_and_writes_nothing(
    tmp_path: Path, capsys: Output, *, name: str, data: Any, options: list[str], sentence: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    assert execute(["resolve", str(tmp_path / name), *out(tmp_path), *options]) == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""
    assert {path.name for path in tmp_path.iterdir()} <= {name}


def test_two_files_of_one_name_are_refused(tmp_path: Path, capsys: Output) -> None:
    assert execute(["resolve", "a/crm.csv", "b/crm.csv", *out(tmp_path)]) == 2
    assert "Two files are called 'crm'" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--out", "--golden", "--save-model"])
def test_no_result_is_written_over_what_is_read(
    company: Path, tmp_path: Path, capsys: Output, option: str
) -> None:
    source = tmp_path / "crm.parquet"
    parquet.write_table(csv.read_csv(files(company)[0]), source)
    before = source.read_bytes()
    assert execute(["resolve", str(source), *out(tmp_path), option, str(source)]) == 2
    assert "which is read" in capsys.readouterr().err
    assert source.read_bytes() == before


def test_rejects_of_an_earlier_run_are_not_thrown_away_while_they_are_read(
    tmp_path: Path, capsys: Output
) -> None:
    rejects = tmp_path / "out.rejects.jsonl"
    rejects.write_text('{"email": "ada@example.com"}\n', encoding="utf-8")
    assert execute(["resolve", str(rejects), *out(tmp_path)]) == 2
    assert rejects.exists()


def test_two_results_in_one_file_are_refused(company: Path, tmp_path: Path, capsys: Output) -> None:
    same = ["--golden", str(tmp_path / "out.parquet")]
    assert execute(["resolve", *files(company), *out(tmp_path), *same]) == 2
    assert "same file" in capsys.readouterr().err


def test_an_unknown_record_cannot_be_explained(resolved: Path, capsys: Output) -> None:
    model = ["--model", str(resolved / "model.json")]
    pair = ["--left", "crm:nobody", "--right", "crm:noone"]
    assert execute(["explain", *files(resolved), *pair, *model]) == 2
    said = capsys.readouterr().err
    assert "There is no record crm:nobody." in said
    assert "such as crm:" in said
    pair = ["--left", "nowhere:1", "--right", "crm:1"]
    assert execute(["explain", *files(resolved), *pair, *model]) == 2
    assert "'nowhere:1' does not name a record" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--on", "nothing", "--column", "person"], "no column 'nothing'"),
        (["--on", "record_id"], "no column 'cluster'"),
        (["--on", "person", "--column", "record_id"], "twice or more in 'person'"),
        (["--on", "record_id", "--column", "person"], ""),
    ],
)
def test_a_truth_that_does_not_fit_gets_a_sentence(
    resolved: Path, capsys: Output, options: list[str], sentence: str
) -> None:
    call = ["evaluate", f"{resolved}/out.parquet", "--truth", f"{resolved}/truth.csv", *options]
    assert execute(call) == (2 if sentence else 0)
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KeyboardInterrupt(), "Interrupted."),
        (OSError(errno.ENOSPC, "No space left"), "The disk is full"),
    ],
)
def test_a_run_cut_short_ends_with_4_and_leaves_nothing_behind(
    resolved: Path,
    tmp_path: Path,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    *,
    error: BaseException,
    sentence: str,
) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(write.parquet, "write_table", fail)
    model = ["--model", str(resolved / "model.json")]
    assert execute(["resolve", *files(resolved), *out(tmp_path), *model]) == 4
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_middle_of_the_work_ends_with_4(
    company: Path, tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_args: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(resolution.pipeline, "resolve", interrupt)
    assert execute(["resolve", *files(company), *out(tmp_path)]) == 4
    assert "run the same command again" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
