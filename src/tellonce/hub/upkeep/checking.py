"""Checks of a customer as a whole: which rules there are, and what they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tellonce.hub.bridge.statements import Said, agree, said_by
from tellonce.hub.core.clock import iso
from tellonce.hub.quality.in_force import rules_in_force
from tellonce.hub.upkeep.ageing import Case, Fresh, unit_named
from tellonce.hub.upkeep.models import Finding
from tellonce.hub.upkeep.types import Policy
from tellonce.hub.vault.services import blind_indexes

IDENTIFIER = "identifier"
_OWN_NUMBER = "identifier:customer_number"  # each source counts its own
_KIND = "claimed"
_ALL_SOURCES = 0
_KIND_OF = {
    "unique_per_customer": Finding.SHARED,
    "agrees_across_sources": Finding.DISAGREEMENT,
}
_LISTS = {"email": "emails", "phone": "phones", "organisation": "organisations"}


@dataclass(frozen=True)
class CustomerRule:
    """A check of one unit of customers. A rule that is about the same as a list of the policy
    stands in its place.
    """

    id: str
    version: str
    kind: str
    unit: str
    severity: str = "medium"
    dimension: str = "consistency"
    owner: str = ""


@dataclass(frozen=True)
class Found:
    """What a rule found about a customer; `detail` without values."""

    rule: CustomerRule
    key: str = ""
    since: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> tuple[str, str, str]:
        """What tells it apart from other findings of one customer."""
        return (self.rule.id, self.rule.unit, self.key)


def rules_of(policy: Policy) -> tuple[CustomerRule, ...]:
    """Every check of customers: of the rules in force for all sources those about whole customers,
    and what the policy of upkeep lists, where no rule is about the same.
    """
    rules = list(_declared_rules())
    known = {(rule.kind, rule.unit) for rule in rules}
    for kind, word, severity, dimension, units in (
        (Finding.DISAGREEMENT, "agrees", "medium", "consistency", policy.agree_on),
        (Finding.SHARED, "unique", "high", "uniqueness", policy.unique),
        (Finding.STALE, "fresh", "low", "timeliness", policy.required),
    ):
        rules += [
            CustomerRule(
                f"{unit}-{word}", f"policy {policy.version}", kind, unit, severity, dimension
            )
            for unit in units
            if (kind, unit) not in known
        ]
    return tuple(rules)


def _declared_rules() -> Iterator[CustomerRule]:
    in_force = rules_in_force(_ALL_SOURCES)
    for rule in in_force.of_scope("customer").rules if in_force else ():
        yield CustomerRule(
            rule.id[:100],
            f"rules {in_force.versions[rule.id]}",
            _KIND_OF[rule.check.kind],
            unit_named(rule.field),
            rule.severity,
            rule.dimension,
            rule.owner[:100],
        )


def disagreements(case: Case, rules: Sequence[CustomerRule]) -> Iterator[Found]:
    """Units of which the sources of a customer say different things now."""
    if len({one.source for one in case.records}) < 2:
        return
    for rule in rules:
        if rule.kind == Finding.DISAGREEMENT:
            sides = _sides(rule.unit, case)
            if len(sides) > 1:
                detail = {"sides": [_side(one) for one in sides]}
                yield Found(rule, since=min(one[1] for one in sides[0]), detail=detail)


def stale(fresh: Sequence[Fresh], rules: Sequence[CustomerRule], now: datetime) -> Iterator[Found]:
    """Units that should be fresh and are not."""
    by_unit = {one.unit: one for one in fresh}
    for rule in rules:
        one = by_unit.get(rule.unit) if rule.kind == Finding.STALE else None
        if one is not None and one.stale_at is not None and one.stale_at <= now:
            yield Found(rule, since=one.stale_at)


def claimed_keys(
    cases: Sequence[Case], rules: Sequence[CustomerRule]
) -> list[tuple[int, str, int]]:
    """(customer, unit of the rule, keyed hash) of each value that no two customers should share."""
    claims: list[tuple[int, str]] = []
    texts: list[str] = []
    shared = [rule.unit for rule in rules if rule.kind == Finding.SHARED]
    for case in cases:
        said = _all_said(case, shared) if shared else {}
        for unit in shared:
            for name, values in said.items():
                if name == unit or (unit == IDENTIFIER and _is_identifier(name)):
                    for value in values:
                        claims.append((case.customer, unit))
                        texts.append("\x1f".join([name, *(part or "" for part in value)]))
    hashes = blind_indexes(texts, _KIND)
    return sorted(
        {
            (customer, unit, int.from_bytes(index[:8], "big", signed=True))
            for (customer, unit), index in zip(claims, hashes, strict=True)
        }
    )


def _is_identifier(name: str) -> bool:
    return name.startswith("identifier:") and name != _OWN_NUMBER


def _all_said(case: Case, units: Sequence[str]) -> Said:
    """What the golden record says of these units, all ranks of it."""
    lists = {
        column: [one[2] for one in case.entries if one[0] == unit]
        for unit, column in _LISTS.items()
        if unit in units
    }
    others = [
        {"name": name, "value": one[2]}
        for one in case.entries
        if (name := one[0].removeprefix("other:")) in units and name not in _LISTS
    ]
    if not (case.identifiers or others or any(lists.values())):
        return {}
    identifiers = [{"kind": one[0], "value": one[2]} for one in case.identifiers]
    return said_by({**lists, "identifiers": identifiers, "others": others})


_One = tuple[int, datetime, Said]
"""A record, when what it says was true, and what it says."""


def _sides(unit: str, case: Case) -> list[list[_One]]:
    """The newest word of each source, those that agree together, the newest side first."""
    newest: dict[str, _One] = {}
    for one in sorted(case.records, key=lambda one: (one.said_at, one.id), reverse=True):
        said = case.said.get(one.id, {})
        if said.get(unit) and one.source not in newest:
            newest[one.source] = (one.id, one.said_at, said)
    sides: list[list[_One]] = []
    for word in newest.values():
        side = next((side for side in sides if agree(unit, side[0][2], word[2])), None)
        if side is None:
            sides.append([word])
        else:
            side.append(word)
    return sides


def _side(side: Sequence[_One]) -> dict[str, Any]:
    return {"records": [record for record, _, _ in side], "said_at": iso(side[0][1])}
