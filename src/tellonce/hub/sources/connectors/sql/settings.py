"""What may be declared about an SQL database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tellonce.hub.sources.contents import CONTENTS
from tellonce.hub.sources.shapes import (
    Choice,
    Field,
    Flag,
    Group,
    Number,
    OneOrMore,
    Path,
    Problem,
    Text,
    is_secret_name,
)

BATCH = 5_000
OVERLAP = r"^\d{1,9}[smhd]?$"
_VARIABLE = Text(r"^[A-Za-z_][A-Za-z0-9_]*$", "CRM_DATABASE_URL")


def _rule(section: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """What is wrong between the settings of the section."""
    addresses = [name for name in ("url", "url_env", "url_file") if name in section]
    if len(addresses) != 1:
        yield Problem(
            path,
            "The section sql does not say in one way where the database is.",
            "Write one of url, url_env (a variable that holds it) or url_file (a file).",
        )
    if "url" in section and _has_secret(str(section["url"])):
        yield Problem(
            (*path, "url"),
            "The address of the database holds a password, which does not belong in the file.",
            "Put the address in a variable or a file and name that: url_env or url_file.",
        )
    if ("table" in section) == ("query" in section):
        yield Problem(
            path,
            "The section sql names neither a table nor a query, or both.",
            "Write `table: customers` or `query: SELECT ...`.",
        )
    if "schema" in section and "table" not in section:
        yield Problem(
            (*path, "schema"), "A schema goes with a table.", "Name it in the query, or leave it."
        )
    if "overlap" in section and "cursor" not in section:
        yield Problem(
            (*path, "overlap"), "An overlap goes with a cursor.", "Name the cursor column too."
        )
    if section.get("full") and "cursor" in section:
        yield Problem(
            (*path, "full"),
            "What is fetched by a cursor is never all there is, so it cannot be full.",
            "Keep `cursor` or `full: true`, not both.",
        )
    if "query" in section and not re.match(r"\s*(select|with|table|values)\b", _query(section), 2):
        yield Problem(
            (*path, "query"), "The query does not begin with SELECT.", "A source is only read."
        )


def _query(section: Mapping[str, Any]) -> str:
    return re.sub(r"^(\s|\(|--[^\n]*\n|/\*.*?\*/)*", "", str(section["query"]), flags=re.DOTALL)


def _has_secret(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.password) or any(is_secret_name(k) for k, _ in parse_qsl(parts.query))
    except ValueError:
        return True  # what cannot be read may hold one


SECTION = Field(
    OneOrMore(
        Group(
            "the section sql",
            {
                "url": Field(
                    Text(r"^[a-z][a-z0-9+]*://", "postgresql://reader@db.example/crm"),
                    "Address of the database, as SQLAlchemy has it, without a password.",
                ),
                "url_env": Field(_VARIABLE, "Variable that holds the address."),
                "url_file": Field(Text(example="/run/secrets/crm"), "File that holds the address."),
                "table": Field(Text(example="customers"), "Table or view to be read."),
                "schema": Field(Text(example="public"), "Schema of the table."),
                "query": Field(Text(example="SELECT ..."), "Query to be read, instead of a table."),
                "cursor": Field(
                    Text(example="updated_at"),
                    "Column that grows with each change; only what is new by it is read.",
                ),
                "overlap": Field(
                    Text(OVERLAP, "10m"),
                    "How far to read back before the cursor: 10m of a time, 100 of a number.",
                ),
                "batch": Field(Number(1, 100_000, whole=True, example="5000"), "Rows at a time."),
                "as": Field(Choice(CONTENTS), "What its rows are; by default records."),
                "full": Field(Flag(), "Whether what is read is all there is; the rest is deleted."),
            },
            rule=_rule,
        )
    ),
    "A table or a query of an SQL database.",
)
