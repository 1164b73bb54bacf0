"""What rules tell of: attributes whose values somebody could guess, one rule a guess."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tellonce.hub.accounts.refusing import refuse
from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.services import attribute_names
from tellonce.hub.bridge.services import header_name as slug
from tellonce.hub.policy.classes import attribute_class, is_encrypted
from tellonce.hub.policy.seeing import at_the_machine, policy_name, sees
from tellonce.hub.quality.types import ALL
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.selectors import source_named, sources
from tellonce.hub.sources.types import SourceView
from tellonce.rules.types import Rule, RuleSet

Column = tuple[str, str]
"""A header of a source, and what it was recognised as."""


def columns_of(source: SourceView) -> tuple[Column, ...]:
    """The columns of a source that are known, without those it ignores."""
    said = {**source.learned.get(RECORDS, {}).get("columns", {}), **source.config.columns}
    named = dict.fromkeys(source.config.named_columns().values(), "")
    return tuple((header, name) for header, name in {**named, **said}.items() if name != "ignore")


def names_of(field: str, columns: Iterable[Column]) -> set[str]:
    """What policy knows a field of a rule by: each column that it may mean, and its own words."""
    wanted = slug(field)
    found = {
        policy_name(attribute, header)
        for header, attribute in columns
        if wanted in _called(header, attribute)
    }
    return found | {policy_name(field if _is_attribute(field) else "", field)}


def _called(header: str, attribute: str) -> set[str]:
    bare = attribute.partition("#")[0]
    return {slug(one) for one in (header, attribute, bare, bare.partition(":")[2]) if one}


def _is_attribute(field: str) -> bool:
    return field.startswith("identifier") or field.partition("#")[0] in attribute_names()


def told_by(rule: Rule, columns: Collection[Column]) -> set[str]:
    """Attributes whose values failing the rule, or not, may tell, as policy knows them."""
    return _names(rule.tells_of, columns)


def compared_by(rule: Rule, columns: Collection[Column]) -> set[str]:
    """Attributes that somebody must see to be told who fails: those the rule tells of, and what it
    compares with other records, since one of these may be of his own making.
    """
    together = frozenset(rule.fields) if rule.scope != "row" else frozenset[str]()
    told = rule.tells_of
    return _names(None if told is None else told | together, columns)


def asked_by(rule: Rule, columns: Collection[Column]) -> set[str]:
    """Every attribute that it looks at, if only whether there is one."""
    return _names({*rule.fields, *rule.check.hints()}, columns)


def _names(fields: Collection[str] | None, columns: Collection[Column]) -> set[str]:
    if fields is None:
        return {policy_name(attribute, header) for header, attribute in columns}
    return {name for field in fields for name in names_of(field, columns)}


def check_may_tell(rules: RuleSet, source: str, by: Actor, action: str) -> None:
    """Raise `Refused`, audited, where a rule tells of an identifier, or of health or money, that
    policy does not show `by`: he could guess what he may not see. Rules about other attributes
    are for whoever may set rules.
    """
    if at_the_machine(by):
        return
    columns = columns_meant(source)
    for rule in rules.rules:
        if name := unseen_of(rule, columns, by):
            _refuse(rule, name, by, action)


def columns_meant(source: str) -> list[Column]:
    """The columns that rules for a source, or for all, are about."""
    named = [source_named(source)] if source != ALL else sources(counted=False)
    return [column for one in named for column in columns_of(one)]


def unseen_of(rule: Rule, columns: Collection[Column], by: Actor) -> str:
    """The first identifier, or attribute of health or money, that a rule tells of and `by` does not
    see; "" for none.
    """
    told = sorted(told_by(rule, columns)) if not at_the_machine(by) else ()
    kept = (name for name in told if is_encrypted(attribute_class(name)) and not sees(by, name))
    return next(kept, "")


def _refuse(rule: Rule, name: str, by: Actor, action: str) -> None:
    shown = name.removeprefix("other:")
    does = "its SQL may read" if rule.tells_of is None else "it compares with its own words"
    refuse(
        by,
        f"{does} {shown}, and no purpose of this client shows such values",
        action,
        may_not=f"use the rule {rule.id!r} (line {rule.line})",
        hint="Ask what needs no words of one's own (required, valid, unique, tidy), or have it set "
        "at the hub's own machine: tellonce quality set FILE",
    )
