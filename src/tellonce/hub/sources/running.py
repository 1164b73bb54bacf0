"""Running a source: its connector fetches, the loader of what it fetches stores, the cursor moves.

A page's cursor is kept when the loader asks for the next page, which it does only once the rows of
that page are committed. So a run that ends anywhere, however it ends, is gone on with by the next:
what is read twice on the way is a repeat, which the rules of versions make harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.jobs.services import held_lease
from tellonce.hub.jobs.types import ReleaseJob
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.incoming import (
    Incoming,
    file_incoming,
    known_headers,
    paged_incoming,
    with_columns,
)
from tellonce.hub.sources.kinds import FETCHED, reading_of
from tellonce.hub.sources.loaders import loader_of
from tellonce.hub.sources.pages import Asked, Page, Skipped
from tellonce.hub.sources.run_views import run_view
from tellonce.hub.sources.runs import (
    COMMAND,
    Started,
    keep_cursor,
    last_cursor,
    recorded_run,
)
from tellonce.hub.sources.selectors import source_named, source_records, was_delivered
from tellonce.hub.sources.services import check_deliverer
from tellonce.hub.sources.types import RunView, SourceView
from tellonce.io.errors import FileEmpty, NoRecords
from tellonce.io.objects import object_chunk
from tellonce.io.values import Chunk

ROWS_AT_ONCE = 5_000
"""Rows that are gathered from small pages before they are stored together."""


@dataclass(frozen=True)
class Run:
    """What a run is about: who, what set it off, and whom to tell."""

    by: Actor
    trigger: str = COMMAND
    afresh: bool = False  # from the start, whatever the cursor says
    progress: Progress = no_progress
    tell: Tell = no_telling


@dataclass(frozen=True)
class _Stream:
    source: SourceView
    declared: Mapping[str, Any]

    @property
    def content(self) -> str:
        return str(self.declared.get("as", RECORDS))

    @property
    def full(self) -> bool:
        return bool(self.declared.get("full")) and self.content == RECORDS


def run_source(name: str, run: Run) -> list[RunView]:
    """Fetch what is new of each stream of a source, store it, and have it placed.

    A stream that fails does not keep the others from running; its error is raised at the end.
    Raises `WrongCall` for a source that names no connector, `Busy` where it is being run.
    """
    check_deliverer(run.by, "source.run", name)
    source = source_named(name)
    check_fetched(source)
    done: list[int] = []
    troubles: list[Exception] = []
    with held_lease(f"fetch:{source.id}", run.by.id):
        for declared in source.config.streams:
            try:
                _run_stream(_Stream(source, declared), run, done)
            except ReleaseJob:
                raise  # the worker is to end: what is stored is placed by the next run
            except Exception as error:
                troubles.append(error)
    for content in dict.fromkeys(_Stream(source, one).content for one in source.config.streams):
        settle = loader_of(content).settle
        if settle is not None:
            settle(by=run.by, progress=run.progress)
    if troubles:
        raise troubles[0]
    return [run_view(one) for one in done]


def check_fetched(source: SourceView) -> None:
    """Refuse a source that is not fetched."""
    if source.config.connector in FETCHED:
        return
    pushed = source.config.connector == "push"
    raise WrongCall(
        f"There is nothing to fetch of {source.name!r}: "
        + ("it sends its rows itself." if pushed else "it names no connector."),
        hint=f"Load a file with `tellonce load {source.name} FILE`, or declare a section files, "
        "sql or rest: `tellonce source schema --example sql`.",
    )


def first_rows(source: SourceView, rows: int) -> Incoming:
    """The first rows that a source would hand over, to look at: nothing is kept of it.

    Raises `WrongCall`, and what the connector raises.
    """
    check_fetched(source)
    stream = _Stream(source, source.config.streams[0])
    reading = reading_of(source.config.connector)
    if source.config.connector == "files":
        for one in reading.found(stream.declared, {}):
            if not isinstance(one, Skipped):
                return file_incoming(one.path)
        raise WrongCall("There is no file that is ready.", hint="Name one with --file.")
    with closing(reading.pages(stream.declared, Asked(most=rows))) as pages:
        read = list(chain.from_iterable(page.rows for page in pages))
    if not read:
        raise WrongCall(f"{source.name!r} hands over no row.", hint="Is there anything in it?")
    chunk = object_chunk(read[:rows])
    return paged_incoming(reading.name_of(stream.declared), "", iter([chunk]), None)


def _run_stream(stream: _Stream, run: Run, done: list[int]) -> None:
    kind, content = stream.source.config.connector, stream.content
    cursor = {} if run.afresh else last_cursor(stream.source.id, content, kind)
    started = Started(run.trigger, kind, cursor)
    with recorded_run(stream.source, content, run.by, started) as run_id:
        done.append(run_id)
        if kind == "files":
            _run_files(stream, cursor, run, run_id)
        else:
            _run_pages(stream, cursor, run, run_id)


def _load(stream: _Stream, incoming: Incoming, run: Run) -> None:
    said: dict[str, Any] = {"by": run.by, "progress": run.progress, "tell": run.tell}
    if stream.content == RECORDS:
        said["full"] = stream.full
    loader_of(stream.content).load(stream.source.name, incoming, **said)


def _run_files(stream: _Stream, cursor: Mapping[str, Any], run: Run, run_id: int) -> None:
    """Load each file that is ready, in order; one that fails keeps later ones waiting."""
    reading = reading_of("files")
    kept: dict[str, Any] = {}
    for one in reading.found(stream.declared, cursor.get("seen", {})):
        if isinstance(one, Skipped):
            run.tell(f"{one.name} is left for later: {one.why}.")
            continue
        _load_file(stream, one, run, run_id)
        if not one.is_unchanged():
            run.tell(f"{one.path.name} has changed since, and is looked at again at the next run.")
            continue
        reading.put_away(stream.declared, one)
        if "archive" not in stream.declared:
            kept[one.path.name] = list(one.stamp)
            keep_cursor(run_id, {"seen": {**cursor.get("seen", {}), **kept}})
    there = {one.name for one in reading.listed(stream.declared)}
    seen = {**cursor.get("seen", {}), **kept}
    keep_cursor(run_id, {"seen": {name: seen[name] for name in seen if name in there}})


def _load_file(stream: _Stream, one: Any, run: Run, run_id: int) -> None:
    """Load a file unless the same was loaded before; of a file without rows there is nothing."""
    try:
        incoming = file_incoming(one.path, run_id)
        if was_delivered(stream.source.id, stream.content, incoming.digest, last=stream.full):
            run.tell(f"{one.path.name} was loaded before.")
            return
        _load(stream, incoming, run)
    except (FileEmpty, NoRecords):
        if stream.full:
            raise WrongCall(
                f"{one.path.name} holds no row, and as a full file it would delete everything.",
                hint="Later files wait for it: take it away, or put a whole one in its place.",
            ) from None
        run.tell(f"{one.path.name} holds no row.")


def _run_pages(stream: _Stream, cursor: Mapping[str, Any], run: Run, run_id: int) -> None:
    reading = reading_of(stream.source.config.connector)
    name = reading.name_of(stream.declared)
    with closing(reading.pages(stream.declared, Asked(cursor))) as pages:
        headers = known_headers(stream.source, stream.content)
        chunks = _chunks(run_id, _gathered(pages), headers)
        first = next(chunks, None)
        if first is not None:
            digest = hashlib.sha256(f"run {run_id}".encode()).hexdigest()
            _load(stream, paged_incoming(name, digest, chain([first], chunks), run_id), run)
            return
    if stream.full and any(source_records(stream.source.id)):
        raise WrongCall(
            f"{name} holds no row at all, so nothing was deleted.",
            hint="Where that is right, load a file of what is left with --full --yes-delete.",
        )
    run.tell(f"{name} has nothing new.")


def _gathered(pages: Iterator[Page]) -> Iterator[Page]:
    """Small pages put together; where one cannot be had, those before it come first."""
    rows: list[Any] = []
    cursor: Mapping[str, Any] | None = None
    trouble: Exception | None = None
    while trouble is None:
        try:
            page = next(pages)
        except StopIteration:
            break
        except Exception as error:
            trouble = error
            break
        rows.extend(page.rows)
        cursor = page.cursor
        if len(rows) >= ROWS_AT_ONCE:
            yield Page(rows, cursor)
            rows, cursor = [], None
    if cursor is not None:
        yield Page(rows, cursor)
    if trouble is not None:
        raise trouble


def _chunks(run_id: int, pages: Iterator[Page], headers: list[str]) -> Iterator[Chunk]:
    """The pages as text columns; the cursor of each is kept when the next is asked for."""
    done = 0
    for page in pages:
        if page.rows:
            chunk = object_chunk(page.rows, done)
            headers = [*headers, *(h for h in chunk.table.schema.names if h not in headers)]
            done += len(page.rows)
            yield Chunk(with_columns(chunk.table, headers), chunk.rows, chunk.rejects)
        keep_cursor(run_id, page.cursor)
