"""What the hub holds around a customer, section by section, before policy looks at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from tellonce.hub.activity.selectors import activity_of, activity_totals
from tellonce.hub.activity.types import ActivityView
from tellonce.hub.consents.selectors import consents_of, states_of
from tellonce.hub.consents.types import ConsentView
from tellonce.hub.customers.selectors import golden_document, members_of
from tellonce.hub.customers.types import CustomerView, GoldenDocument
from tellonce.hub.policy.rules import NEEDS_CONSENT
from tellonce.hub.policy.types import Facts
from tellonce.hub.snapshots.sections import completeness, kinds_of
from tellonce.hub.snapshots.types import HeldEntry, HeldSection, HeldValue
from tellonce.hub.sources.past import record_views_at
from tellonce.hub.sources.selectors import record_views
from tellonce.hub.sources.types import RecordView
from tellonce.hub.upkeep.reading import ageings

MOST_ENTRIES = 200  # of a section; its totals count all of them
_RESTRICTED = "restricted"


@dataclass(frozen=True)
class Around:
    """A customer, and what every section of a snapshot looks at.

    `sure_of`: (source, customer key) -> how sure it is that it is this customer's. `past_records`:
    as they were at the moment asked for, deleted ones too; None where that is now.
    """

    customer: CustomerView
    as_of: datetime
    golden: GoldenDocument | None
    records: tuple[RecordView, ...]
    sure_of: Mapping[tuple[str, str], float]
    past_records: tuple[RecordView, ...] | None = None

    @classmethod
    def of(cls, customer: CustomerView, as_of: datetime, past: datetime | None = None) -> Around:
        """Look everything up once; a snapshot calls and uses it inside its transaction.

        `past`: members, their values and golden record as they were then. Restriction and consents
        are always those of now.
        """
        members = {member.record: member.confidence for member in members_of(customer.id, past)}
        records = tuple(record_views(members))
        sure_of: dict[tuple[str, str], float] = {}
        for record in records:
            key = (record.source, record.customer_key)
            sure_of[key] = max(sure_of.get(key, 0.0), members[record.id])
        golden = golden_document(customer.id, past)
        then = None if past is None else tuple(record_views_at(members, past))
        return cls(customer, as_of, golden, records, sure_of, then)

    @property
    def told(self) -> tuple[RecordView, ...]:
        """The records that the golden record was made of."""
        return self.records if self.past_records is None else self.past_records

    @property
    def version(self) -> int:
        """Number of the golden version; 0 where there is none."""
        return self.golden.version if self.golden else 0

    @property
    def records_by_source(self) -> dict[str, int]:
        """How many records each source has of this customer."""
        return dict(sorted(Counter(record.source for record in self.told).items()))

    @property
    def record_ids(self) -> list[int]:
        """Row ids of the customer's records."""
        return [record.id for record in self.records]

    @cached_property
    def consents(self) -> tuple[ConsentView, ...]:
        """The latest consents, looked up when they are first needed."""
        return tuple(consents_of(self.record_ids))

    @cached_property
    def facts(self) -> Facts:
        """What policy must know. Of several sources the newest word on a purpose counts."""
        return self._facts(states_of(self.consents))

    def facts_for(self, purpose: str) -> Facts:
        """The same for one purpose; consents are looked up only where it needs one."""
        return self.facts if purpose in NEEDS_CONSENT else self._facts({})

    def _facts(self, consents: Mapping[str, bool]) -> Facts:
        restricted = any(record.state == _RESTRICTED for record in self.records)
        return Facts(restricted=restricted, consents=consents)


def held_section(name: str, around: Around) -> HeldSection:
    """What is held of one section."""
    if name == "demographics":
        return _demographics(around)
    if name == "consent":
        return _consent(around)
    return _activity(name, around)


def _demographics(around: Around) -> HeldSection:
    identifiers = {
        identifier["kind"]
        for record in around.told
        for identifier in record.values.get("identifiers", ())
        if identifier.get("kind")
    }
    ages = ageings(around.customer.id, 0 if around.past_records is not None else around.version)
    delivered = {(one.source, one.record_key): one.delivered_at for one in around.told}
    values = tuple(
        HeldValue(
            attribute=f"identifier:{v.attribute}" if v.attribute in identifiers else v.attribute,
            value=v.value,
            rank=v.rank,
            source=v.source,
            record=v.record_id,
            observed_at=v.observed_at,
            delivered_at=delivered.get((v.source, v.record_id)),
            confidence=v.confidence,
            agreeing=v.agreeing,
            rule=v.rule,
            ageing=ages.of(
                f"identifier:{v.attribute}" if v.attribute in identifiers else v.attribute,
                v.rank,
                v.observed_at or delivered.get((v.source, v.record_id)),
            ),
        )
        for v in (around.golden.values if around.golden else ())
    )
    filled = {value.attribute: value.value for value in values}
    share = completeness("demographics", [filled] if filled else [])
    return HeldSection("demographics", values=values, completeness=share)


def _activity(name: str, around: Around) -> HeldSection:
    kinds = kinds_of(name)
    totals = activity_totals(around.record_ids, kinds)
    entries = tuple(
        _entry(view, around) for view in activity_of(around.record_ids, kinds, MOST_ENTRIES)
    )
    summary = {
        total.kind: {
            "count": total.count,
            "references": total.references,
            "amounts": total.amounts,
            "first_at": total.first_at,
            "last_at": total.last_at,
        }
        for total in totals
    }
    return HeldSection(
        name,
        entries=entries,
        total=sum(total.count for total in totals),
        summary=summary,
        completeness=_completeness(name, entries),
    )


def _entry(view: ActivityView, around: Around) -> HeldEntry:
    fields: dict[str, Any] = {
        "reference": view.reference,
        "title": view.title,
        "product": view.product_key,
        "quantity": _number(view.quantity),
        "amount": _number(view.amount),
        "currency": view.currency,
        "status": view.status,
        "channel": view.channel,
        **view.details,
    }
    return HeldEntry(
        kind=view.kind,
        at=view.occurred_at,
        source=view.source,
        confidence=around.sure_of.get((view.source, view.customer_key), 0.0),
        fields={name: value for name, value in fields.items() if value not in (None, "")},
    )


def _consent(around: Around) -> HeldSection:
    entries = tuple(
        HeldEntry(
            kind="consents",
            at=one.at,
            source=one.source,
            confidence=around.sure_of.get((one.source, one.customer_key), 0.0),
            fields={
                name: value
                for name, value in (
                    ("purpose", one.purpose),
                    ("state", one.state),
                    ("channel", one.channel),
                    ("notice_version", one.notice_version),
                )
                if value
            },
        )
        for one in sorted(around.consents, key=lambda one: one.at, reverse=True)
    )
    return HeldSection(
        "consent",
        entries=entries[:MOST_ENTRIES],
        total=len(entries),
        completeness=_completeness("consent", entries),
    )


def _completeness(name: str, entries: tuple[HeldEntry, ...]) -> float | None:
    return completeness(name, [{**e.fields, "at": e.at, "kind": e.kind} for e in entries])


def _number(number: Decimal | None) -> str | None:
    """Without the zeros that the database adds: 2.5000 is 2.5, 100 stays 100."""
    if number is None:
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
