"""The mapping file: what a person says about each source, in YAML.

    crm:
      encoding: windows-1250
      delimiter: ";"
      header: true
      id: customer_no
      country: PL
      day_first: true
      columns: {dob: birth_date, "first name": given_name}

Everything is optional. `columns` maps headers to the attribute names of
`engine/standardise/columns.py`; a header that is not named is recognised as usual.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tellonce.engine.standardise.places import country_code
from tellonce.io.errors import BadSetting
from tellonce.io.stream import check_file
from tellonce.io.values import FileSettings
from tellonce.io.yaml_trouble import NOT_YAML, yaml_trouble

_KINDS = {
    "encoding": (str, "a text"),
    "delimiter": (str, "a text"),
    "header": (bool, "true or false"),
    "id": (str, "a column"),
    "country": (str, "a country's two letters, such as PL"),
    "day_first": (bool, "true or false"),
    "columns": (dict, "a list of header: attribute"),
}


@dataclass(frozen=True)
class SourceMapping:
    """What is said about one source. `id` names the column of record ids, `region` the country
    (ISO 3166, two letters; said as `country`, or `region`) of phone numbers without a code,
    `day_first` whether 03/04/1980 is the third of April; None: not said.
    """

    file: FileSettings = field(default=FileSettings())
    id: str | None = None
    region: str | None = None
    day_first: bool | None = None
    columns: dict[str, str] = field(default_factory=dict)


def read_mapping(path: str | Path) -> dict[str, SourceMapping]:
    """The mapping of every source named in the YAML file at `path`. Raises BadSetting."""
    path = Path(path)
    check_file(path)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except NOT_YAML as error:
        sentence = f"{path} is not a YAML file: {yaml_trouble(error)}."
        raise BadSetting(sentence, "See `tellonce resolve --help` for its form.") from error
    return mapping_of(document, str(path))


def mapping_of(document: Any, name: str) -> dict[str, SourceMapping]:
    """The same from a mapping that is already in memory; `name` is used in messages."""
    if not isinstance(document, dict):
        raise BadSetting(f"{name} does not name any source.", "Begin with `source name:`.")
    return {
        str(source): _source_mapping(said, f"{name}: {source}") for source, said in document.items()
    }


def _source_mapping(said: Any, where: str) -> SourceMapping:
    if isinstance(said, SourceMapping):
        return said
    if not isinstance(said, dict):
        raise BadSetting(f"{where} holds no settings.", f"Known are {', '.join(_KINDS)}.")
    if "region" in said and "country" in said:
        raise BadSetting(f"{where} says its country twice.", "Keep `country`; region is the same.")
    said = {"country" if key == "region" else key: value for key, value in said.items()}
    for key, value in said.items():
        if key not in _KINDS:
            raise BadSetting(
                f"{where} has an unknown setting {key!r}.", f"Known are {', '.join(_KINDS)}."
            )
        kind, words = _KINDS[key]
        if not isinstance(value, kind):
            raise BadSetting(f"{where}: {key} is {value!r}.", f"It should be {words}.")
    settings = FileSettings(
        encoding=said.get("encoding"), delimiter=said.get("delimiter"), header=said.get("header")
    )
    country = said.get("country")
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        meant = country_code(country)
        hint = f"Did you mean {meant}?" if meant else "Write its two letters, such as PL."
        raise BadSetting(f"{where}: country is {country!r}.", hint)
    columns = {str(header): str(attribute) for header, attribute in said.get("columns", {}).items()}
    return SourceMapping(settings, said.get("id"), country, said.get("day_first"), columns)
