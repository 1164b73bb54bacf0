"""`tellonce quality suggest`: rules that the data of a file, or of a source, makes likely."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.acts import As
from tellonce.cli.opened import opened_hub
from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.quality_group import Json, quality
from tellonce.cli.quality_held import told_as_no_file
from tellonce.cli.quality_profile import FileOrSource, Map, asked_mapping
from tellonce.io.errors import BadSetting
from tellonce.io.read import read_file
from tellonce.io.write import check_writable, write_text
from tellonce.rules.profiling import recognised
from tellonce.rules.suggesting import Suggestion, as_yaml, suggest

Out = Annotated[
    Path | None, typer.Option("--out", metavar="RULES.yaml", help="Write the rules there.")
]


@quality.command("suggest")
def suggest_rules(
    what: FileOrSource,
    *,
    out: Out = None,
    map: Map = None,
    as_user: As = None,
    as_json: Json = False,
) -> None:
    """Suggest rules for a file, or for a source: few, and only such as nearly all rows pass now.

    Each comes with why it was suggested, and how many rows fail. Nothing is put in force.
    """
    if out is not None:
        check_writable(out)
        if out.resolve() in {one.resolve() for one in (what, map) if one}:
            raise BadSetting(f"The rules would go to {out}, which is read.", "Name another file.")
    if not what.exists() and not what.suffix and what.name == str(what):
        if map:
            raise BadSetting(
                f"{what} is no file, and of a source --map cannot be said.",
                "Leave it away, or name the file as it is.",
            )
        document, found, rows = _of_source(str(what), as_user, as_json)
    else:
        document, found, rows = _of_file(what, map)
    if out is not None:
        write_text(out, as_yaml(found, what.name))
    if as_json:
        print_json(document | {"suggestions": [one.as_document() for one in found]})
    else:
        _show(found, rows, out)


Found = tuple[dict[str, Any], tuple[Suggestion, ...], int]


def _of_file(file: Path, map: Path | None) -> Found:
    """How JSON names the file, its suggestions, and how many rows they are from."""
    with Stages() as stages:
        stages("read", 0, 1)
        settings, told = asked_mapping(file, map)
        rows = read_file(file, settings).table
        known = recognised(rows, file.stem, told)
        stages("suggest", 0, 1)
        found = suggest(rows, file.stem, now=datetime.now(UTC), recognition=known)
    return {"file": file.name, "rows": rows.num_rows}, found, rows.num_rows


def _of_source(name: str, as_user: str | None, as_json: bool) -> Found:
    """The same of a source; `rows` are the records that were looked at."""
    with told_as_no_file(name), opened_hub(), Stages(quiet=as_json) as progress:
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.quality import suggesting  # noqa: PLC0415

        found = suggesting.suggest_rules(name, by=actor(as_user), progress=progress)
    document = {"source": name, "records": found.records, "rows": found.looked_at}
    return document, found.rules, found.looked_at


def _show(found: tuple[Suggestion, ...], rows: int, out: Path | None) -> None:
    for one in found:
        show(f"- {one.rule}")
        failing = f"; {one.failing:,} of {counted(one.rows, 'row')} fail now" if one.failing else ""
        show(f"    {one.why}{failing}")
    said = f"{counted(len(found), 'rule')} suggested from {counted(rows, 'row')}"
    where = f", written to {out}" if out is not None else ""
    show(f"{said}{where}.")
