"""The group `tellonce quality`, which the modules of its commands hang on."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]

quality = typer.Typer(
    no_args_is_help=True, help="Rules for data, what breaks them, and what data looks like."
)


@quality.callback()
def _quality() -> None:
    """Rules for data, what breaks them, and what data looks like."""
