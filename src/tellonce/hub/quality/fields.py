"""The fields that rules may be about: what a source has, by its own headers and as attributes."""

from __future__ import annotations

from collections.abc import Iterable

from tellonce.hub.bridge.services import attribute_names
from tellonce.hub.bridge.services import header_name as slug
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.types import SourceView
from tellonce.rules.types import Rule, RuleSet


def fields_of(source: SourceView) -> frozenset[str] | None:
    """Headers of a source, what they were recognised as, and every attribute; None before it has
    delivered any record.
    """
    if RECORDS not in source.learned:
        return None
    said = {**source.learned[RECORDS].get("columns", {}), **source.config.columns}
    names = {*said, *source.config.named_columns().values(), *attribute_names()}
    for attribute in said.values():
        bare = attribute.partition("#")[0]
        names |= {attribute, bare, bare.partition(":")[2] or bare}
    return frozenset(names - {"ignore"})


def nowhere(rules: RuleSet, sources: Iterable[SourceView]) -> list[tuple[Rule, str]]:
    """Rules with the field of theirs that no source has that delivered records; none where none
    did.
    """
    known = [fields for one in sources if (fields := fields_of(one)) is not None]
    if not known:
        return []
    slugs = {slug(name) for fields in known for name in fields}
    found = []
    for rule in rules.rules:
        asked = [rule.field, *rule.check.beside(), *(one.field for one in rule.when)]
        found += [(rule, name) for name in asked if name and slug(name) not in slugs]
    return found
