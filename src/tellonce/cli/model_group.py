"""The group `tellonce model`, which the modules of its commands hang on."""

from __future__ import annotations

import typer

model = typer.Typer(no_args_is_help=True, help="Models: of files, and those of the hub.")


@model.callback()
def _models() -> None:
    """Models: of files, and those of the hub."""
