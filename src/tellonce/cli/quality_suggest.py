"""`tellonce quality suggest`: rules that the data of a file makes likely."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.quality_group import Json, quality
from tellonce.cli.quality_profile import File, Map, asked_mapping
from tellonce.io.errors import BadSetting
from tellonce.io.read import read_file
from tellonce.io.write import check_writable, write_text
from tellonce.rules.profiling import recognised
from tellonce.rules.suggesting import Suggestion, as_yaml, suggest

Out = Annotated[
    Path | None, typer.Option("--out", metavar="RULES.yaml", help="Write the rules there.")
]


@quality.command("suggest")
def suggest_rules(file: File, *, out: Out = None, map: Map = None, as_json: Json = False) -> None:
    """Suggest rules for a file: few, and only such as nearly all of its rows pass now.

    Each comes with why it was suggested, and how many rows fail. Nothing is put in force.
    """
    if out is not None:
        check_writable(out)
        if out.resolve() in {one.resolve() for one in (file, map) if one}:
            raise BadSetting(f"The rules would go to {out}, which is read.", "Name another file.")
    with Stages() as stages:
        stages("read", 0, 1)
        settings, told = asked_mapping(file, map)
        rows = read_file(file, settings).table
        known = recognised(rows, file.stem, told)
        stages("suggest", 0, 1)
        found = suggest(rows, file.stem, now=datetime.now(UTC), recognition=known)
    if out is not None:
        write_text(out, as_yaml(found, file.name))
    if as_json:
        rules = [one.as_document() for one in found]
        print_json({"file": file.name, "rows": rows.num_rows, "suggestions": rules})
    else:
        _show(found, rows.num_rows, out)


def _show(found: tuple[Suggestion, ...], rows: int, out: Path | None) -> None:
    for one in found:
        show(f"- {one.rule}")
        failing = f"; {one.failing:,} of {counted(one.rows, 'row')} fail now" if one.failing else ""
        show(f"    {one.why}{failing}")
    said = f"{counted(len(found), 'rule')} suggested from {counted(rows, 'row')}"
    where = f", written to {out}" if out is not None else ""
    show(f"{said}{where}.")
