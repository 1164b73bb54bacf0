"""The group `tellonce source`, which the modules of its commands hang on."""

from __future__ import annotations

from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(help="Its name.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]

source = typer.Typer(no_args_is_help=True, help="The systems records come from.")


@source.callback()
def _sources() -> None:
    """The systems records come from."""
