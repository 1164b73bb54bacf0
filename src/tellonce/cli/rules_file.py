"""A file of rules, with the lists of values that lie beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tellonce.hub.core.errors import WrongCall
from tellonce.rules.errors import RuleErrors
from tellonce.rules.reading import read_rules
from tellonce.rules.references import load_references
from tellonce.rules.types import Reference


def read_rules_file(path: Path) -> tuple[str, Mapping[str, Reference]]:
    """The text of a file of rules, and the lists it names; none where the text has mistakes, which
    are for who knows the fields to tell, all at once.

    Raises the errors of `io.errors` for a list, and `WrongCall` where it is no UTF-8 text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise WrongCall(f"{path} is not UTF-8 text.", hint="Save it as UTF-8.") from None
    try:
        rules = read_rules(text, path.name)
    except RuleErrors:
        return text, {}
    return text, load_references(rules, path.parent)
