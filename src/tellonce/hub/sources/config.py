"""What may be declared about a source, as YAML; everything may be left out.

record_id: CustomerKey          column of the source's own record id
customer_key: CustomerKey       what its activity refers to; by default the record id
source_version: updated_at      a whole number or a time that grows with each change
observed_at: updated_at         by default the source version, where that is a time
deleted: is_deleted             a row with yes, true, 1 or a time in it is a deletion
country: PL                     where its phone numbers and addresses are by default
encoding: windows-1250          where the file's own is not recognised
delimiter: ";"
unique: true                    the source has no duplicates of its own
trust: 0.9                      or per attribute: {email: 0.9, "*": 0.7}
guard: 0.2                      a full delivery that would delete a larger share is held
columns: {Prefix: title}        header -> attribute, where not recognised
transactions: {customer_key: CustomerID, occurred_at: InvoiceDate}     and so for each kind
consents: {purpose: topic}
sql: {url_env: CRM_URL, table: customers, cursor: updated_at}          where a connector fetches it
schedule: every 15m             when a connector runs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.contents import ACTIVITY_KINDS, CONSENTS, CONTENTS, RECORDS, fields_of
from tellonce.hub.sources.kinds import SECTIONS
from tellonce.hub.sources.known_words import ATTRIBUTE, TRUSTED, Country, Word
from tellonce.hub.sources.schedules import schedule_trouble
from tellonce.hub.sources.shapes import (
    Field,
    Flag,
    Group,
    Names,
    Number,
    OneOrNames,
    Path,
    Problem,
    Text,
)

__all__ = ["ACTIVITY_KINDS", "CONSENTS", "CONTENTS", "RECORDS", "SourceConfig", "source_config"]

GUARD = 0.2
"""Share of a source's active records that a full delivery may delete without being held."""

_COLUMNS = ("record_id", "customer_key", "source_version", "observed_at", "deleted")
_TEXTS = (*_COLUMNS, "encoding", "delimiter", "schedule")
_FLAGS = ("day_first", "header", "unique")
_LAYOUTS = (*ACTIVITY_KINDS, CONSENTS)
_SHARE = Number(0, 1, example="0.9")


@dataclass(frozen=True)
class SourceConfig:
    """A source's declarations; "", None and empty mean: to be recognised, or the default.

    `trust`: attribute ("*" for all others) -> probability that its value is right.
    `layouts`: kind of activity or "consents" -> field -> column. `connector`: the kind of connector
    that is declared, "" without one; `streams` what it fetches, each with its own declarations.
    """

    record_id: str = ""
    customer_key: str = ""
    source_version: str = ""
    observed_at: str = ""
    deleted: str = ""
    country: str = ""
    encoding: str = ""
    delimiter: str = ""
    schedule: str = ""
    day_first: bool | None = None
    header: bool | None = None
    unique: bool = False
    guard: float = GUARD
    trust: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    layouts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    connector: str = ""
    streams: tuple[Mapping[str, Any], ...] = ()

    def named_columns(self) -> dict[str, str]:
        """Declaration -> column, of the columns declared for records."""
        return {name: getattr(self, name) for name in _COLUMNS if getattr(self, name)}


def source_config(document: Any) -> SourceConfig:
    """The declarations in a parsed YAML document (None: nothing declared).

    Raises `WrongCall` for what is not known or has the wrong shape.
    """
    for problem in config_problems(document):
        raise WrongCall(problem.sentence, hint=problem.hint)
    return stored_config(document or {})


def stored_config(document: Mapping[str, Any]) -> SourceConfig:
    """The same of a document that was judged when it was declared, and is not judged again: what
    was in order then stays in force, whatever has been refused since.
    """
    document = by_real_names(document)
    trust = document.get("trust", {})
    trusts = trust if isinstance(trust, Mapping) else {"*": trust}
    connector = next((name for name in SECTIONS if name in document), "")
    return SourceConfig(
        **{name: str(document[name]) for name in (*_TEXTS, "country") if name in document},
        **{name: document[name] for name in _FLAGS if name in document},
        guard=float(document.get("guard", GUARD)),
        trust={str(name): float(share) for name, share in trusts.items()},
        columns=_texts(document.get("columns", {})),
        layouts={name: _texts(document[name]) for name in _LAYOUTS if name in document},
        connector=connector,
        streams=_streams(document.get(connector)),
    )


def by_real_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with each setting under its one name: `region` is `country`."""
    return {_SYNONYMS.get(name, name): value for name, value in document.items()}


def config_problems(document: Any) -> Iterator[Problem]:
    """Everything that is wrong with a parsed YAML document, in its order."""
    yield from DECLARED.problems({} if document is None else document, ())


def config_schema() -> dict[str, Any]:
    """JSON Schema of a source's YAML, by which editors complete and underline."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A source of Tellonce",
    }
    return head | DECLARED.schema()


def _streams(section: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(section) if isinstance(section, list) else (section,) if section else ()


def _texts(names: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(column) for name, column in names.items()}


def _between(document: Mapping[str, Any], _path: Path) -> Iterator[Problem]:
    """What is wrong between the settings of a source."""
    named = [name for name in SECTIONS if name in document]
    if len(named) > 1:
        yield Problem(
            (named[1],),
            f"A source is fetched in one way, and this one names {' and '.join(named)}.",
            "Make a source of its own for each.",
        )
    for name in named:
        contents = [stream.get("as", RECORDS) for stream in _streams(document[name])]
        if len(contents) > len(set(contents)):
            yield Problem(
                (name,),
                f"Two parts of the section {name!r} are loaded as the same.",
                "Say of each what its rows are, such as `as: transactions`.",
            )
    for name in [n for n in _SYNONYMS if n in document and _SYNONYMS[n] in document]:
        real = _SYNONYMS[name]
        yield Problem((name,), f"{name!r} and {real!r} are the same setting.", "Keep one of them.")
    if not isinstance(document.get("schedule"), str | int):
        return
    trouble = schedule_trouble(str(document["schedule"]))
    if trouble:
        yield Problem(("schedule",), *trouble)
    elif not named or named == ["push"]:
        yield Problem(
            ("schedule",),
            "A schedule needs something to fetch, and this source names no connector.",
            "Add a section files, sql or rest, or leave the schedule away.",
        )


_HELP = {
    "record_id": "Column of the source's own record id.",
    "customer_key": "Column that its activity refers to; by default the record id.",
    "source_version": "Column with a whole number or a time that grows with each change.",
    "observed_at": "Column that says when the row was true; by default the source version.",
    "deleted": "Column in which yes, true, 1 or a time says that the record is deleted.",
    "encoding": "Encoding of its files, where it is not recognised.",
    "delimiter": "What separates the fields of its files, where it is not recognised.",
    "schedule": "When it is fetched: `every 15m`, `every 2h`, or five fields of cron.",
    "day_first": "Whether 03/04/1980 is the third of April.",
    "header": "Whether the first row of its files names the columns.",
    "unique": "Whether the source has no duplicates of its own.",
}
DECLARED = Group(
    "a source",
    {
        **{name: Field(Text(), _HELP[name]) for name in _TEXTS},
        "country": Field(Country(), "Country of its phone numbers and addresses, such as PL."),
        **{name: Field(Flag(), _HELP[name]) for name in _FLAGS},
        "trust": Field(
            OneOrNames(_SHARE, Names(_SHARE, '{email: 0.9, "*": 0.7}', TRUSTED)),
            "Probability that its values are right; for all, or per attribute.",
        ),
        "guard": Field(
            Number(0, 1, example="0.2"),
            "A full delivery that would delete a larger share of its records is held; 1: never.",
        ),
        "columns": Field(Names(ATTRIBUTE), "Header: attribute, where it is not recognised."),
        **{
            name: Field(
                Names(Text(), names=Word(f"field of {name}", partial(fields_of, name))),
                f"Field: column, where a file of {name} is not recognised.",
            )
            for name in _LAYOUTS
        },
        **SECTIONS,
    },
    hints={"duplicate_free": "unique"},
    synonyms={"id": "record_id", "region": "country"},  # id: as in `tellonce resolve --map`
    rule=_between,
)
_SYNONYMS = DECLARED.synonyms
