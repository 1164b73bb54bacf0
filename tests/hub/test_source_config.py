"""The YAML of a source: what is wrong is said with its line, and editors are told the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.config import config_problems, config_schema, source_config
from tellonce.hub.sources.kinds import SECTIONS, example_of
from tellonce.hub.sources.yaml_lines import checked_config, parse_yaml

ROOT = Path(__file__).parents[2]


def said(text: str) -> list[str]:
    """What is wrong with a YAML text, each with its line."""
    file = parse_yaml(text, "crm.yaml")
    return [file.sentence(problem) for problem in file.problems()]


def test_everything_wrong_is_said_at_once_each_with_its_line() -> None:
    found = said(
        """record_id: CustomerNo
colour: blue
unique: perhaps
trust: {email: 2}
columns: Prefix
record_id: Id
"""
    )
    assert found == [
        "crm.yaml, line 2: A source has no setting 'colour'.",
        "crm.yaml, line 3: The setting 'unique' of a source is neither true nor false.",
        "crm.yaml, line 4: The setting 'trust.email' of a source is not a number from 0 to 1.",
        "crm.yaml, line 5: The setting 'columns' of a source is not a mapping.",
        "crm.yaml, line 6: The name 'record_id' comes twice; it is in line 1 too.",
    ]


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("country: Poland", "'country' of a source is no country's two letters", "mean PL?"),
        ("country: Polnad", "no country's two letters: 'Polnad'", "mean PL?"),
        ("region: pl", "'region' of a source is no country's two letters", "mean PL?"),
        ("country: XX", "no country's two letters: 'XX'", "Write it as `country: PL`."),
        ("country: NO", "no country's two letters: False", '`country: "NO"` for Norway'),
        ("columns: {mail: emial}", "In 'columns.mail' 'emial' is no attribute.", "mean 'email'?"),
        ("trust: {emial: 0.9}", "'emial' is no attribute that a trust", "mean 'email'?"),
        ("consents: {porpose: a}", "'porpose' is no field of consents", "mean 'purpose'?"),
        ("notes: {custmer_key: a}", "is no field of notes", "mean 'customer_key'?"),
        ("colums: {a: email}", "has no setting 'colums'", "mean 'columns'?"),
        ("sql: {url_env: A, tabel: t}", "section sql has no setting 'tabel'", "mean 'table'?"),
    ],
)
def test_what_is_nearly_a_word_is_refused_with_the_word(text: str, says: str, hint: str) -> None:
    (problem, *_) = parse_yaml(text, "crm.yaml").problems()
    assert says in problem.sentence
    assert hint in problem.hint


def test_attributes_of_ones_own_and_groups_of_them_may_be_declared() -> None:
    assert (
        said("columns: {a: ignore, b: 'identifier:pesel', c: 'email#work', d: 'other:x#1'}") == []
    )
    assert said("trust: {name: 0.9, 'other:income': 0.5, '*': 0.7}") == []
    assert said("products: {category: a, price: b, customer_key: c}") == []
    assert said("columns: {a: 'other:'}") != []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sql: {table: t}", "does not say in one way where the database is"),
        ("sql: {url_env: A, url_file: b, table: t}", "does not say in one way"),
        ("sql: {url: 'postgresql://u:pass@db.example/crm', table: t}", "holds a password"),
        ("sql: {url: 'postgresql://db.example/crm?password=x', table: t}", "holds a password"),
        ("sql: {url_env: A, table: t, password: x}", "may not hold 'password'"),
        ("sql: {url_env: A}", "neither a table nor a query"),
        ("sql: {url_env: A, query: DELETE FROM t}", "does not begin with SELECT"),
        ("sql: {url_env: A, table: t, full: true, cursor: id}", "never all there is"),
        ("sql: {url_env: A, table: t, overlap: 5}", "An overlap goes with a cursor"),
        ("sql: {url_env: A, table: t, batch: 0}", "not a whole number from 1"),
        ("sql: []", "is empty"),
        ("sql:\n- {url_env: A, table: t}\n- {url_env: A, table: u}", "loaded as the same"),
        ("files: {pattern: '*.csv'}", "does not say its folder"),
        ("files: {folder: a, order: size}", "cannot be 'size'"),
        ("rest: {url: 'ftp://x.example'}", "cannot be 'ftp://x.example'"),
        ("rest: {url: 'https://x.example', token: abc}", "may not hold 'token'"),
        ("rest: {url: 'https://x.example', headers: {Authorization: x}}", "is a secret"),
        ("rest: {url: 'https://x.example', headers: {X-Api-Key: x}}", "is a secret"),
        ("rest: {url: 'https://x.example', params: {api_key: x}}", "is a secret"),
        ("rest: {url: 'https://x.example', headers: {X-Signature: x}}", "is a secret"),
        ("rest: {url: 'https://x.example', params: {key: x}}", "'key' is a secret"),
        ("rest: {url: 'https://x.example', params: {pwd: x}}", "'pwd' is a secret"),
        ("rest: {url: 'https://x.example', params: {subscription-key: x}}", "is a secret"),
        ("rest: {url: 'https://x.example/a?sv=1&sig=x'}", "The address holds a secret"),
        ("rest: {url: 'https://x.example/a?code=x'}", "The address holds a secret"),
        ("rest: {url: 'https://u:p@x.example'}", "The address holds a secret"),
        ("rest: {url: 'https://x.example', paging: {by: cursor}}", "does not say its cursor_path"),
        ("files: {folder: a}\nsql: {url_env: A, table: t}", "names files and sql"),
        ("schedule: every 15m", "names no connector"),
        ("files: {folder: a}\nschedule: sometimes", "Nobody can say when 'sometimes' is"),
        ("files: {folder: a}\nschedule: every 0m", "cannot be every 0"),
        ("region: PL\ncountry: DE", "are the same setting"),
        ("- a\n- b", "is a list of `name: value` lines"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, says: str) -> None:
    found = said(text)
    assert any(says in sentence for sentence in found), found
    with pytest.raises(WrongCall):
        source_config(yaml.safe_load(text))


@pytest.mark.parametrize("name", ["country_code", "sort_key", "author", "pattern", "compass"])
def test_a_parameter_that_only_sounds_like_a_secret_may_stand_in_the_file(name: str) -> None:
    assert said(f"rest: {{url: 'https://x.example?{name}=1', params: {{{name}: x}}}}") == []


@pytest.mark.parametrize("kind", SECTIONS)
def test_the_example_of_a_connector_is_in_order(kind: str) -> None:
    assert said(example_of(kind)) == []
    assert source_config(yaml.safe_load(example_of(kind))).connector == kind


@pytest.mark.parametrize("page", ["docs/concepts/sources.md", "docs/sources.md"])
def test_the_examples_of_the_manual_are_in_order(page: str) -> None:
    blocks = (ROOT / page).read_text(encoding="utf-8").split("```yaml\n")[1:]
    assert blocks
    assert [said(block.split("```")[0]) for block in blocks] == [[] for _ in blocks]


def test_every_setting_of_a_connector_is_in_the_manual() -> None:
    manual = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    for section in SECTIONS.values():
        one = section.shape.schema()
        one = one.get("anyOf", [one])[0]
        assert [name for name in one["properties"] if name not in manual] == []


def test_a_region_is_the_country(tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text("region: PL\nid: CustomerNo\n")
    config = source_config(checked_config(file))
    assert (config.country, config.record_id) == ("PL", "CustomerNo")


DOCUMENTS: list[Any] = [
    {},
    {"record_id": "a", "trust": 0.9, "guard": 0.5},
    {"trust": {"email": 0.5, "*": 1}},
    {"trust": {"email": "much"}},
    {"guard": 2},
    {"colour": "blue"},
    {"unique": 1},
    {"day_first": True, "columns": {"a": "title#b"}, "transactions": {"key": ""}},
    {"columns": {"a": "b"}},
    {"columns": {"a": "ignore", "b": "identifier:pesel", "c": "other:x#1"}},
    {"columns": {"a": "identifier:#1"}},
    {"transactions": {"kay": "a"}},
    {"trust": {"emial": 0.5}},
    {"country": "PL"},
    {"country": "Poland"},
    {"region": "XX"},
    {"columns": ["a"]},
    {"record_id": ["a"]},
    {"files": {"folder": "a", "quiet_seconds": 3.5, "as": "notes"}, "schedule": "every 1h"},
    {"files": {"folder": "a", "as": "poems"}},
    {"files": {}},
    {"sql": [{"url_env": "A", "table": "t"}, {"url_env": "A", "query": "select 1", "as": "notes"}]},
    {"sql": {"url_env": "not a name", "table": "t"}},
    {"sql": {"url_env": "A", "table": "t", "batch": 1.5}},
    {"rest": {"url": "https://x.example", "params": {"a": 1}, "paging": {"by": "page"}}},
    {"rest": {"url": "https://x.example", "paging": {"by": "guess"}}},
    {"rest": {"url": "https://x.example", "cursor": {"field": "a"}}},
    {"push": {}},
    {"push": {"anything": 1}},
]


@pytest.mark.parametrize("document", [*DOCUMENTS, *SECTIONS], ids=str)
def test_the_schema_for_editors_says_what_the_hub_says(document: Any) -> None:
    if isinstance(document, str):
        document = yaml.safe_load(example_of(document))
    validator = jsonschema_rs.validator_for(config_schema())
    assert validator.is_valid(document) == (not list(config_problems(document)))


def test_every_setting_is_in_the_schema_with_a_line_of_help() -> None:
    properties = config_schema()["properties"]
    assert all(one["description"].endswith(".") for one in properties.values())
    named = set(source_config(None).__dataclass_fields__) - {"layouts", "connector", "streams"}
    assert named <= set(properties)


@pytest.mark.parametrize("text", ["a: [", "[" * 20_000, "a: *b", "\x00"])
def test_what_is_no_yaml_is_a_wrong_call(text: str) -> None:
    with pytest.raises(WrongCall, match="is not a YAML file") as raised:
        parse_yaml(text, "crm.yaml")
    assert "recursion" not in str(raised.value)


def test_a_short_file_that_unfolds_without_end_is_read_in_no_time() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert said("\n".join(lines))[0] == "crm.yaml, line 1: A source has no setting 'a0'."
