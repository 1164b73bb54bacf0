"""What may be declared about a JSON API."""

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
    Names,
    Number,
    OneOrMore,
    Path,
    Problem,
    Scalar,
    Text,
    is_secret_parameter,
)

PAGINGS = ("none", "page", "offset", "cursor", "link", "next")
BATCH = 5_000
_VARIABLE = Text(r"^[A-Za-z_][A-Za-z0-9_]*$", "SHOP_TOKEN")
_SECRET_HEADER = re.compile(r"auth|cookie|session|(^|-)key($|-)", re.IGNORECASE)
_NEEDS_COLUMN = "Column whose largest value is remembered."


def _rule(section: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """What is wrong between the settings of the section."""
    yield from _clear_secrets(section, path)
    if "token_env" in section and "token_file" in section:
        yield Problem((*path, "token_env"), "The token is named twice.", "Keep one of them.")
    if "token_header" in section and not {"token_env", "token_file"} & set(section):
        yield Problem(
            (*path, "token_header"), "A header for a token, and no token.", "Name token_env too."
        )
    paging = section.get("paging", {})
    needs = {"cursor": "cursor_path", "next": "next_path"}.get(paging.get("by", ""))
    if needs and needs not in paging:
        yield Problem(
            (*path, "paging"),
            f"Paging by {paging['by']} does not say its {needs}.",
            f"Write the JSON path of it, such as `{needs}: paging.{paging['by']}`.",
        )
    if section.get("full") and "cursor" in section:
        yield Problem(
            (*path, "full"),
            "What is fetched by a cursor is never all there is, so it cannot be full.",
            "Keep `cursor` or `full: true`, not both.",
        )


def _clear_secrets(section: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    hint = "Name a variable that holds it with `token_env`, or a file with `token_file`."
    for name in section.get("headers", {}):
        if is_secret_parameter(str(name)) or _SECRET_HEADER.search(str(name)):
            sentence = f"The header {name!r} is a secret, which does not belong in the file."
            yield Problem(
                (*path, "headers", str(name)), sentence, f"{hint} `token_header` sets it."
            )
    for name in section.get("params", {}):
        if is_secret_parameter(str(name)):
            sentence = f"The parameter {name!r} is a secret, which does not belong in the file."
            yield Problem((*path, "params", str(name)), sentence, hint)
    parts = urlsplit(str(section["url"]))
    if (
        parts.password
        or parts.username
        or any(is_secret_parameter(k) for k, _ in parse_qsl(parts.query))
    ):
        yield Problem((*path, "url"), "The address holds a secret.", hint)


_PAGING = Group(
    "the paging of the section rest",
    {
        "by": Field(Choice(PAGINGS), "How the next page is asked for.", required=True),
        "param": Field(
            Text(example="page"), "Parameter that says which page; page, offset, cursor."
        ),
        "first": Field(Number(0, 1, whole=True), "Number of the first page; 1."),
        "size": Field(Number(1, 100_000, whole=True, example="100"), "Rows a page."),
        "size_param": Field(Text(example="limit"), "Parameter that says how many; limit."),
        "total_path": Field(Text(example="total"), "JSON path of the number of rows or pages."),
        "cursor_path": Field(Text(example="paging.cursor"), "JSON path of the next cursor."),
        "next_path": Field(Text(example="paging.next"), "JSON path of the next page's address."),
    },
)
_CURSOR = Group(
    "the cursor of the section rest",
    {
        "param": Field(Text(example="updated_since"), "Parameter that asks for newer rows.", True),
        "field": Field(Text(example="updated_at"), _NEEDS_COLUMN, True),
        "initial": Field(Scalar(), "What is asked for at the first time; by default nothing."),
        "sorted": Field(Flag(), "Whether rows come in its order, so that it moves page by page."),
        "overlap": Field(
            Text(r"^\d{1,9}[smhd]?$", "10m"),
            "How far to read back before the cursor: 10m of a time, 100 of a number.",
        ),
    },
)
SECTION = Field(
    OneOrMore(
        Group(
            "the section rest",
            {
                "url": Field(
                    Text(r"^https?://[^/\s]+", "https://api.example/v1/customers"),
                    "Address of the list of rows.",
                    required=True,
                ),
                "rows": Field(Text(example="data"), "JSON path of the rows; by default found."),
                "headers": Field(Names(Text()), "Headers that are no secret."),
                "params": Field(Names(Scalar()), "Parameters of every request."),
                "token_env": Field(_VARIABLE, "Variable that holds the token."),
                "token_file": Field(
                    Text(example="/run/secrets/shop"), "File that holds the token."
                ),
                "token_header": Field(
                    Text(example="X-Api-Key"), "Header of the token; Authorization: Bearer."
                ),
                "paging": Field(_PAGING, "How further pages are asked for."),
                "cursor": Field(_CURSOR, "How only new rows are asked for."),
                "per_second": Field(
                    Number(0.01, 1000, example="5"), "Most requests a second; no limit."
                ),
                "retries": Field(Number(0, 20, whole=True, example="5"), "Attempts after one; 5."),
                "timeout": Field(Number(1, 600, example="60"), "Seconds to wait for a page; 60."),
                "as": Field(Choice(CONTENTS), "What its rows are; by default records."),
                "full": Field(Flag(), "Whether what is read is all there is; the rest is deleted."),
            },
            rule=_rule,
        )
    ),
    "A list of rows of a JSON API.",
)
