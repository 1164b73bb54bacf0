"""Checks of a customer as a whole: which rules there are, and what they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tellonce.hub.bridge.statements import Said, agree, said_by
from tellonce.hub.core.clock import iso
from tellonce.hub.upkeep.ageing import Case, Fresh
from tellonce.hub.upkeep.models import Finding
from tellonce.hub.upkeep.types import Policy
from tellonce.hub.vault.services import blind_indexes

IDENTIFIER = "identifier"
_OWN_NUMBER = "identifier:customer_number"  # each source counts its own
_KIND = "claimed"


@dataclass(frozen=True)
class CustomerRule:
    """A check of one unit of customers. `days`: how old it may be, None: until it is stale."""

    id: str
    version: str
    kind: str
    unit: str
    severity: str = "medium"
    dimension: str = "consistency"
    owner: str = ""
    days: float | None = None


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
    """Every check that is declared, in order."""
    version = f"policy {policy.version}"
    rules = [
        *(
            CustomerRule(f"{unit}-agrees", version, Finding.DISAGREEMENT, unit)
            for unit in policy.agree_on
        ),
        *(
            CustomerRule(f"{unit}-unique", version, Finding.SHARED, unit, "high", "uniqueness")
            for unit in policy.unique
        ),
        *(
            CustomerRule(f"{unit}-fresh", version, Finding.STALE, unit, "low", "timeliness")
            for unit in policy.required
        ),
    ]
    return tuple(rules)


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
        if one is None:
            continue
        if rule.days is None:
            since = one.stale_at
        else:
            age = (now - one.stated_at).total_seconds() / 86_400
            since = one.stated_at if age > rule.days else None
        if since is not None and since <= now:
            yield Found(rule, since=since)


def claimed_keys(
    cases: Sequence[Case], rules: Sequence[CustomerRule]
) -> list[tuple[int, str, int]]:
    """(customer, unit of the rule, keyed hash) of each value that no two customers should share."""
    claims: list[tuple[int, str]] = []
    texts: list[str] = []
    shared = [rule.unit for rule in rules if rule.kind == Finding.SHARED]
    for case in cases:
        said = _all_said(case) if shared else {}
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


def _all_said(case: Case) -> Said:
    """What the golden record says, all ranks of it."""
    values: dict[str, list[str]] = {}
    for entry in case.entries:
        values.setdefault(entry[0], []).append(entry[2])
    return said_by(
        {
            "emails": values.get("email"),
            "phones": values.get("phone"),
            "organisations": values.get("organisation"),
            "identifiers": [{"kind": one[0], "value": one[2]} for one in case.identifiers],
            "others": [
                {"name": name.removeprefix("other:"), "value": value}
                for name, found in values.items()
                for value in found
                if name not in ("email", "phone", "organisation")
            ],
        }
    )


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
