"""`tellonce model`: what is in a model, what another one would change, and those of the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce import comparing, resolution
from tellonce.cli.hub_models import model
from tellonce.cli.model_words import comparison_rows, model_rows
from tellonce.cli.output import Stages, print_json, print_table
from tellonce.cli.resolve import (
    Files,
    Id,
    Ignore,
    Json,
    Labels,
    Map,
    Seed,
    Unique,
    named_files,
    split,
)
from tellonce.io.errors import BadSetting
from tellonce.io.write import check_writable, write_text

File = Annotated[Path, typer.Argument(metavar="M.json", help="A model, from --save-model.")]
Old = Annotated[Path, typer.Option("--model", help="The model in use.")]
New = Annotated[
    Path | None, typer.Option("--with", help="The other model; without it one is trained.")
]
Save = Annotated[Path | None, typer.Option("--save-model", help="Write the other model, as JSON.")]


@model.command("show")
def show_model(file: File, json: Json = False) -> None:
    """Say in words what a model holds: what it was trained on, its cuts, keys and weights."""
    found = resolution.load_model(file)
    if json:
        print_json({"fingerprint": found.fingerprint, **found.to_dict()})
    else:
        print_table(model_rows(found))


@model.command("compare")
def compare_models(
    files: Files,
    old: Old,
    *,
    new: New = None,
    labels: Labels = None,
    id: Id = None,
    map: Map = None,
    ignore: Ignore = "",
    unique: Unique = "",
    seed: Seed = 0,
    save_model: Save = None,
    json: Json = False,
) -> None:
    """Show what another model would change in the customers of these files, before it is adopted.

    Nothing is written unless --save-model names where the other model goes.
    """
    sources = named_files(files)
    inputs = [*sources.values(), old, *(path for path in (new, labels, map) if path is not None)]
    _check_save(save_model, inputs)
    asked: dict[str, Any] = {"labels": labels, "id": id, "mapping": map, "seed": seed}
    asked |= {"ignore": split(ignore), "unique": split(unique)}
    with Stages() as stages:
        found = comparing.compare(sources, old, new, progress=stages, say=stages.say, **asked)
    if save_model is not None:
        write_text(save_model, found.new.shareable().to_json() + "\n")
    if json:
        print_json(found.to_dict())
    else:
        print_table(comparison_rows(found))


def _check_save(path: Path | None, inputs: list[Path]) -> None:
    if path is None:
        return
    check_writable(path)
    if path.resolve() in [one.resolve() for one in inputs]:
        raise BadSetting(f"The model would go to {path}, which is read.", "Name another file.")
