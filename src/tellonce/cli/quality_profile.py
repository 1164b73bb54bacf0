"""`tellonce quality profile`: what the fields of a file look like, and what changed in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tellonce.cli.output import Stages, counted, print_json, show
from tellonce.cli.quality_group import Json, quality
from tellonce.engine.standardise import Mapping
from tellonce.io.errors import BadSetting, NoRecords
from tellonce.io.mapping import SourceMapping, read_mapping
from tellonce.io.read import open_file
from tellonce.io.values import Chunk, Reject
from tellonce.io.write import check_writable, write_text
from tellonce.rules.drift import Drift, drift
from tellonce.rules.profile_page import different_words, doubts, profile_page, recognised_words
from tellonce.rules.profile_types import FieldProfile, Profile
from tellonce.rules.profiling import profile_stream

FOUND_CHANGES = 1
_BAR = 10  # characters
_TOP = 3
_EIGHTHS = " ▏▎▍▌▋▊▉█"

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="csv, tsv, jsonl (also .gz), parquet or xlsx."),
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
def profile_file(
    file: File,
    *,
    against: Against = None,
    html: Html = None,
    map: Map = None,
    no_values: NoValues = False,
    as_json: Json = False,
) -> None:
    """Say what the fields of a file look like: filled, different, formats, ranges, outliers.

    With --against exit 1 means that something changed.
    """
    if html is not None:
        check_writable(html)
        if html.resolve() in {one.resolve() for one in (file, against, map) if one}:
            raise BadSetting(f"The page would go to {html}, which is read.", "Name another file.")
    with Stages() as stages:
        stages("read", 0, 1)
        found, rejects = profile_of(file, map)
        earlier = None if against is None else _earlier(against, map)
    changes = () if earlier is None else drift(earlier, found)
    shown = _without_values(found) if no_values else found
    if html is not None:
        write_text(html, profile_page(shown, changes))
    if as_json:
        document = shown.as_document() | {"rejected": rejects}
        if against is not None:
            document["changes"] = [one.as_document() for one in changes]
        print_json(document)
    else:
        _show(shown, rejects, changes, compared=against is not None)
    if changes:
        raise typer.Exit(FOUND_CHANGES)


def profile_of(file: Path, mapping: Path | None = None) -> tuple[Profile, int]:
    """The profile of a file, read as a stream, and how many rows of it could not be read.

    Raises the errors of `io.errors`.
    """
    said = read_mapping(mapping).get(file.stem, SourceMapping()) if mapping else SourceMapping()
    opened = open_file(file, said.file)
    rejects: list[Reject] = []
    told = Mapping(said.columns, said.region, said.day_first)
    found = profile_stream(_batches(opened.chunks, rejects), file.stem, told)
    if not found.rows:
        raise NoRecords(
            f"{file.name} has no row that could be read.", "Check its delimiter and header."
        )
    return found, len(rejects)


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


def _without_values(found: Profile) -> Profile:
    return Profile(
        found.name, found.rows, tuple(field.without_values(None) for field in found.fields)
    )


def _show(found: Profile, rejects: int, changes: Sequence[Drift], *, compared: bool) -> None:
    refused = f"; {counted(rejects, 'row')} could not be read" if rejects else ""
    fields = counted(len(found.fields), "field")
    show(f"{found.name}: {counted(found.rows, 'row')}, {fields}{refused}.")
    width = min(32, max(len(field.field) for field in found.fields))
    for field in found.fields:
        for line in field_lines(field, width):
            show(line)
    if compared:
        show("")
        show("What changed:" if changes else "Nothing changed that chance would not explain.")
    for change in changes:
        show(f"  {change.sentence}")


def field_lines(field: FieldProfile, width: int) -> Iterator[str]:
    """A field in a terminal: a bar of how much is filled, what it holds, then what stands out."""
    head = f"{field.field[:width].ljust(width)}  {bar(field.fill)} {_percent(field.fill).rjust(5)}"
    if not field.filled:
        yield f"{head}  never filled"
        return
    yield f"{head}  {recognised_words(field)}; {different_words(field)}"
    inner = " " * (width + 2)
    told = [f"{one.text} {_percent(one.rows / field.filled)}" for one in field.formats[:_TOP]]
    yield f"{inner}formats: {' · '.join(told)}{_more(field.formats_distinct - _TOP)}"
    if field.range is not None and field.range.low:
        yield f"{inner}from {field.range.low} to {field.range.high}  {_spark(field)}"
    elif field.top and field.distinct < field.filled:
        told = [f"{one.text[:30]} {_percent(one.rows / field.filled)}" for one in field.top[:_TOP]]
        yield f"{inner}most: {' · '.join(told)}{_more(field.distinct - _TOP)}"
    for sentence in doubts(field):
        yield f"{inner}! {sentence}"


def _more(number: int) -> str:
    return f" · {number:,} more" if number > 0 else ""


def _percent(share: float) -> str:
    told = f"{share:.0%}"
    if told == "100%" and share < 1:
        told = "<100%"
    if told == "0%" and share > 0:
        told = ">0%"
    return told


def bar(share: float) -> str:
    """A share as `_BAR` characters of blocks."""
    eighths = round(share * _BAR * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(_BAR, "·")


def _spark(field: FieldProfile) -> str:
    """The histogram in one line of blocks."""
    bars = field.range.bars if field.range else ()
    most = max((one.rows for one in bars), default=1) or 1
    return "".join("▁▂▃▄▅▆▇█"[round(7 * one.rows / most)] for one in bars)
