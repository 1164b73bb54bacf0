"""A row in quarantine as policy lets somebody see it for a purpose, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core.errors import Unknown
from tellonce.hub.policy.decide import decide
from tellonce.hub.policy.masks import masked
from tellonce.hub.policy.refusing import check_purpose
from tellonce.hub.policy.seeing import policy_name
from tellonce.hub.policy.types import Action, Answer, Facts
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.models import Quarantined, Record
from tellonce.hub.sources.quarantined import (
    check_may_work,
    corrected_headers,
    corrections_of,
    entry_of,
    row_object,
    text_of,
)
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.types import QuarantinedEntry, SourceView

READ = "quarantine.read"


@dataclass(frozen=True)
class SeenField:
    """A field of a row: what it said, and what a person wrote into it since (`corrected`); both as
    policy shows them (`shown`: allow, mask or deny, of which nothing is seen).
    """

    field: str
    value: str | None
    corrected: bool
    correction: str | None
    shown: str


@dataclass(frozen=True)
class SeenRow:
    """A row in quarantine. `readable`: it could be read as a row; else it has no fields, and its
    line is for those who work on it at the machine.
    """

    entry: QuarantinedEntry
    readable: bool
    fields: tuple[SeenField, ...] = ()


def quarantined_row(number: int, purpose: str, *, by: Actor) -> SeenRow:
    """One row, whatever became of it; audited. Raises `Unknown`, `Refused`."""
    check_may_work(by, READ)
    check_purpose(purpose, by, READ)
    rows = Quarantined.objects.select_related("delivery__source")
    row = rows.filter(pk=number).first()
    if row is None:
        raise Unknown("No such row is in quarantine.", hint="List those that wait.")
    said = row_object(text_of(row))
    fields = () if said is None else _fields(row, said, purpose, by)
    with transaction.atomic():
        seen = tuple(one.field for one in fields if one.shown != "deny")
        record_act(
            Act(
                READ,
                by.id,
                purpose=purpose,
                target=row.delivery.source.name[:64],
                fields=seen,
                details={"rows": 1},
            )
        )
    return SeenRow(entry_of(row, corrected_headers([row])), said is not None, fields)


def _fields(
    row: Quarantined, said: Mapping[str, object], purpose: str, by: Actor
) -> tuple[SeenField, ...]:
    source, facts = source_named(row.delivery.source.name), Facts(is_restricted(row))
    attributes = attributes_of(source, row.delivery.content)
    corrections = corrections_of([row]).get(row.pk, {})
    found = []
    for header in dict.fromkeys([*said, *corrections]):
        attribute = policy_name(attributes.get(header, ""), header)
        answer = decide(by, Action.VALUE, attribute, purpose, facts).answer
        value, fresh = said.get(header), corrections.get(header)
        found.append(
            SeenField(
                header,
                _seen(attribute, None if value is None else str(value), answer),
                header in corrections,
                _seen(attribute, fresh, answer),
                answer.name.lower(),
            )
        )
    return tuple(found)


def _seen(attribute: str, value: str | None, answer: Answer) -> str | None:
    if value is None or answer is Answer.DENY:
        return None
    return value if answer is Answer.ALLOW else masked(attribute, value)


def is_restricted(row: Quarantined) -> bool:
    """Whether the row is of a record whose processing is restricted."""
    records = Record.objects.filter(source_id=row.delivery.source_id, record_key=row.record_key)
    return bool(row.record_key) and records.filter(state=Record.RESTRICTED).exists()


def attributes_of(source: SourceView, content: str) -> dict[str, str]:
    """Header -> attribute that policy knows it by, of records; others are judged by their words."""
    if content != RECORDS:
        return {}
    said = {**source.learned.get(RECORDS, {}).get("columns", {}), **source.config.columns}
    return {header: name for header, name in said.items() if name != "ignore"}
