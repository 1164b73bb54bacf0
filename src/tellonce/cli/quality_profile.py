"""`tellonce quality profile`: what the fields of a file look like, and what changed in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.quality_group import Json, quality
from tellonce.cli.quality_profile_table import show_fields
from tellonce.cli.quality_source import Shown, show_source
from tellonce.engine.standardise import Mapping
from tellonce.io.errors import BadSetting, NoRecords
from tellonce.io.mapping import SourceMapping, read_mapping
from tellonce.io.read import open_file
from tellonce.io.values import Chunk, FileSettings, Reject
from tellonce.io.write import check_writable, write_text
from tellonce.rules.drift import Drift, drift
from tellonce.rules.profile_page import profile_page
from tellonce.rules.profile_types import Profile
from tellonce.rules.profiling import profile_stream

FOUND_CHANGES = 1

FileOrSource = Annotated[
    Path,
    typer.Argument(
        metavar="FILE|SOURCE",
        help="csv, tsv, jsonl (also .gz), parquet or xlsx; or the name of a source of the hub.",
    ),
]
Now = Annotated[bool, typer.Option("--now", help="Of a source: make its profile first.")]
OverTime = Annotated[bool, typer.Option("--over-time", help="Of a source: its figures over time.")]
Content = Annotated[
    str, typer.Option(help="Of a source: of its records, or of its tickets, transactions, ...")
]
Against = Annotated[
    Path | None,
    typer.Option(
        "--against",
        metavar="EARLIER",
        help="An earlier file, or a profile of it from --json: say what changed since.",
    ),
]
Html = Annotated[Path | None, typer.Option("--html", help="Write a page with small charts.")]
Map = Annotated[Path | None, typer.Option("--map", help="YAML file: columns, encoding, ...")]
NoValues = Annotated[
    bool, typer.Option("--no-values", help="Tell no value of a record, only shares and shapes.")
]


@quality.command("profile")
def profile_data(
    what: FileOrSource,
    *,
    against: Against = None,
    html: Html = None,
    map: Map = None,
    no_values: NoValues = False,
    now: Now = False,
    over_time: OverTime = False,
    content: Content = "records",
    as_json: Json = False,
) -> None:
    """Say what the fields of a file, or of a source, look like: filled, different, formats, ranges,
    outliers.

    A worker makes the profile of a source after each delivery, and compares it with last month's.
    Exit 1: something changed, since --against or since last month.
    """
    if not what.exists() and not what.suffix and what.name == str(what):
        if against or map:
            raise BadSetting(
                f"{what} is no file, and of a source neither --against nor --map can be said.",
                "Leave them away, or name the file as it is.",
            )
        changed = show_source(str(what), Shown(now, over_time, html, no_values, as_json, content))
    elif now or over_time or content != "records":
        raise BadSetting(
            f"{what} is no source.", "--now, --over-time and --content are of a source."
        )
    else:
        changed = _profile_file(what, (against, html, map), no_values=no_values, as_json=as_json)
    if changed:
        raise typer.Exit(FOUND_CHANGES)


def _profile_file(
    file: Path,
    paths: tuple[Path | None, Path | None, Path | None],
    *,
    no_values: bool,
    as_json: bool,
) -> bool:
    """Show the profile of a file and what changed since `against`; returns whether anything did."""
    against, html, map = paths
    if html is not None:
        check_writable(html)
        if html.resolve() in {one.resolve() for one in (file, against, map) if one}:
            raise BadSetting(f"The page would go to {html}, which is read.", "Name another file.")
    with Stages() as stages:
        stages("read", 0, 1)
        found, rejects = profile_of(file, map)
        earlier = None if against is None else _earlier(against, map)
    changes = () if earlier is None else drift(earlier, found)
    shown = found.without_values() if no_values else found
    if html is not None:
        write_text(html, profile_page(shown, changes))
    if as_json:
        document = shown.as_document() | {"rejected": rejects}
        if against is not None:
            document["changes"] = [one.as_document() for one in changes]
        print_json(document)
    else:
        _show(shown, rejects, changes, compared=against is not None)
    return bool(changes)


def profile_of(file: Path, mapping: Path | None = None) -> tuple[Profile, int]:
    """The profile of a file, read as a stream, and how many rows of it could not be read.

    Raises the errors of `io.errors`.
    """
    settings, told = asked_mapping(file, mapping)
    opened = open_file(file, settings)
    rejects: list[Reject] = []
    found = profile_stream(_batches(opened.chunks, rejects), file.stem, told)
    if not found.rows:
        raise NoRecords(
            f"{file.name} has no row that could be read.", "Check its delimiter and header."
        )
    return found, len(rejects)


def asked_mapping(file: Path, mapping: Path | None) -> tuple[FileSettings, Mapping]:
    """What a mapping file says of the source that this file is, by the name of the file."""
    said = read_mapping(mapping).get(file.stem, SourceMapping()) if mapping else SourceMapping()
    return said.file, Mapping(said.columns, said.region, said.day_first)


def _batches(chunks: Iterator[Chunk], rejects: list[Reject]) -> Iterator:  # type: ignore[type-arg]
    for chunk in chunks:
        rejects.extend(chunk.rejects)
        if chunk.table.num_rows:
            yield chunk.table


def _earlier(path: Path, mapping: Path | None) -> Profile:
    """The profile that `--json` wrote there, else that of the file."""
    if path.suffix == ".json":
        try:
            return Profile.from_document(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSetting(
                f"{path} is not a profile of this program.", "Name the earlier file itself."
            ) from error
    return profile_of(path, mapping)[0]


def _show(found: Profile, rejects: int, changes: Sequence[Drift], *, compared: bool) -> None:
    refused = f"; {counted(rejects, 'row')} could not be read" if rejects else ""
    fields = counted(len(found.fields), "field")
    show(f"{found.name}: {counted(found.rows, 'row')}, {fields}{refused}.")
    show_fields(found)
    if compared:
        show("")
        show("What changed:" if changes else "Nothing changed that chance would not explain.")
    for change in changes:
        show(f"  {change.sentence}")
