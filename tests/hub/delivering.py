"""What the tests of the data path share: a source, files of made-up people, and loading them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.intake.services import RecordsLoaded, load_records
from tellonce.hub.sources.services import add_source
from tellonce.hub.sources.types import SourceView

Row = Mapping[str, object]

ANNA = {
    "id": "1",
    "first name": "Annamaria",
    "last name": "Testowska-Przykładowa",
    "dob": "1984-03-12",
    "email": "annamaria@example.org",
    "phone": "+48 600 700 801",
}
OTTO = {
    "id": "2",
    "first name": "Ottokar",
    "last name": "Mustermannski",
    "dob": "1961-11-30",
    "email": "ottokar@example.net",
    "phone": "+49 30 23125 012",
}
WILMA = {
    "id": "3",
    "first name": "Wilhelmina",
    "last name": "Placeholderson",
    "dob": "1999-07-05",
    "email": "wilhelmina@example.com",
    "phone": "+44 20 7946 0958",
}


def write_csv(path: Path, rows: Sequence[Row]) -> Path:
    """A CSV file of these rows; a key that a row lacks is an empty field."""
    headers = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, headers)
        writer.writeheader()
        writer.writerows(rows)
    return path


def a_source(name: str = "crm", **config: Any) -> SourceView:
    """A source of this name."""
    return add_source(name, "crm", config, by=actor())


def load(
    path: Path, rows: Sequence[Row], source: str = "crm", *, full: bool = False
) -> RecordsLoaded:
    """Write the rows to a file and load it."""
    return load_records(source, write_csv(path, rows), full=full, by=actor())
