"""The mapping file says what recognition cannot know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tellonce.io.errors import BadSetting
from tellonce.io.mapping import mapping_of, read_mapping
from tellonce.io.values import FileSettings


def test_a_mapping_file_names_settings_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(
        "crm:\n  encoding: windows-1250\n  delimiter: ';'\n  header: false\n  id: number\n"
        "  region: PL\n  day_first: true\n  columns: {dob: birth_date}\nshop: {}\n"
    )
    said = read_mapping(path)
    assert said["crm"].file == FileSettings("windows-1250", ";", False)
    assert (said["crm"].id, said["crm"].region, said["crm"].day_first) == ("number", "PL", True)
    assert said["crm"].columns == {"dob": "birth_date"}
    assert said["shop"].file == FileSettings()


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "does not name any source"),
        ({"crm": "x"}, "holds no settings"),
        ({"crm": {"colour": "red"}}, "unknown setting 'colour'"),
        ({"crm": {"header": "yes"}}, "header is 'yes'"),
        ({"crm": {"columns": ["dob"]}}, "columns is"),
        ({"crm": {"region": "Poland"}}, "country is 'Poland'"),
        ({"crm": {"region": "PL", "country": "PL"}}, "says its country twice"),
    ],
)
def test_a_mapping_that_cannot_be_used_gets_a_sentence(document: Any, sentence: Any) -> None:
    with pytest.raises(BadSetting, match=sentence) as raised:
        mapping_of(document, "map.yaml")
    assert raised.value.hint


@pytest.mark.parametrize(("text", "why"), [("crm: [", "expected"), ("[" * 20_000, "too deep")])
def test_a_file_that_is_not_yaml_gets_a_sentence(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "map.yaml").write_text(text)
    with pytest.raises(BadSetting, match=f"is not a YAML file: .*{why}"):
        read_mapping(tmp_path / "map.yaml")
