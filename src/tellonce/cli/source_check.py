"""`tellonce source check` and `source schema`: what a configuration would do, before it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce.cli.opened import opened_hub
from tellonce.cli.output import counted, print_json, show
from tellonce.cli.source_group import Json, Name, source
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.sources.config import config_schema, source_config
from tellonce.hub.sources.kinds import FETCHED, SECTIONS, example_of
from tellonce.hub.sources.types import SourceView
from tellonce.hub.sources.yaml_lines import YamlFile, read_yaml

__all__ = ["source"]

FOUND_PROBLEMS = 1
_SHOWN = 20
_LOOKED_AT = 1_000
Config = Annotated[Path | None, typer.Option(help="YAML file to be checked; else what it has.")]


@source.command("check")
def check_source(
    name: Name,
    file: Annotated[Path | None, typer.Option(help="A file that it would deliver.")] = None,
    config: Config = None,
    rows: Annotated[int, typer.Option(min=0, help="How many rows are shown.")] = 10,
    as_json: Json = False,
) -> None:
    """Check a configuration, and show what rows would become; writes nothing.

    A source with a connector is asked for its first rows where no file is given. Exit 1: something
    is wrong, or some rows would be quarantined.
    """
    yaml_file = read_yaml(config) if config else None
    problems = _config_problems(yaml_file)
    preview = None
    with opened_hub():
        from tellonce.hub.accounts.selectors import actor  # noqa: PLC0415
        from tellonce.hub.sources.services import check_deliverer  # noqa: PLC0415

        check_deliverer(actor(), "source.check", name)
        if not problems:
            preview = _preview(_source(name, yaml_file), file, rows)
            problems = [_told(yaml_file, one) for one in (preview.problems if preview else ())]
    if as_json:
        print_json({"source": name, "problems": problems, "preview": _preview_json(preview)})
    else:
        _show(problems, preview, yaml_file)
    if problems or (preview is not None and preview.refused):
        raise typer.Exit(FOUND_PROBLEMS)


@source.command("schema")
def print_schema(
    example: Annotated[
        str, typer.Option(help=f"An example instead, of one of {', '.join(SECTIONS)}.")
    ] = "",
) -> None:
    """Print the JSON Schema of a source's YAML, by which an editor completes and underlines."""
    if not example:
        print_json(config_schema())
    elif example in SECTIONS:
        typer.echo(example_of(example).rstrip())
    else:
        raise WrongCall(
            f"There is no example of {example!r}.", hint=f"Say one of {', '.join(SECTIONS)}."
        )


def _config_problems(file: YamlFile | None) -> list[dict[str, Any]]:
    return [_told(file, problem) for problem in file.problems()] if file else []


def _told(file: YamlFile | None, problem: Any) -> dict[str, Any]:
    line = file.line(problem.path) if file and problem.path else None
    return {
        "setting": ".".join(map(str, problem.path)),
        "line": line,
        "sentence": problem.sentence,
        "hint": problem.hint,
    }


def _source(name: str, file: YamlFile | None) -> SourceView:
    """The source of this name, with the configuration of the file; one that is to be added too."""
    from tellonce.hub.sources.selectors import source_named  # noqa: PLC0415

    config = source_config(file.document) if file else None
    try:
        found = source_named(name)
    except Unknown:
        if config is None:
            raise
        return SourceView(0, name, config.connector, config, {}, clock.now())
    return replace(found, config=config) if config else found


def _preview(source: SourceView, file: Path | None, rows: int) -> Any:
    from tellonce.hub.intake.previewing import preview_records  # noqa: PLC0415
    from tellonce.hub.sources.incoming import file_incoming  # noqa: PLC0415
    from tellonce.hub.sources.running import first_rows  # noqa: PLC0415

    if file is not None:
        incoming = file_incoming(file)
    elif source.config.connector in FETCHED:
        incoming = first_rows(source, _LOOKED_AT)
    else:
        return None
    return preview_records(source, incoming, rows)


def _show(problems: list[dict[str, Any]], preview: Any, file: YamlFile | None) -> None:
    for problem in problems:
        where = f"{file.name}, line {problem['line']}: " if file and problem["line"] else ""
        show(f"{where}{problem['sentence']}")
        show(f"  {problem['hint']}")
    if not problems:
        if file and not file.document:
            show(f"{file.name} declares nothing, so everything is left to be recognised.")
            show("  The least worth declaring is `record_id: COLUMN`: see `source schema`.")
        else:
            show("The configuration is in order.")
    if preview is None:
        return
    for sentence in preview.sentences:
        show(sentence)
    for column in preview.columns:
        show(f"  {column.header}: {column.attribute or 'kept but not compared'} ({column.why})")
    for row in preview.rows:
        show(f"Row {row.row}, record {row.record_id}{', deleted' if row.deleted else ''}:")
        for attribute, values in row.values.items():
            show(f"  {attribute}: {'; '.join(values)}")
    _show_refused(preview)


def _show_refused(preview: Any) -> None:
    if not preview.sentences:
        return
    show(
        f"{counted(preview.total, 'row')} looked at; "
        f"{len(preview.refused):,} would be quarantined. Nothing was written."
    )
    for row in preview.refused[:_SHOWN]:
        place = "" if row.reason.startswith("line ") else f"row {row.row}: "
        show(f"  {place}{row.reason}")
    if len(preview.refused) > _SHOWN:
        show(f"  and {len(preview.refused) - _SHOWN:,} more")


def _preview_json(preview: Any) -> Mapping[str, Any] | None:
    if preview is None:
        return None
    return {
        "file": preview.name,
        "rows_looked_at": preview.total,
        "recognised": list(preview.sentences),
        "columns": [vars(column) for column in preview.columns],
        "rows": [vars(row) for row in preview.rows],
        "quarantined": [{"row": r.row, "reason": r.reason} for r in preview.refused],
        "card_values": preview.card_values,
    }
