"""The kinds of connector, each whole in its folder of `connectors/`.

A folder has `settings.py` (SECTION: what may be declared), `reading.py` (loaded when it runs) and
`example.yaml`. `reading` of files offers `found` and `put_away`, that of others `pages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.resources import files
from typing import Any

from tellonce.hub.sources.connectors.files.settings import SECTION as FILES
from tellonce.hub.sources.connectors.push.settings import SECTION as PUSH
from tellonce.hub.sources.connectors.rest.settings import SECTION as REST
from tellonce.hub.sources.connectors.sql.settings import SECTION as SQL
from tellonce.hub.sources.shapes import Field

SECTIONS: Mapping[str, Field] = {"files": FILES, "sql": SQL, "rest": REST, "push": PUSH}
"""Kind -> its section in a source's YAML."""

FETCHED = ("files", "sql", "rest")
"""Kinds that fetch; what is pushed comes by itself."""

_FOLDER = "tellonce.hub.sources.connectors"


def reading_of(kind: str) -> Any:
    """The module that reads with a connector of this kind; its libraries are loaded only now."""
    return import_module(f"{_FOLDER}.{kind}.reading")


def example_of(kind: str) -> str:
    """The example of a source's YAML with this kind of connector."""
    return (files(f"{_FOLDER}.{kind}") / "example.yaml").read_text(encoding="utf-8")
