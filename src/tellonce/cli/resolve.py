"""`tellonce resolve`: files of records in, a file of customers out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce import resolution
from tellonce.cli.output import Stages, counted, print_json, print_table
from tellonce.io.errors import BadSetting
from tellonce.io.write import check_writable, write_json_lines, write_table, write_text

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="[NAME=]FILE...",
        help="Each file is a source called NAME, or after the file: csv, tsv, jsonl (also .gz), "
        "parquet, xlsx.",
        show_default=False,
    ),
]
Id = Annotated[str | None, typer.Option("--id", metavar="COL", help="Column of record ids.")]
Map = Annotated[
    Path | None, typer.Option("--map", help="YAML file: per source its columns, id, encoding, ...")
]
Model = Annotated[Path | None, typer.Option("--model", help="Use this model, do not train.")]
Out = Annotated[
    Path,
    typer.Option(
        "--out", metavar="OUT.parquet", help="Write the customer of every record; or OUT.csv."
    ),
]
SaveModel = Annotated[Path | None, typer.Option("--save-model", help="Write the model, as JSON.")]
Edges = Annotated[Path | None, typer.Option("--edges", help="Write the pairs worth keeping.")]
Golden = Annotated[Path | None, typer.Option("--golden", help="Write the golden records.")]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        help="Link from this match probability on; else from the model's own cut on: 0.67, and "
        "even odds once it has learnt from labels.",
        show_default=False,
    ),
]
Review = Annotated[float, typer.Option("--review", help="Keep pairs from this probability on.")]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        help="Pairs that a person decided, as `tellonce ask` writes them: they hold, and the model "
        "learns from them.",
    ),
]
Ignore = Annotated[str, typer.Option("--ignore", metavar="COL,COL", help="Columns to leave out.")]
Unique = Annotated[
    str,
    typer.Option("--unique", metavar="NAME,...", help="Sources without duplicates of their own."),
]
Engine = Annotated[str, typer.Option("--engine", help="local (spark is not built yet).")]
Seed = Annotated[int, typer.Option("--seed", help="For sampling.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def resolve(
    files: Files,
    out: Out,
    *,
    id: Id = None,
    map: Map = None,
    model: Model = None,
    save_model: SaveModel = None,
    edges: Edges = None,
    golden: Golden = None,
    threshold: Threshold = None,
    review: Review = 0.5,
    labels: Labels = None,
    ignore: Ignore = "",
    unique: Unique = "",
    engine: Engine = "local",
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Find the customers in files of records.

    OUT gets a row for every accepted record: source, record_id, customer_id, confidence. Rows that
    cannot be read go to OUT.rejects.jsonl and are counted.
    """
    _refuse_not_yet(engine)
    targets = {"out": out, "edges": edges, "golden": golden, "model": save_model}
    places = {name: path for name, path in targets.items() if path is not None}
    sources = named_files(files)
    inputs = [*sources.values(), *(path for path in (map, model, labels) if path is not None)]
    _check_places(places, inputs)
    asked = {"id": id, "mapping": map, "model": model, "threshold": threshold, "review": review}
    asked |= {"ignore": split(ignore), "unique": split(unique), "seed": seed, "labels": labels}
    with Stages() as stages:
        result = resolution.resolve(sources, progress=stages, say=stages.say, **asked)
        written = _write(result, places, stages)
    if json:
        print_json({**result.summary, "files": written})
    else:
        print_table(_human(result.summary, written))


def _check_places(places: dict[str, Path], inputs: list[Path]) -> None:
    """Refuse before any work what could not be written after it, or would destroy what is read."""
    for path in places.values():
        check_writable(path)
    written = [path.resolve() for path in (*places.values(), _rejects_of(places["out"]))]
    if len(set(written)) < len(written):
        raise BadSetting("Two results would go to the same file.", "Name a file for each.")
    for path in inputs:
        if path.resolve() in written:
            raise BadSetting(f"A result would go to {path}, which is read.", "Name another file.")
    for name, path in places.items():
        if name != "model" and path.suffix not in (".parquet", ".csv"):
            raise BadSetting(
                f"{path} is named neither .parquet nor .csv, which results are written as.",
                f"Name it {path.with_suffix('.parquet')}, or {path.with_suffix('.csv')}.",
            )


def _rejects_of(out: Path) -> Path:
    return Path(f"{out.with_suffix('')}.rejects.jsonl")


def named_files(files: list[str]) -> dict[str, Path]:
    """[NAME=]FILE arguments as name -> path. Raises BadSetting where two have one name."""
    named: dict[str, Path] = {}
    for text in files:
        name, equals, path = text.partition("=")
        if not equals or Path(text).exists():
            name, path = Path(text).name.partition(".")[0] or text, text
        if name in named:
            raise BadSetting(
                f"Two files are called {name!r}.", "Name one of them differently: NAME=FILE."
            )
        named[name] = Path(path)
    return named


def split(text: str) -> tuple[str, ...]:
    """The parts of a list separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _refuse_not_yet(engine: str) -> None:
    if engine == "spark":
        raise BadSetting("--engine spark is not built yet.", "Leave it out; local runs here.")
    if engine != "local":
        raise BadSetting(f"There is no engine {engine!r}.", "There is local.")


def _write(
    result: resolution.Resolution, places: dict[str, Path], stages: Stages
) -> dict[str, str]:
    """Write what was asked for, the customers last; return what is where."""
    rejects = _rejects_of(places["out"])
    rejects.unlink(missing_ok=True)  # of an earlier run
    written = {}
    if result.rejects:
        write_json_lines(rejects, result.rejects)
        written["rejects"] = str(rejects)
    if "model" in places:
        write_text(places["model"], result.model.shareable().to_json() + "\n")
    if "golden" in places:
        stages("golden", 0, 1)
        write_table(places["golden"], result.golden)
    stages("write", 0, 1)
    if "edges" in places:
        write_table(places["edges"], result.edges)
    write_table(places["out"], result.customers)
    return written | {name: str(path) for name, path in places.items()}


def _human(summary: dict[str, Any], written: dict[str, str]) -> list[tuple[str, str]]:
    """The summary as words and values."""
    seconds = summary["seconds"]
    slow = sorted((s for s in seconds if s != "total"), key=lambda s: -seconds[s])[:4]
    stages = ", ".join(f"{stage} {seconds[stage]:.1f}" for stage in slow)
    rows = [
        ("records", f"{summary['rows']:,} from {counted(len(summary['sources']), 'source')}"),
        ("customers", f"{summary['customers']:,}"),
        ("precision", _percent(summary, "precision")),
        ("recall", _percent(summary, "recall")),
        ("time", f"{seconds['total']:.1f} s ({stages})"),
        ("memory", f"{summary['peak_mb']:,} MB at most"),
    ]
    if summary["rejected"]:
        rows.insert(1, ("rejected", f"{counted(summary['rejected'], 'row')}, see the rejects"))
    placeholders = sum(p["count"] for s in summary["sources"].values() for p in s["placeholders"])
    if placeholders:
        rows.insert(2, ("placeholders", f"{counted(placeholders, 'value')} taken as missing"))
    if summary["duplicate_free"]:
        names = ",".join(summary["duplicate_free"])
        rows.append(("hint", f"without duplicates of their own, it seems: --unique {names}"))
    if summary["taken_as_unique"]:
        names = ",".join(summary["taken_as_unique"])
        why = "nothing in their records could tell a duplicate"
        rows.append(("note", f"customers are looked for across sources only ({names}): {why}"))
    if "labels" in summary:
        rows.insert(2, ("labels", _labels(summary["labels"])))
    if "model" in written:
        written = written | {"model": f"{written['model']} (no hashed values of single customers)"}
    return rows + list(written.items())


def _labels(count: dict[str, int]) -> str:
    said = f"{count['same']:,} same, {count['different']:,} different"
    for what in ("undecided", "unknown", "overruled"):
        said += f", {count[what]:,} {what}" if count[what] else ""
    return said


def _percent(summary: dict[str, Any], what: str) -> str:
    share = {name: 100 * value for name, value in summary["estimated"][what].items()}
    by = "the model's own estimate"
    if summary["calibrated_on"]:
        by = f"estimated by the model, calibrated on {counted(summary['calibrated_on'], 'label')}"
    figure = f"{share['value']:.1f} % ({share['low']:.1f} to {share['high']:.1f}), {by}"
    why = summary["estimated"]["doubts"]
    return f"{figure}; uncertain: {why[0]}" if why and not summary["calibrated_on"] else figure
