"""`tellonce ask`: the pairs of records whose answers would teach the model most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellonce import asking
from tellonce.cli.output import Stages, counted, print_json, print_table
from tellonce.cli.resolve import Files, Id, Ignore, Json, Map, Seed, Unique, named_files, split
from tellonce.io.errors import BadSetting
from tellonce.io.write import check_writable, write_table

Out = Annotated[
    Path,
    typer.Option("--out", metavar="PAIRS.csv", help="Write the pairs there; or PAIRS.parquet."),
]
Count = Annotated[int, typer.Option("--count", help="How many pairs to ask about.")]
Labels = Annotated[
    Path | None, typer.Option("--labels", help="Pairs decided so far: not asked about again.")
]


def ask(
    files: Files,
    out: Out,
    *,
    count: Count = 50,
    labels: Labels = None,
    id: Id = None,
    map: Map = None,
    ignore: Ignore = "",
    unique: Unique = "",
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Choose the pairs of records whose answers would teach the model most.

    PAIRS shows what both records of a pair say. Write same or different into its column verdict,
    or leave it empty, and give it to `tellonce resolve --labels`, or to `tellonce ask --labels` for
    the next ones.
    """
    sources = named_files(files)
    _check_out(out, [*sources.values(), *(path for path in (map, labels) if path is not None)])
    with Stages() as stages:
        found = asking.ask(
            sources,
            count=count,
            labels=labels,
            id=id,
            mapping=map,
            ignore=split(ignore),
            unique=split(unique),
            seed=seed,
            progress=stages,
            say=stages.say,
        )
        stages("write", 0, 1)
        write_table(out, found.pairs)
    asked = found.pairs.num_rows
    if json:
        print_json({"asked": asked, "open": found.open, "file": str(out)})
    else:
        rows = [("asked", f"{counted(asked, 'pair')} of {found.open:,} that are open")]
        print_table([*rows, ("out", f"{out}: fill in the column verdict, same or different")])


def _check_out(out: Path, inputs: list[Path]) -> None:
    check_writable(out)
    if out.suffix not in (".csv", ".parquet"):
        raise BadSetting(f"{out} is not named as CSV or Parquet.", "Name it PAIRS.csv.")
    if out.resolve() in [path.resolve() for path in inputs]:
        raise BadSetting(f"The pairs would go to {out}, which is read.", "Name another file.")
