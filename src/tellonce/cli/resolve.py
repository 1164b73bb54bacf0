"""`tellonce resolve`: files of records in, a file of customers out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce import resolution
from tellonce.cli.output import Stages, print_json, print_table
from tellonce.io.errors import BadSetting
from tellonce.io.write import check_writable, write_json_lines, write_parquet, write_text

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
Map = Annotated[Path | None, typer.Option("--map", help="YAML file: what the columns are.")]
Model = Annotated[Path | None, typer.Option(help="Use this model, do not train.")]


def resolve(
    files: Files,
    out: Annotated[Path, typer.Option(metavar="OUT.parquet", help="Customer of every record.")],
    id: Id = None,
    map: Map = None,
    model: Model = None,
    save_model: Annotated[Path | None, typer.Option(help="Write the model, as JSON.")] = None,
    edges: Annotated[Path | None, typer.Option(help="Write the pairs worth keeping.")] = None,
    golden: Annotated[Path | None, typer.Option(help="Write the golden records.")] = None,
    threshold: Annotated[float, typer.Option(help="Link from this match probability on.")] = 0.95,
    review: Annotated[float, typer.Option(help="Keep pairs from this one on.")] = 0.5,
    labels: Annotated[Path | None, typer.Option(help="Decided pairs to learn from.")] = None,
    ignore: Annotated[str, typer.Option(metavar="COL,COL", help="Columns to leave out.")] = "",
    unique: Annotated[
        str, typer.Option(metavar="NAME,...", help="Sources without duplicates of their own.")
    ] = "",
    engine: Annotated[str, typer.Option(metavar="local|spark", help="Where to run.")] = "local",
    seed: Annotated[int, typer.Option(help="For sampling.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print a JSON summary.")] = False,
) -> None:
    """Find the customers in files of records.

    OUT gets a row for every accepted record: source, record_id, customer_id, confidence. Rows that
    cannot be read go to OUT.rejects.jsonl and are counted.
    """
    _refuse_not_yet(labels, engine)
    for path in (out, save_model, edges, golden):
        if path is not None:
            check_writable(path)
    with Stages() as stages:
        result = resolution.resolve(
            named_files(files),
            id=id,
            mapping=map,
            model=model,
            threshold=threshold,
            review=review,
            ignore=_split(ignore),
            unique=_split(unique),
            seed=seed,
            progress=stages,
            say=stages.say,
        )
        stages("write", 0, 1)
        written = _write(result, {"out": out, "edges": edges, "golden": golden}, save_model)
    if json:
        print_json({**result.summary, "files": written})
    else:
        print_table(_human(result.summary, written))


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


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _refuse_not_yet(labels: Path | None, engine: str) -> None:
    if labels is not None:
        raise BadSetting("--labels is not built yet.", "Leave it out; a model is trained without.")
    if engine == "spark":
        raise BadSetting("--engine spark is not built yet.", "Leave it out; local runs here.")
    if engine != "local":
        raise BadSetting(f"There is no engine {engine!r}.", "There is local.")


def _write(
    result: resolution.Resolution, tables: dict[str, Path | None], save_model: Path | None
) -> dict[str, str]:
    """Write what was asked for; return what is where."""
    out = tables["out"]
    parts = {"out": result.customers, "edges": result.edges, "golden": result.golden}
    rejects = Path(f"{out}.rejects.jsonl")
    if result.rejects:
        write_json_lines(rejects, result.rejects)
    else:
        rejects.unlink(missing_ok=True)  # of an earlier run
    written = {"rejects": str(rejects)} if result.rejects else {}
    if save_model is not None:
        write_text(save_model, result.model.shareable().to_json() + "\n")
        written["model"] = str(save_model)
    for name in ("edges", "golden", "out"):
        path = tables[name]
        if path is not None:
            write_parquet(path, parts[name])
            written[name] = str(path)
    return written


def _human(summary: dict[str, Any], written: dict[str, str]) -> list[tuple[str, str]]:
    """The summary as words and values."""
    seconds = summary["seconds"]
    slow = sorted((s for s in seconds if s != "total"), key=lambda s: -seconds[s])[:4]
    stages = ", ".join(f"{stage} {seconds[stage]:.1f}" for stage in slow)
    rows = [
        ("records", f"{summary['rows']:,} from {_count(len(summary['sources']), 'source')}"),
        ("customers", f"{summary['customers']:,}"),
        ("precision", _percent(summary["estimated"]["precision"])),
        ("recall", _percent(summary["estimated"]["recall"])),
        ("time", f"{seconds['total']:.1f} s ({stages})"),
        ("memory", f"{summary['peak_mb']:,} MB at most"),
    ]
    if summary["rejected"]:
        rows.insert(1, ("rejected", f"{_count(summary['rejected'], 'row')}, see the rejects"))
    placeholders = sum(p["count"] for s in summary["sources"].values() for p in s["placeholders"])
    if placeholders:
        rows.insert(2, ("placeholders", f"{_count(placeholders, 'value')} taken as missing"))
    return rows + list(written.items())


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _percent(estimate: dict[str, float]) -> str:
    low, high = 100 * estimate["low"], 100 * estimate["high"]
    return f"{100 * estimate['value']:.1f} % ({low:.1f} to {high:.1f}), as the model sees it"
