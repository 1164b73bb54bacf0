"""The rules in force for a source: those for all sources, and its own above them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db.models import Max, Q

from tellonce.hub.core.bulk import fetched
from tellonce.hub.quality.models import RulesVersion
from tellonce.hub.quality.references import Document, references_from
from tellonce.rules.errors import RuleErrors
from tellonce.rules.reading import read_rules
from tellonce.rules.types import Reference, Rule, RuleSet


@dataclass(frozen=True)
class InForce:
    """Rules that hold for a source. `versions`: rule id -> row id of the version that it stands in;
    `stamp` changes whenever a result might.
    """

    rules: RuleSet
    versions: Mapping[str, int]
    references: Mapping[str, Reference]
    stamp: str

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """Rule id -> rule."""
        return {rule.id: rule for rule in self.rules.rules}

    def of_scope(self, scope: str) -> RuleSet:
        """The rules that one row decides ("row"), or all rows of the source together ("set")."""
        return self.rules.of_scope(scope)


@dataclass(frozen=True)
class _Version:
    id: int
    fingerprint: str
    rules: RuleSet
    references: Mapping[str, Reference]


def rules_in_force(source_id: int) -> InForce | None:
    """What holds for a source; None where no rule does.

    A rule of the source takes the place of one for all sources that has the same name.
    """
    layers = [_read(pk, mark) for pk, mark in fetched(_NEWEST, source_id)]
    rules: dict[str, Rule] = {}
    versions: dict[str, int] = {}
    references: dict[str, Reference] = {}
    for layer in layers:
        rules |= {rule.id: rule for rule in layer.rules.rules}
        versions |= {rule.id: layer.id for rule in layer.rules.rules}
        references |= layer.references
    if not rules:
        return None
    stamp = hashlib.sha256(":".join(layer.fingerprint for layer in layers).encode()).hexdigest()
    return InForce(RuleSet("", tuple(rules.values())), versions, references, stamp[:16])


def newest_rules() -> int:
    """The newest version of the rules of any source (row id), 0 where none were ever set."""
    return RulesVersion.objects.aggregate(newest=Max("id"))["newest"] or 0


_NEWEST = (
    "SELECT v.id, v.fingerprint FROM rules_versions v "
    "WHERE (v.source_id IS NULL OR v.source_id = %s) AND v.rules > 0 AND NOT EXISTS "
    "(SELECT 1 FROM rules_versions n WHERE n.number > v.number "
    "AND coalesce(n.source_id, 0) = coalesce(v.source_id, 0)) "
    "ORDER BY coalesce(v.source_id, 0)"
)


@lru_cache(maxsize=256)
def _read(version_id: int, fingerprint: str) -> _Version:
    """A version, which never changes; its fingerprint keeps apart what a rollback gave one id."""
    row = RulesVersion.objects.get(pk=version_id)
    rules = read_rules(row.text, row.name, held=True)
    return _Version(version_id, fingerprint, rules, references_from(row.references))


def rules_of_version(version_id: int) -> Mapping[str, Rule]:
    """Rule id -> rule of a version (row id); empty where its text is none of this program's."""
    fingerprint = RulesVersion.objects.values_list("fingerprint", flat=True).get(pk=version_id)
    try:
        return {rule.id: rule for rule in _read(version_id, fingerprint).rules.rules}
    except RuleErrors:
        return {}


def newest_rule(source_id: int, name: str) -> Rule | None:
    """The rule of this name that holds for a source, or was the last to do so; None: none ever."""
    found = rules_in_force(source_id)
    if found is not None and name in found.by_id:
        return found.by_id[name]
    versions = RulesVersion.objects.filter(Q(source_id=source_id) | Q(source=None))
    for version in versions.order_by("-id").values_list("id", flat=True):
        if rule := rules_of_version(version).get(name):
            return rule
    return None


def fingerprint_of(rules: RuleSet, references: Document) -> str:
    """16 hex digits over the rules and the lists of values they bring along."""
    said = f"{rules.fingerprint}:{sorted(references.items())!r}" if references else None
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else rules.fingerprint
