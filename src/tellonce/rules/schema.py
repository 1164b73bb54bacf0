"""Rules as JSON Schema (draft 2020-12), by which an editor completes and underlines them."""

from __future__ import annotations

from typing import Any

from tellonce.engine.standardise.columns import ATTRIBUTES
from tellonce.rules.checks.formats import FORMATS
from tellonce.rules.checks.texts import CASES
from tellonce.rules.corrections import CORRECTIONS
from tellonce.rules.types import DIMENSIONS, ON_FAIL, SEVERITIES

SETTINGS = {
    "name": "what the rule is called in results",
    "when": "the rows it is about, such as `country is DE and email is filled`",
    "on_fail": "what happens to a row that fails",
    "correction": "what puts a value right, where on_fail is correct",
    "otherwise": "what happens where the correction does not help",
    "severity": "how much a failure matters",
    "dimension": "what the rule measures; left out, what its check is known for",
    "owner": "who is asked about a failure",
}
CHOICES = {
    "on_fail": ON_FAIL,
    "otherwise": ("accept", "flag", "quarantine"),
    "severity": SEVERITIES,
    "dimension": DIMENSIONS,
    "correction": tuple(CORRECTIONS),
}
_WORDS = (
    "required", "empty", "valid", "unique", "tidy", "in the past", "not in the future",
    "known country", "unique per customer", "agrees across sources",
)  # fmt: skip
_TEXT = {"type": ["string", "number"]}
_PAIR = {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}
_LIST = {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1}
_FLAG = {"const": True}
_ARGUMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "required": (_FLAG, "a value is there"),
    "empty": (_FLAG, "no value may be there"),
    "valid": ({"type": "string"}, "a kind of value, perhaps `for` a country: `phone for DE`"),
    "one_of": (_LIST, "the values that are allowed"),
    "not_one_of": (_LIST, "the values that are not allowed"),
    "matches": ({"type": "string", "format": "regex"}, "a pattern of RE2 for the whole value"),
    "does_not_match": ({"type": "string", "format": "regex"}, "a pattern it may not have"),
    "between": (_PAIR, "two numbers, or two days such as 2024-05-17 or today; both included"),
    "at_least": (_TEXT, "a number, a field, `3 characters`, `18 years old`"),
    "at_most": (_TEXT, "a number, a field, `30 characters`, `18 months old`"),
    "more_than": (_TEXT, "a number or a field"),
    "less_than": (_TEXT, "a number or a field"),
    "before": ({"type": "string"}, "a day or a field"),
    "after": ({"type": "string"}, "a day or a field"),
    "not_before": ({"type": "string"}, "a day or a field"),
    "not_after": ({"type": "string"}, "a day or a field"),
    "length": ({"anyOf": [_PAIR, {"type": "integer"}, {"type": "object"}]}, "how many characters"),
    "unique": ({"anyOf": [_FLAG, _LIST]}, "no other row says the same, perhaps with other fields"),
    "in_list": ({"type": "string"}, "a list under `references:`"),
    "fits": ({"type": "string"}, "a field it belongs to by a list, such as postal_code"),
    "same_as": ({"type": "string"}, "a field that says the same"),
    "not_same_as": ({"type": "string"}, "a field that says something else"),
    "tidy": (_FLAG, "written cleanly"),
    "in": ({"enum": list(CASES)}, "title case, lower case or upper case"),
}


def rules_schema() -> dict[str, Any]:
    """The schema of a file of rules. Rules on one line without braces are no YAML for editors:
    write them in braces, or one setting a line, to have them completed.
    """
    settings: dict[str, Any] = {}
    for name, help_text in SETTINGS.items():
        kind = {"enum": list(CHOICES[name])} if name in CHOICES else {"type": "string"}
        settings[name] = {**kind, "description": help_text}
    rule = {
        "type": "object",
        "minProperties": 1,
        "properties": {
            **{name: {"$ref": "#/$defs/check"} for name in ATTRIBUTES},
            **{name: {"$ref": "#/$defs/check"} for name in FORMATS},
            "sql": {"type": "string", "description": "one SELECT of the rows that fail"},
            "holds": {"type": "string", "description": "SQL over the columns of a row"},
            **settings,
        },
        "additionalProperties": {"$ref": "#/$defs/check"},
    }
    rules = {"type": "array", "items": {"$ref": "#/$defs/rule"}}
    sections = {
        "rules": rules,
        "references": {"type": "object", "additionalProperties": {"$ref": "#/$defs/reference"}},
        "defaults": {"type": "object", "properties": settings, "additionalProperties": False},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rules of Tellonce",
        "anyOf": [
            rules,
            {
                "type": "object",
                "properties": sections,
                "required": ["rules"],
                "additionalProperties": False,
            },
        ],
        "$defs": {"rule": rule, "check": _check(), "reference": _reference()},
    }


def _check() -> dict[str, Any]:
    named = {
        name: {**kind, "description": help_text} for name, (kind, help_text) in _ARGUMENTS.items()
    }
    words = [*_WORDS, *(f"valid {name}" for name in FORMATS), *(f"in {case}" for case in CASES)]
    return {
        "description": "what the field must be, in words or as {check: arguments}",
        "anyOf": [
            {"enum": words},
            {"type": "string", "examples": ["one of [a, b]", "between 0 and 120", "before today"]},
            {
                "type": "object",
                "properties": named,
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ],
    }


def _reference() -> dict[str, Any]:
    columns = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return {
        "type": "object",
        "properties": {
            "file": {"type": "string", "description": "a file of records beside the rules"},
            "key": {**columns, "description": "the column, or columns, that make a key"},
            "value": {"type": "string", "description": "the column of what belongs to a key"},
        },
        "required": ["file", "key"],
        "additionalProperties": False,
    }
