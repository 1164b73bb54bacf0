"""resolve(): files or frames in, customers out, with no hub and no database.

The path: read every source (`io`), recognise its columns, standardise its records, hand them to
`engine.pipeline.resolve`, and give the result the shapes that `Resolution` documents.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine import explaining, pipeline, standardise
from tellonce.engine.errors import UnknownRecord
from tellonce.engine.golden import GoldenRules
from tellonce.engine.golden import golden as golden_records
from tellonce.engine.lists import joined
from tellonce.engine.model.document import MatchModel
from tellonce.engine.settings import hashed_values, link_cut
from tellonce.io.errors import BadSetting
from tellonce.io.labels import Taken, read_labels, taken
from tellonce.io.outputs import customer_ids, customers_table, edges_table, golden_table
from tellonce.io.sources import Source, read_sources, reject_rows, sentences, source_summary
from tellonce.io.stream import check_file

Progress = Callable[[str, int, int], None]
Say = Callable[[str], None]
NOBODY: Say = lambda _sentence: None  # noqa: E731


@dataclass(frozen=True)
class Resolution:
    """The result of `resolve`.

    customers  Arrow: source, record_id, customer_id, confidence; a row per accepted record, sorted
               by source and record id
    golden     Arrow: customer_id, then each attribute and `<attribute>_source`
    edges      Arrow: left_source, left_id, right_source, right_id, match_weight, probability,
               linked (whether both ended in one customer)
    model      the MatchModel that was used
    rejects    the rows that could not be read: source, line, reason, raw
    summary    what the command line prints with --json
    records    RECORDS as standardised, in the order of `customers`

    `golden` and `edges` are made when they are first asked for.
    """

    customers: pa.Table
    rejects: tuple[dict[str, Any], ...]
    summary: dict[str, Any]
    _found: pipeline.Resolved = field(repr=False)
    _settings: pipeline.Settings = field(repr=False)
    _decisions: pa.Table | None = field(repr=False)

    @property
    def model(self) -> MatchModel:
        return self._found.model

    @property
    def records(self) -> pa.Table:
        return self._found.records

    @cached_property
    def golden(self) -> pa.Table:
        table = golden_records(self._found.records, self._found.clusters, GoldenRules())
        return golden_table(table, self._ids)

    @cached_property
    def edges(self) -> pa.Table:
        return edges_table(self._found.records, self._found.edges, self._ids)

    @property
    def _ids(self) -> pa.Array:
        return joined(self.customers["customer_id"])

    def explain(self, left: tuple[str, str], right: tuple[str, str]) -> Any:
        """Why two records, each named (source, record id), are or are not linked.

        Raises UnknownRecord.
        """
        told = explain(self.records, left, right, self.model)
        ids = [self.customer_of(*name) for name in (left, right)]
        return replace(
            told,
            link=link_cut(self._settings, self.model),
            review=self._settings.review,
            one_customer=ids[0] == ids[1],
        )

    def explain_customer(self, customer: str | tuple[str, str]) -> Any:
        """What holds a customer together, named by its id or by one of its records: members, links,
        the links it hangs on, the weakest one with its explanation.

        Raises UnknownRecord.
        """
        if isinstance(customer, tuple):
            customer = self.customer_of(*customer)
        row = pc.index(self.customers["customer_id"], customer).as_py()
        if row < 0:
            raise UnknownRecord(
                f"There is no customer {customer}.",
                "Take an id from the column customer_id of the result, or name a SOURCE:ID.",
            )
        return explaining.explain_customer(self._found, row, self._settings, self._decisions)

    def customer_of(self, source: str, record_id: str) -> str:
        """The customer id of a record. Raises UnknownRecord."""
        return str(_row_of(self.customers, source, record_id)["customer_id"][0].as_py())


@dataclass(frozen=True)
class Standardised:
    """All sources as RECORDS, and what is to be said about each of them."""

    records: pa.Table  # in canonical order and one chunk, so that the engine makes no copy of it
    rejects: tuple[dict[str, Any], ...]
    summaries: dict[str, dict[str, Any]]


class StageClock:
    """Passes progress on and keeps the wall seconds of each stage; the engine has no clock. After
    each stage Arrow gives back what it keeps for further tables, which may be more than they are.
    """

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._stage = ""
        self._since = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.stop()
            self._stage, self._since = stage, time.perf_counter()
        if self._progress is not None:
            self._progress(stage, done, total)

    def stop(self) -> None:
        """End the stage that is running."""
        if self._stage:
            spent = time.perf_counter() - self._since
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + spent
            pa.default_memory_pool().release_unused()
        self._stage = ""


def resolve(
    sources: Mapping[str, Any],
    *,
    id: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
    model: MatchModel | str | Path | None = None,
    threshold: float | None = None,
    review: float = 0.5,
    ignore: Collection[str] = (),
    unique: Collection[str] = (),
    labels: Any = None,
    seed: int = 0,
    progress: Progress | None = None,
    say: Say = NOBODY,
) -> Resolution:
    """Find the customers in `sources`: name -> path, or frame of pandas, Polars, DuckDB or Arrow.

    `id` is the column of record ids, else it is recognised (`io.identity`); `mapping` a mapping or
    its YAML file (`io.mapping`); `model` a MatchModel or its file, else one is trained. Pairs of at
    least the match probability `threshold` are linked (None: the model's own cut, two to
    one without labels), those of at least `review` kept as edges.
    `labels` are pairs that a person decided (`io.labels`): they hold, and a model that is trained
    learns from them. `ignore` names columns not to be looked at, `unique` sources without
    duplicates of their own; `seed` is for sampling. `progress(stage, done, total)` is called as the
    work goes on and `say(sentence)` with what was recognised, before anything runs.

    Raises TellonceError; each says what is wrong and what to do.
    """
    clock = StageClock(progress)
    settings = settings_of(sources, threshold=threshold, review=review, seed=seed, unique=unique)
    pinned = load_model(model)
    decided = None if labels is None else read_labels(labels, sources)
    ready = standardised(sources, id=id, mapping=mapping, ignore=ignore, progress=clock, say=say)
    if pinned is not None and (sentence := hashed_values(pinned, settings.hash_key)):
        say(sentence)
    told = None if decided is None else taken(decided, pipeline.canonical(ready.records))
    if told is not None:
        say(told.sentence() + ("; the given model stays as it is" if pinned else ""))
    found = pipeline.resolve(
        ready.records,
        model=pinned,
        settings=settings,
        decisions=told.decisions if told else None,
        progress=clock,
    )
    return _result(ready, found, told, settings, clock)


def _result(
    ready: Standardised,
    found: pipeline.Resolved,
    told: Taken | None,
    settings: pipeline.Settings,
    clock: StageClock,
) -> Resolution:
    """The engine's tables in the shapes that `Resolution` documents."""
    clock("tables", 0, 1)
    ids = customer_ids(found.records, found.clusters)
    customers = customers_table(found.records, found.clusters, ids)
    clock.stop()
    return Resolution(
        customers=customers,
        rejects=ready.rejects,
        summary=_summary(ready, found, clock.seconds) | _told(told, found),
        _found=found,
        _settings=settings,
        _decisions=told.decisions if told else None,
    )


def _told(told: Taken | None, found: pipeline.Resolved) -> dict[str, Any]:
    """What became of the labels: how many say what, and how many others overruled."""
    if told is None:
        return {}
    together = pipeline.linked(told.decisions, found.clusters)
    held = pc.equal(together, pc.equal(told.decisions["verdict"], "same"))
    overruled = len(held) - (pc.sum(held).as_py() or 0)
    return {"labels": {**told.counts(), "overruled": overruled}}


def explain(
    records: pa.Table, left: tuple[str, str], right: tuple[str, str], model: MatchModel
) -> Any:
    """The engine's explanation of two RECORDS, each named (source, record id).

    Raises UnknownRecord where a record is not there, and where both are the same one.
    """
    if left == right:
        raise UnknownRecord("Left and right name the same record.", "Name two different ones.")
    rows = pa.concat_tables([_row_of(records, *left), _row_of(records, *right)])
    return explaining.explain(rows, model)


def _row_of(records: pa.Table, source: str, record_id: str) -> pa.Table:
    same = pc.and_(pc.equal(records["source"], source), pc.equal(records["record_id"], record_id))
    found = records.filter(same)
    if not found.num_rows:
        names = ", ".join(sorted(pc.unique(records["source"]).to_pylist()))
        raise UnknownRecord(
            f"There is no record {source}:{record_id}.",
            f"Records are named SOURCE:ID, such as {_some_record(records, source)}; the sources "
            f"here are {names}. --id COL takes the ids from a column.",
        )
    return found


def _some_record(records: pa.Table, source: str) -> str:
    """The name of a record, of this source if it has one."""
    ids = records.filter(pc.equal(records["source"], source))["record_id"]
    if len(ids):
        return f"{source}:{ids[0].as_py()}"
    return f"{records['source'][0].as_py()}:{records['record_id'][0].as_py()}"


def standardised(
    sources: Mapping[str, Any],
    *,
    id: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
    ignore: Collection[str] = (),
    progress: Progress | None = None,
    say: Say = NOBODY,
) -> Standardised:
    """Read, recognise and standardise `sources`; the arguments are those of `resolve`."""
    clock = progress or StageClock(None)
    taken = read_sources(sources, id=id, mapping=mapping, ignore=ignore, progress=clock)
    for line in sentences(taken):
        say(line)
    tables, summaries = {}, {}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for n, (source, result) in enumerate(zip(taken, pool.map(_parsed, taken), strict=True)):
            clock("parse", n, len(taken))
            tables[source.name] = result.table
            summaries[source.name] = source_summary(source, result.placeholders)
    rejects = tuple(reject_rows(taken))
    records = pa.concat_tables([tables.pop(name) for name in sorted(tables)])
    return Standardised(pipeline.canonical(records), rejects, summaries)


def _parsed(source: Source) -> standardise.Standardised:
    """RECORDS of a source in the order of their ids: flat columns are sorted faster."""
    order = pc.sort_indices(source.ids)
    return standardise.records(
        source.name,
        source.ids.take(order),
        source.contents.table.combine_chunks().take(order),
        source.recognition,
        standardise.StandardiseParams(),
    )


def settings_of(
    sources: Mapping[str, Any],
    *,
    threshold: float | None,
    review: float,
    seed: int,
    unique: Collection[str],
) -> pipeline.Settings:
    """What the engine is asked for, on all processors. Raises BadSetting."""
    if not 0 < review <= (review if threshold is None else threshold) < 1:
        raise BadSetting(
            f"Threshold {threshold} and review {review} do not fit together.",
            "Both are probabilities between 0 and 1, and review is not above the threshold.",
        )
    if seed < 0:
        raise BadSetting(f"The seed {seed} is negative.", "Give 0 or more.")
    for name in unique:
        if name not in sources:
            raise BadSetting(
                f"There is no source {name!r} to be without duplicates.",
                f"The sources are {', '.join(sources)}.",
            )
    return pipeline.Settings(
        threshold=threshold,
        review=review,
        seed=seed,
        unique_sources=frozenset(unique),
        threads=os.cpu_count() or 1,
        golden=False,
    )


def load_model(model: MatchModel | str | Path | None) -> MatchModel | None:
    """The model of a JSON file; a model or None is returned as it is. Raises ModelError."""
    if not isinstance(model, str | Path):
        return model
    check_file(Path(model))
    return MatchModel.from_json(Path(model).read_text(encoding="utf-8", errors="replace"))


def _summary(
    ready: Standardised, found: pipeline.Resolved, seconds: dict[str, float]
) -> dict[str, Any]:
    """What happened, in plain values that JSON can hold."""
    rounded = {stage: round(spent, 3) for stage, spent in seconds.items()}
    return {
        "rows": found.records.num_rows,
        "customers": pc.count_distinct(found.clusters["cluster"]).as_py(),
        "rejected": len(ready.rejects),
        "sources": ready.summaries,
        "seconds": {**rounded, "total": round(sum(seconds.values()), 3)},
        "peak_mb": peak_mb(),
        "estimated": found.report["estimated"],
        "duplicate_free": found.report["duplicate_free"],
        "taken_as_unique": list(found.model.score.unique),
        "pairs_scored": int(found.report["pairs_scored"]),
        "model": found.model.fingerprint,
        "calibrated_on": found.model.score.labels,
    }


def peak_mb() -> int:
    """The largest memory this process ever held, in MiB."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
