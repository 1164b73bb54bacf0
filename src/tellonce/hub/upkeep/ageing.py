"""How current each unit of some customers is, from what their records and people say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from tellonce.hub.bridge.statements import Said, agree, comparable_text, said_by, said_by_golden
from tellonce.hub.core.bulk import among, as_moment
from tellonce.hub.customers.golden import golden_halves
from tellonce.hub.customers.selectors import living_customers, records_of_customers
from tellonce.hub.policy.classes import attribute_class
from tellonce.hub.policy.types import Classification
from tellonce.hub.sources.selectors import declarations, record_times, record_views
from tellonce.hub.sources.types import RecordTime
from tellonce.hub.upkeep.types import QUALITY, Policy
from tellonce.hub.vault.services import blind_index
from tellonce.rules.decay import Statement, days_until, support_of, unit_of

DEFAULT_TRUST = 0.8
"""The probability that a value of a source nobody rated is right, as in golden records."""
_ALL = "*"
_KIND = "confirmed"
_CONFIRMED = (
    "SELECT c.record_id, c.unit, c.value, c.said_by, c.said_at FROM confirmations c LEFT JOIN "
    "confirmations u ON u.undoes_id = c.id WHERE c.undoes_id IS NULL AND u.id IS NULL AND "
    "c.record_id"
)
_DAY = timedelta(days=1)
_FOREVER = 36_525.0  # days; what takes longer goes stale in no time that matters


@dataclass(frozen=True)
class Confirmed:
    """That a person confirmed what a record says of a unit; `value` is its keyed hash."""

    record: int
    unit: str
    value: bytes
    said_by: str
    said_at: datetime


@dataclass(frozen=True)
class Case:
    """A living customer with all that its freshness and its findings depend on.

    `entries` are those of its golden document, `identifiers` of them apart. `said` is what each
    record says, where there are several or somebody confirmed something; else it is empty, and the
    one record says all.
    """

    customer: int
    public_id: str
    version: int
    entries: Sequence[Sequence[Any]]
    identifiers: Sequence[Sequence[Any]]
    records: Sequence[RecordTime]
    said: Mapping[int, Said] = field(default_factory=dict)
    confirmed: Sequence[Confirmed] = ()

    @property
    def best(self) -> dict[str, str]:
        """Attribute -> its golden value."""
        return {entry[0]: entry[2] for entry in self.entries if entry[1] == 0}


@dataclass(frozen=True)
class Fresh:
    """How current one unit is, as it is stored."""

    unit: str
    stated_at: datetime
    confirmed_at: datetime | None
    support: float
    stale_at: datetime | None
    due_at: datetime | None


def cases(customers: Collection[int]) -> Iterator[Case]:
    """Those of these customers (row ids) that are living and have a golden record."""
    named = living_customers(customers)
    golden = golden_halves(list(named))
    members = records_of_customers(list(named))
    times = {one.id: one for one in record_times({r for rs in members.values() for r in rs})}
    confirmed = _confirmations(times)
    told = {record for rs in members.values() if len(rs) > 1 for record in rs} | set(confirmed)
    said = {view.id: said_by(view.values) for view in record_views(told)} if told else {}
    for customer, (public_id, version) in sorted(named.items()):
        records = [times[record] for record in members.get(customer, ()) if record in times]
        if customer in golden and records:
            yield Case(
                customer,
                public_id,
                version,
                *without_identifiers(*golden[customer]),
                records,
                {one.id: said[one.id] for one in records if one.id in said},
                [one for record in records for one in confirmed.get(record.id, ())],
            )


def freshness(case: Case, policy: Policy, trust: Mapping[str, Mapping[str, float]]) -> list[Fresh]:
    """How current each unit of a customer is that can go stale, by unit."""
    found = []
    golden = said_by_golden(case.best) if case.said else {}
    for unit, entry in sorted(winners(case).items()):
        half_life = policy.decay.half_life(entry[0])
        if half_life is None:
            continue
        winner = _winning(entry, case)
        stated = [(_said_at(entry, winner, case), _trust(trust, entry[3], unit))]
        for one in case.records:
            if one is not winner and agree(unit, golden, case.said.get(one.id, {})):
                stated.append((one.said_at, _trust(trust, one.source, unit)))
        confirmed = _counting(unit, golden, case)
        stated += [(one.said_at, QUALITY[one.said_by]) for one in confirmed]
        last = max((one.said_at for one in confirmed), default=None)
        found.append(_fresh(unit, half_life, stated, last, policy))
    return found


def declared_trust() -> dict[str, dict[str, float]]:
    """Source -> attribute ("*" for all others) -> trust, as declared."""
    return declarations()[0]


@lru_cache(maxsize=1024)
def unit_named(attribute: str) -> str:
    """The unit that an attribute ages and is confirmed in."""
    return unit_of(attribute.removeprefix("other:"))


def value_hash(unit: str, said: Said) -> bytes:
    """Keyed hash of what is said of a unit; of nothing, that of nothing."""
    return blind_index(f"{unit}\0{comparable_text(unit, said)}", _KIND)


def _fresh(
    unit: str,
    half_life: float,
    stated: Sequence[tuple[datetime, float]],
    confirmed_at: datetime | None,
    policy: Policy,
) -> Fresh:
    newest = max(moment for moment, _ in stated)
    statements = [Statement((newest - moment) / _DAY, quality) for moment, quality in stated]
    _, support = support_of(half_life, statements)
    days = days_until(policy.decay.stale_at, half_life, support)
    importance = policy.decay.importance(unit)
    return Fresh(
        unit,
        newest,
        confirmed_at,
        support,
        _after(newest, days),
        _after(newest, days / importance) if days and importance else None,
    )


def _after(moment: datetime, days: float | None) -> datetime | None:
    return None if days is None or days > _FOREVER else moment + timedelta(days=days)


def without_identifiers(
    opened: list[Sequence[Any]], hidden: Sequence[Sequence[Any]]
) -> tuple[list[Sequence[Any]], list[Sequence[Any]]]:
    """Every identifier is sealed; what else is, is sensitive by its own name."""
    sensitive = [one for one in hidden if attribute_class(one[0]) is Classification.SENSITIVE]
    return opened + sensitive, [one for one in hidden if one not in sensitive]


def winners(case: Case) -> dict[str, Sequence[Any]]:
    """Unit -> the first of its golden entries that ages."""
    found: dict[str, Sequence[Any]] = {}
    for entry in case.entries:
        unit = unit_named(entry[0])
        if entry[1] == 0 and (unit not in found or found[unit][0] == "given_name"):
            found[unit] = entry
    return found


def _winning(entry: Sequence[Any], case: Case) -> RecordTime | None:
    named = (entry[3], entry[4])
    return next((one for one in case.records if (one.source, one.record_key) == named), None)


def _said_at(entry: Sequence[Any], winner: RecordTime | None, case: Case) -> datetime:
    if entry[7]:
        return datetime.fromisoformat(entry[7])
    return winner.said_at if winner else max(one.said_at for one in case.records)


def _trust(trust: Mapping[str, Mapping[str, float]], source: str, unit: str) -> float:
    declared = trust.get(source, {})
    return declared.get(unit, declared.get(_ALL, DEFAULT_TRUST))


def _counting(unit: str, golden: Said, case: Case) -> list[Confirmed]:
    """Confirmations of the value that is the golden one now."""
    found = [one for one in case.confirmed if one.unit == unit]
    if not found:
        return []
    value = value_hash(unit, golden)
    return [one for one in found if one.value == value]


def _confirmations(records: Collection[int]) -> dict[int, list[Confirmed]]:
    found: dict[int, list[Confirmed]] = defaultdict(list)
    for record, unit, value, by, at in among(_CONFIRMED, records, then="ORDER BY c.id"):
        found[record].append(Confirmed(record, unit, bytes(value), by, as_moment(at)))
    return found
